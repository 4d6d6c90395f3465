/** What a client asks for, already validated: shapes and ranges are checked at the door. */
export type OperationContent = OpenContent | DepositContent | WithdrawalContent | TransferContent;

interface CommonContent {
  /** UUID in lower case, made by the client: the identity of the operation (I2, I6, I7). */
  readonly id: string;
  readonly description?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * The id of the first operation of an atomic group. Its operations are neighbours in a batch and post
   * all or none (I3).
   */
  readonly group?: string | undefined;
}

export interface OpenContent extends CommonContent {
  readonly type: 'open';
  readonly account: string;
  readonly currency: string;
  /** Minor units. */
  readonly overdraftLimit: number;
  readonly name?: string | undefined;
}

interface MoneyContent extends CommonContent {
  /** Minor units, 1 to 2^53 - 1. */
  readonly amount: number;
  /** When given, both accounts must have it; when absent, the accounts' own currency. */
  readonly currency?: string | undefined;
}

export interface DepositContent extends MoneyContent {
  readonly type: 'deposit';
  readonly account: string;
}

export interface WithdrawalContent extends MoneyContent {
  readonly type: 'withdrawal';
  readonly account: string;
}

export interface TransferContent extends MoneyContent {
  readonly type: 'transfer';
  readonly from: string;
  readonly to: string;
}

export type OperationType = OperationContent['type'];

/**
 * The fields that make two operations the same one. Order and spelling of the request do not count,
 * nor do the door and the instant it came in by.
 */
const CONTENT_FIELDS = [
  'id',
  'type',
  'account',
  'from',
  'to',
  'amount',
  'currency',
  'overdraftLimit',
  'name',
  'description',
  'group',
] as const;

type AnyContent = Readonly<Partial<Record<(typeof CONTENT_FIELDS)[number], string | number | undefined>>> &
  Pick<OperationContent, 'metadata'>;

/** Whether two operations with one id ask for the same thing (I7). */
export function sameContent(left: OperationContent, right: OperationContent): boolean {
  const a: AnyContent = left;
  const b: AnyContent = right;
  return CONTENT_FIELDS.every((field) => a[field] === b[field]) && sameMetadata(a.metadata, b.metadata);
}

function sameMetadata(a: OperationContent['metadata'] = {}, b: OperationContent['metadata'] = {}): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
