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
  'balance',
  'entry_count',
  'last_sequence',
] as const;

export const ACCOUNT = columns(ACCOUNT_FIELDS);

/** Every entry of an account whose number is a multiple of this has a checkpoint (docs/adr/0002). */
export const CHECKPOINT_ENTRIES = 64;
