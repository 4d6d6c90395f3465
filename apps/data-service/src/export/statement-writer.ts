import type { StatementEntry } from '@lastro/contract';

/** What an exported statement says of itself, whatever its form. */
export interface ExportedStatement {
  readonly account: string;
  readonly currency: string;
  /** Minor units, right before the period and at its end. */
  readonly openingBalance: number;
  readonly closingBalance: number;
  /** The period as it was asked for; RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** When the account was opened, and when the export began; RFC 3339. */
  readonly openedAt: string;
  readonly exportedAt: string;
}

/** Writes a statement in one form, part after part: the head, any number of pages of entries, the end. */
export interface StatementWriter {
  head(): string;
  /** Newest first. */
  entries(entries: readonly StatementEntry[]): string;
  /** Whoever reads an export without it knows that it was cut off. */
  end(): string;
}
