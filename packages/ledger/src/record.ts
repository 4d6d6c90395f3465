import type { Side } from './account.ts';
import type { BinaryWriter } from './binary-writer.ts';
import type { OperationContent, OperationType } from './operation.ts';
import type { AppliedOperation, Entry } from './outcome.ts';
import { REASONS } from './reason.ts';

/** Where and when an operation came in. Part of its record, not of what makes it the same operation. */
export interface Acceptance {
  /** The business service that took it. */
  readonly acceptedBy: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly acceptedAt: string;
  /** Name of the API key that sent it; absent: the bank's own. */
  readonly key?: string | undefined;
}

export type AcceptedOperation = OperationContent & Acceptance;

/** What is stored and hashed for each type; a number is never given twice. */
export const TYPE_NUMBERS: Readonly<Record<OperationType, number>> = {
  open: 1,
  deposit: 2,
  withdrawal: 3,
  transfer: 4,
  hold: 5,
  capture: 6,
  void: 7,
  expiry: 8,
  reversal: 9,
  freeze: 10,
  unfreeze: 11,
  close: 12,
  update: 13,
};

/** The type stored under `number`, or `undefined` when this version does not know it. */
export function operationTypeOf(number: number): OperationType | undefined {
  return (Object.keys(TYPE_NUMBERS) as OperationType[]).find((type) => TYPE_NUMBERS[type] === number);
}

/** The fields of a record, in order. Storage engines use the same names. */
export const RECORD_FIELDS = [
  'sequence',
  'id',
  'batch',
  'type',
  'reason',
  'amount',
  'debit_account',
  'debit_entry',
  'debit_previous',
  'debit_balance',
  'credit_account',
  'credit_entry',
  'credit_previous',
  'credit_balance',
  'accepted_at',
  'accepted_by',
  'details',
] as const;

const ABSENT = -1;

/**
 * Writes one operation in its canonical form: the bytes that the hash chain covers (I8). Each field is
 * its length in bytes (32 bits, -1 when absent) and its value, big-endian, after the number of fields
 * (16 bits). This is also the tuple of PostgreSQL's binary COPY, so the bytes that are hashed are the
 * bytes that are stored and the bytes that can be read back. Instants are microseconds since 2000-01-01.
 */
export function writeRecord(
  writer: BinaryWriter,
  operation: AppliedOperation<AcceptedOperation>,
  batch: number,
): void {
  const { content } = operation;
  const posting = operation.status === 'posted' ? operation.posting : undefined;
  writer.int16(RECORD_FIELDS.length);
  writeInt64(writer, operation.sequence);
  writer.int32(16);
  writer.uuid(content.id);
  writeInt64(writer, batch);
  writeInt16(writer, TYPE_NUMBERS[content.type]);
  writeInt16(writer, operation.status === 'rejected' ? REASONS[operation.reason].number : undefined);
  writeInt64(writer, posting?.amount ?? ('amount' in content ? content.amount : undefined));
  if (posting === undefined) {
    const parties = operation.status === 'posted' ? operation.parties : undefined;
    writeParty(writer, parties?.debit);
    writeParty(writer, parties?.credit);
  } else {
    writeEntry(writer, posting.debit);
    writeEntry(writer, posting.credit);
  }
  writeInt64(writer, microsecondsSince2000(content.acceptedAt));
  writer.sizedText(content.acceptedBy);
  const details = detailsOf(operation, posting !== undefined);
  if (details === undefined) writer.int32(ABSENT);
  else writer.sizedText(JSON.stringify(details));
}

function writeEntry(writer: BinaryWriter, entry: Entry): void {
  writeInt64(writer, entry.accountNumber);
  writeInt64(writer, entry.entry);
  writeInt64(writer, entry.previousSequence);
  writeInt64(writer, entry.balance);
}

/** An account without an entry: an operation is about it, and moves no money. */
function writeParty(writer: BinaryWriter, accountNumber: number | undefined): void {
  writeInt64(writer, accountNumber);
  for (let field = 0; field < 3; field += 1) writer.int32(ABSENT);
}

function writeInt64(writer: BinaryWriter, value: number | undefined): void {
  if (value === undefined) return writer.int32(ABSENT);
  writer.int32(8);
  writer.int64(value);
}

function writeInt16(writer: BinaryWriter, value: number | undefined): void {
  if (value === undefined) return writer.int32(ABSENT);
  writer.int32(2);
  writer.int16(value);
}

/**
 * What the fixed fields of the record do not say. With a posting, the entries name the accounts; without
 * one, the accounts as the client wrote them are here too. Together with the fixed fields it is the whole
 * content, so that a replay can be compared with what was sent first (I7).
 */
export interface Details {
  readonly account?: string;
  readonly from?: string;
  readonly to?: string;
  readonly hold?: string;
  readonly operation?: string;
  readonly side?: Side;
  /** Of a capture or a reversal, where the client named it; the fixed field says what was moved. */
  readonly amount?: number;
  readonly currency?: string;
  readonly rate?: string;
  readonly expiresIn?: number;
  readonly overdraftLimit?: number;
  readonly name?: string;
  readonly effectiveAt?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly key?: string;
  /** Part of the result: see AppliedOperation. */
  readonly failedOperation?: string;
}

const SAID = ['description', 'metadata', 'group', 'key'] as const;
const MOVED = ['currency', 'rate', 'effectiveAt', ...SAID] as const;

/** The fields of each type that are kept in its details, in order, where a posting does not say them. */
const DETAIL_FIELDS = {
  open: ['account', 'overdraftLimit', 'name', 'currency', ...SAID],
  deposit: ['account', ...MOVED],
  withdrawal: ['account', ...MOVED],
  transfer: ['from', 'to', ...MOVED],
  hold: ['from', 'to', 'expiresIn', ...MOVED],
  capture: ['hold', 'amount', 'effectiveAt', ...SAID],
  void: ['hold', ...SAID],
  expiry: ['hold', ...SAID],
  reversal: ['operation', 'amount', 'effectiveAt', ...SAID],
  freeze: ['account', 'side', ...SAID],
  unfreeze: ['account', 'side', ...SAID],
  close: ['account', ...SAID],
  update: ['account', 'overdraftLimit', 'name', ...SAID],
} as const satisfies Record<OperationType, readonly (keyof Details)[]>;

/** Of these types the accounts are the client's own words, and a posting says them. */
const NAMED_BY_POSTING: ReadonlySet<OperationType> = new Set(['deposit', 'withdrawal', 'transfer']);

function detailsOf(
  operation: AppliedOperation<AcceptedOperation>,
  hasPosting: boolean,
): Record<string, unknown> | undefined {
  const { content } = operation;
  const values: Readonly<Partial<Record<keyof Details, unknown>>> = content;
  const fields = hasPosting && NAMED_BY_POSTING.has(content.type) ? MOVED : DETAIL_FIELDS[content.type];
  let details: Record<string, unknown> | undefined;
  for (const field of fields) {
    if (values[field] !== undefined) (details ??= {})[field] = values[field];
  }
  if (operation.status === 'rejected' && operation.failedOperation !== undefined)
    (details ??= {})['failedOperation'] = operation.failedOperation;
  return details;
}

/**
 * The content of an operation from what its record keeps: the other way round from `writeRecord`.
 * `legs` are the debited and the credited account of a posting.
 */
export function contentOfRecord(
  fixed: {
    readonly id: string;
    readonly type: OperationType;
    readonly amount: number | undefined;
  } & Acceptance,
  legs: { readonly debit: string; readonly credit: string } | undefined,
  { failedOperation: _, ...details }: Details,
): AcceptedOperation {
  const { id, type, amount, acceptedBy, acceptedAt } = fixed;
  const content = {
    id,
    type,
    ...namedAccounts(type, legs),
    ...(amount === undefined || !AMOUNT_IS_CONTENT.has(type) ? {} : { amount }),
    ...details,
  };
  return { ...content, acceptedBy, acceptedAt } as AcceptedOperation;
}

/** Of these types the amount that is moved is always what the client has said. */
const AMOUNT_IS_CONTENT: ReadonlySet<OperationType> = new Set(['deposit', 'withdrawal', 'transfer', 'hold']);

function namedAccounts(
  type: OperationType,
  legs: { readonly debit: string; readonly credit: string } | undefined,
): Details {
  if (legs === undefined || !NAMED_BY_POSTING.has(type)) return {};
  if (type === 'transfer') return { from: legs.debit, to: legs.credit };
  return { account: type === 'deposit' ? legs.credit : legs.debit };
}

/** Milliseconds of the Unix epoch at 2000-01-01T00:00:00Z, where PostgreSQL's time begins. */
const MILLISECONDS_1970_TO_2000 = 946_684_800_000;

let lastInstant: string | undefined;
let lastMicroseconds = 0;

/** Turns an instant (RFC 3339) into the form that records carry. */
export function microsecondsSince2000(instant: string): number {
  // Operations that came in one request have the same instant, and reading it costs as much as half a record.
  if (instant !== lastInstant) {
    lastMicroseconds = (Date.parse(instant) - MILLISECONDS_1970_TO_2000) * 1000;
    lastInstant = instant;
  }
  return lastMicroseconds;
}

/** The instant (RFC 3339) that a record carries as microseconds since 2000-01-01. */
export function instantOf(microseconds: number): string {
  const milliseconds = microseconds / 1000 + MILLISECONDS_1970_TO_2000;
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : 'no instant';
}
