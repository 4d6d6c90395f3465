import type { Side } from './account.ts';

/** What a client asks for, already validated: shapes and ranges are checked at the door. */
export type OperationContent =
  | OpenContent
  | DepositContent
  | WithdrawalContent
  | TransferContent
  | HoldContent
  | CaptureContent
  | VoidContent
  | ExpiryContent
  | ReversalContent
  | FreezeContent
  | CloseContent
  | UpdateContent;

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

interface ValuedContent extends CommonContent {
  /** Value date: from when the movement counts for whoever reads the books. RFC 3339, UTC; the rules do not look at it. */
  readonly effectiveAt?: string | undefined;
}

interface MoneyContent extends ValuedContent {
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
  /** Of one leg of an exchange: units of the currency bought for one of the currency sold, as decimal text. */
  readonly rate?: string | undefined;
}

/** Reserves money on `from` for a later payment to `to`: the first phase of a transfer in two. */
export interface HoldContent extends MoneyContent {
  readonly type: 'hold';
  readonly from: string;
  readonly to: string;
  /** Seconds from its acceptance until the bank releases it by itself; absent: never. */
  readonly expiresIn?: number | undefined;
}

/** Pays out of a hold, and releases the rest of it. */
export interface CaptureContent extends ValuedContent {
  readonly type: 'capture';
  /** Id of the operation that made the hold. */
  readonly hold: string;
  /** Minor units; absent: all that is held. */
  readonly amount?: number | undefined;
}

/** Releases a hold. */
export interface VoidContent extends CommonContent {
  readonly type: 'void';
  readonly hold: string;
}

/** The bank releases a hold whose time is over. No client can send it. */
export interface ExpiryContent extends CommonContent {
  readonly type: 'expiry';
  readonly hold: string;
}

/** Moves back what a posted operation has moved, or a part of it. */
export interface ReversalContent extends ValuedContent {
  readonly type: 'reversal';
  /** Id of the operation that is reversed. */
  readonly operation: string;
  /** Minor units; absent: all that has not been reversed yet. */
  readonly amount?: number | undefined;
}

export interface FreezeContent extends CommonContent {
  readonly type: 'freeze' | 'unfreeze';
  readonly account: string;
  readonly side: Side;
}

/** Closes an account for good. */
export interface CloseContent extends CommonContent {
  readonly type: 'close';
  readonly account: string;
}

/** Changes the terms of an account, or how it is described; what is absent stays. `metadata` replaces all of what was there. */
export interface UpdateContent extends CommonContent {
  readonly type: 'update';
  readonly account: string;
  /** Minor units. */
  readonly overdraftLimit?: number | undefined;
  readonly name?: string | undefined;
}

export type OperationType = OperationContent['type'];

const SAID = ['id', 'type', 'description', 'group'] as const;
const VALUED = [...SAID, 'effectiveAt', 'amount'] as const;
const MOVED = [...VALUED, 'currency'] as const;

/**
 * The fields that make two operations of a type the same one, beside metadata. Order and spelling of the request
 * do not count, nor do the door and the instant it came in by.
 */
const CONTENT_FIELDS = {
  open: [...SAID, 'account', 'currency', 'overdraftLimit', 'name'],
  deposit: [...MOVED, 'account'],
  withdrawal: [...MOVED, 'account'],
  transfer: [...MOVED, 'from', 'to', 'rate'],
  hold: [...MOVED, 'from', 'to', 'expiresIn'],
  capture: [...VALUED, 'hold'],
  void: [...SAID, 'hold'],
  expiry: [...SAID, 'hold'],
  reversal: [...VALUED, 'operation'],
  freeze: [...SAID, 'account', 'side'],
  unfreeze: [...SAID, 'account', 'side'],
  close: [...SAID, 'account'],
  update: [...SAID, 'account', 'overdraftLimit', 'name'],
} as const satisfies Record<OperationType, readonly string[]>;

export const OPERATION_TYPES = Object.keys(CONTENT_FIELDS) as readonly OperationType[];

type Field = (typeof CONTENT_FIELDS)[OperationType][number];
type AnyContent = Readonly<Partial<Record<Field, string | number | undefined>>>;

/** Whether two operations with one id ask for the same thing (I7). */
export function sameContent(left: OperationContent, right: OperationContent): boolean {
  const a: AnyContent = left;
  const b: AnyContent = right;
  const fields: readonly Field[] = CONTENT_FIELDS[left.type];
  return (
    left.type === right.type &&
    fields.every((field) => a[field] === b[field]) &&
    sameMetadata(left.metadata, right.metadata)
  );
}

function sameMetadata(a: OperationContent['metadata'] = {}, b: OperationContent['metadata'] = {}): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
