import { OPERATION_REQUESTS } from '@lastro/contract';

/** What the rows of a file are: accounts to open, or operations of any type. */
export type ImportKind = 'accounts' | 'operations';

/** What the header of a file says. */
export interface Columns {
  readonly kind: ImportKind;
  readonly names: readonly string[];
}

/** The header is not one of a file that can be imported. The message says what is wrong with it. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
}

/** Fields that hold money: in a file they are decimal, as people write it, or in minor units under a name that says so. */
export const MONEY_FIELDS: ReadonlySet<string> = new Set(['amount', 'overdraftLimit']);
export const MINOR_SUFFIX = 'Minor';
export const METADATA_PREFIX = 'metadata.';

const FIELDS: Readonly<Record<ImportKind, readonly string[]>> = {
  // An account's row is an opening whose `id` is the account's.
  accounts: ['id', ...fieldsOf('open').filter((name) => !['type', 'id', 'account'].includes(name))],
  operations: [...new Set(Object.keys(OPERATION_REQUESTS).flatMap(fieldsOf))],
};

/** A row with one of these touches an account beside the one in `account`, which it may not even show. */
const OTHER_ACCOUNTS = ['from', 'to', 'hold', 'operation'];

/**
 * Reads the header: any of the columns, in any order. A file with a column `type` is one of operations.
 *
 * @throws HeaderError
 */
export function readHeader(names: readonly string[]): Columns {
  const kind = names.includes('type') ? 'operations' : 'accounts';
  const allowed = columnsOf(kind);
  const unknown = names.find((name) => !allowed.includes(name) && !isMetadata(name));
  if (unknown !== undefined) {
    throw new HeaderError(
      `the column ${JSON.stringify(unknown.slice(0, 60))} is unknown; a file of ${kind} may have ${allowed.join(', ')} and ${METADATA_PREFIX}KEY`,
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new HeaderError(`the column ${twice} is there twice`);
  if (kind === 'accounts' && !names.includes('id')) {
    throw new HeaderError('there is no column id (for accounts), and no column type (for operations)');
  }
  return { kind, names };
}

/** Whether each row touches one account only, the one that it shows: then rows of different accounts have no order. */
export function touchesOneAccount({ kind, names }: Columns): boolean {
  return kind === 'accounts' || !OTHER_ACCOUNTS.some((name) => names.includes(name));
}

/** The columns of a kind of file, beside metadata. */
function columnsOf(kind: ImportKind): readonly string[] {
  return FIELDS[kind]
    .filter((name) => name !== 'metadata')
    .flatMap((name) => (MONEY_FIELDS.has(name) ? [name, name + MINOR_SUFFIX] : [name]));
}

function isMetadata(name: string): boolean {
  return name.startsWith(METADATA_PREFIX) && name.length > METADATA_PREFIX.length;
}

function fieldsOf(type: string): string[] {
  return Object.keys(OPERATION_REQUESTS[type as keyof typeof OPERATION_REQUESTS].properties);
}
