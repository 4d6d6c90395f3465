import { currencyDigits, type StatementEntry } from '@lastro/contract';
import { stringify } from 'csv-stringify/sync';
import { decimalText } from './decimal.ts';
import type { ExportedStatement, StatementWriter } from './statement-writer.ts';

const COLUMNS = [
  'entry',
  'posted_at',
  'effective_at',
  'type',
  'counterparty',
  'description',
  'amount',
  'balance',
  'currency',
  'operation',
  'sequence',
  'metadata',
] as const;

/** An amount: text that is a number, so a minus at its beginning starts no formula. */
interface Decimal {
  readonly decimal: string;
}

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | Decimal>>>;

/**
 * RFC 4180. The first row has the closing balance and the last the opening one, both without an amount. Texts that a
 * spreadsheet would take for a formula have an apostrophe before them: descriptions are written by strangers.
 */
export function csvStatement(statement: ExportedStatement): StatementWriter {
  const { currency, closingBalance, openingBalance } = statement;
  const digits = currencyDigits(currency);
  const decimal = (amountMinor: number): Decimal => ({ decimal: decimalText(amountMinor, digits) });
  const rowOf = (entry: StatementEntry): Row => ({
    entry: entry.entry,
    posted_at: entry.postedAt,
    effective_at: entry.effectiveAt ?? '',
    type: entry.type,
    counterparty: entry.counterparty,
    description: entry.description ?? '',
    amount: decimal(entry.amount),
    balance: decimal(entry.balance),
    currency,
    operation: entry.operation,
    sequence: entry.sequence,
    metadata: entry.metadata === undefined ? '' : JSON.stringify(entry.metadata),
  });
  const balanceRow = (type: string, balance: number): Row => ({ type, balance: decimal(balance), currency });
  return {
    head: () => `${COLUMNS.join(',')}\r\n${csv([balanceRow('closing_balance', closingBalance)])}`,
    entries: (entries) => csv(entries.map(rowOf)),
    end: () => csv([balanceRow('opening_balance', openingBalance)]),
  };
}

function csv(rows: readonly Row[]): string {
  return stringify([...rows], {
    columns: [...COLUMNS],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { object: (value) => ({ value: (value as unknown as Decimal).decimal, escape_formulas: false }) },
  });
}
