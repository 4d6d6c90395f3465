import type { DataServiceReport, LedgerPosition, Verification } from '@lastro/contract';
import { SharedLook } from '@lastro/service';
import type { LedgerHead } from '../storage/store.ts';
import type { MoneyChecks } from './money-check.ts';
import type { SystemStore } from './system-store.ts';

export interface SystemReportOptions {
  /** Longest wait for the database; then it is shown as down. */
  readonly databaseTimeoutMs: number;
  /** How old what is known of the ledger may be before it is read again. */
  readonly ageMaxMs: number;
}

export interface SystemReportParts {
  readonly store: SystemStore;
  readonly money: MoneyChecks;
  readonly pendingOperations: () => number;
  readonly verification: () => Verification | null;
}

/** What this data service says of itself and the ledger. Nothing is read unless somebody looks. */
export class SystemReport {
  readonly #parts: SystemReportParts;
  readonly #databaseTimeoutMs: number;
  readonly #look: SharedLook;
  readonly #startedAt = new Date().toISOString();
  #database: 'up' | 'down' = 'down';
  #databaseSince: string | null = null;
  #ledger: LedgerPosition | null = null;

  constructor(parts: SystemReportParts, { databaseTimeoutMs, ageMaxMs }: SystemReportOptions) {
    this.#parts = parts;
    this.#databaseTimeoutMs = databaseTimeoutMs;
    this.#look = new SharedLook(ageMaxMs);
  }

  async look(): Promise<DataServiceReport> {
    await this.#look.fresh(() => this.#lookAtLedger());
    const { money, pendingOperations, verification } = this.#parts;
    return {
      startedAt: this.#startedAt,
      database: this.#database,
      databaseSince: this.#databaseSince,
      pendingOperations: pendingOperations(),
      ledger: this.#ledger,
      money: money.look(),
      verification: verification(),
    };
  }

  async #lookAtLedger(): Promise<void> {
    const head = await this.#headInTime();
    if (head !== undefined) this.#ledger = positionOf(head);
    const state = head === undefined ? 'down' : 'up';
    if (state === this.#database && this.#databaseSince !== null) return;
    this.#database = state;
    this.#databaseSince = new Date().toISOString();
  }

  /** `undefined`: the database does not answer, or not in time. */
  async #headInTime(): Promise<LedgerHead | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#databaseTimeoutMs);
    });
    const head = this.#parts.store.head().catch(() => undefined);
    return Promise.race([head, tooLate]).finally(() => clearTimeout(timer));
  }
}

function positionOf({ sequence, batch, hash, accountCount, postedAt }: LedgerHead): LedgerPosition {
  return { sequence, batch, hash: hash.toString('hex'), accounts: accountCount, postedAt };
}
