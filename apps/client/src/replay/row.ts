import { MINOR_MAX } from '@lastro/ledger';
import { KINDS, type RowKind } from './row-kinds.ts';

/** One row of the file: something that happened to one account. */
export interface ReplayRow {
  /** Line of the file, 1 for the header. */
  readonly line: number;
  /** Number of the row in the file: grows from row to row. */
  readonly seq: number;
  readonly account: string;
  readonly date: string;
  readonly kind: RowKind;
  /** Minor units: positive in, negative out. */
  readonly amountMinor: number;
  readonly balanceAfterMinor: number;
  /** The other bank of a transfer; empty for other kinds. */
  readonly partnerBank: string;
  readonly partnerAccount: string;
}

export const ROW_COLUMNS = [
  'seq',
  'account',
  'date',
  'kind',
  'amount_minor_units',
  'balance_after_minor_units',
  'partner_bank',
  'partner_account',
] as const;

/** A line of the file is not as it must be. */
export class RowError extends Error {
  override readonly name = 'RowError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** What follows a prefix of at most 16 must still be an account id; `@bank.XX.CUR` must too. */
const ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,47}$/;
const PARTNER_BANK = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,47}$/;
const EMPTY = /^$/;
const PARTNER_ACCOUNT = /^[^\p{Cc}\p{Cs}]{0,100}$/u;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws RowError unless the header names exactly the columns of a replay, in their order. */
export function checkHeader(fields: readonly string[]): void {
  if (fields.join(',') === ROW_COLUMNS.join(',')) return;
  throw new RowError(1, `the header must be ${ROW_COLUMNS.join(',')}, and is ${quoted(fields.join(','))}`);
}

/**
 * Reads one row and checks everything in it that can be checked by itself.
 *
 * @throws RowError that says which field is wrong and what it must be.
 */
export function parseRow(fields: readonly string[], line: number, seqBefore: number): ReplayRow {
  // The parser has seen to it that each record has as many fields as the header.
  const [seq, account, date, kind, amount, balance, partnerBank, partnerAccount] = fields as Fields;
  const demand: Demand = (right, column, value, what) => {
    if (!right) throw new RowError(line, `${column} must be ${what}, and is ${quoted(value)}`);
  };
  const row = {
    line,
    seq: wholeNumber(seq, 'seq', demand),
    account,
    date,
    kind: kind as RowKind,
    amountMinor: wholeNumber(amount, 'amount_minor_units', demand),
    balanceAfterMinor: wholeNumber(balance, 'balance_after_minor_units', demand),
    partnerBank,
    partnerAccount,
  };
  demand(row.seq > seqBefore, 'seq', seq, `a number above the one of the row before (${seqBefore})`);
  demand(ACCOUNT.test(account), 'account', account, 'letters, digits and . _ : -, 48 at most');
  demand(isDate(date), 'date', date, 'a date such as 1993-01-31');
  demand(Object.hasOwn(KINDS, kind), 'kind', kind, `one of ${Object.keys(KINDS).join(', ')}`);
  const { sign, partnerBank: hasPartner } = KINDS[row.kind];
  const { fits, text } = SIGNS[sign];
  demand(fits(row.amountMinor), 'amount_minor_units', amount, `${text} for ${kind}`);
  const partner = hasPartner ? PARTNER_BANK : EMPTY;
  demand(partner.test(partnerBank), 'partner_bank', partnerBank, hasPartner ? 'the other bank' : 'empty');
  demand(
    PARTNER_ACCOUNT.test(partnerAccount),
    'partner_account',
    partnerAccount,
    'text of one line, 100 at most',
  );
  return row;
}

type Fields = readonly [string, string, string, string, string, string, string, string];
type Demand = (right: boolean, column: string, value: string, what: string) => void;

const SIGNS = {
  in: { text: 'above 0', fits: (amount: number) => amount > 0 },
  out: { text: 'below 0', fits: (amount: number) => amount < 0 },
  either: { text: 'other than 0', fits: (amount: number) => amount !== 0 },
} as const;

function wholeNumber(text: string, column: string, demand: Demand): number {
  const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  demand(Math.abs(number) <= MINOR_MAX, column, text, 'a whole number');
  return number;
}

function isDate(text: string): boolean {
  return DATE.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text);
}

const QUOTED_MAX = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text);
}
