import { RECORD_FIELDS } from '@lastro/ledger';

type Columns<Name extends string> = Readonly<Record<Name, number>>;

function columns<const Name extends string>(names: readonly Name[]): Columns<Name> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Columns<Name>;
}

/** Where each field of an operation is in its row: the order of the record (docs/adr/0004). */
export const OPERATION = columns(RECORD_FIELDS);

/** What is read of an account, in the order in which the digest of all accounts covers it. */
export const ACCOUNT_FIELDS = [
  'number',
  'id',
  'currency',
  'name',
  'metadata',
  'opened_at',
  'overdraft_limit',
  'held',
  'status',
  'balance',
  'entry_count',
  'last_sequence',
] as const;

export const ACCOUNT = columns(ACCOUNT_FIELDS);

/** What is read of an open hold, in the order in which the digest of all open holds covers it. */
export const OPEN_HOLD_FIELDS = [
  'id',
  'account',
  'payee',
  'amount',
  'expires_at',
  'status',
  'captured',
  'opened_sequence',
] as const;

export const OPEN_HOLD = columns(OPEN_HOLD_FIELDS);

/** What is read of an operation that says what an account is. */
export const CHANGE_FIELDS = ['type', 'debit_account', 'details'] as const;

export const CHANGE = columns(CHANGE_FIELDS);

/** Every entry of an account whose number is a multiple of this has a checkpoint (docs/adr/0002). */
export const CHECKPOINT_ENTRIES = 64;

/** Where the fields of each side of an operation are in its row. */
export const DEBIT = {
  account: OPERATION.debit_account,
  entry: OPERATION.debit_entry,
  previous: OPERATION.debit_previous,
  balance: OPERATION.debit_balance,
};
export const CREDIT: typeof DEBIT = {
  account: OPERATION.credit_account,
  entry: OPERATION.credit_entry,
  previous: OPERATION.credit_previous,
  balance: OPERATION.credit_balance,
};
