import {
  type CaptureRequest,
  type CloseRequest,
  DEFAULT_CURRENCY,
  type DepositRequest,
  type ExchangeRequest,
  type FreezeRequest,
  type HoldRequest,
  type OpenAccountRequest,
  type Operation,
  type OperationRequest,
  type ReversalRequest,
  type TransferRequest,
  type UpdateAccountRequest,
  type VoidRequest,
  type WithdrawalRequest,
} from '@lastro/contract';
import { exchangeAccountId, type OperationContent, sameContent } from '@lastro/ledger';
import { ADMIN_NAME, type Principal } from '@lastro/service';
import { v5 as uuidv5 } from 'uuid';
import { keptInstant } from './kept-instant.ts';
import { namedIn, type RecordEntry } from './queue/operation-record.ts';
import type { KnownOperation } from './queue/queue.ts';

/** What an operation's id and its atomic group are: the same for every type. */
interface Identity {
  /** Lower case. */
  readonly id: string;
  readonly group?: string | undefined;
}

export function openContent({ id, group }: Identity, request: OpenAccountRequest): OperationContent {
  const { id: account, currency = DEFAULT_CURRENCY, overdraftLimit = 0, name, metadata } = request;
  return { id, type: 'open', account, currency, overdraftLimit, name, metadata, group };
}

export function depositContent({ id, group }: Identity, request: DepositRequest): OperationContent {
  const { account, amount, currency, description, metadata } = request;
  const effectiveAt = instantOf(request.effectiveAt);
  return { id, type: 'deposit', account, amount, currency, effectiveAt, description, metadata, group };
}

export function withdrawalContent({ id, group }: Identity, request: WithdrawalRequest): OperationContent {
  const { account, amount, currency, description, metadata } = request;
  const effectiveAt = instantOf(request.effectiveAt);
  return { id, type: 'withdrawal', account, amount, currency, effectiveAt, description, metadata, group };
}

export function transferContent({ id, group }: Identity, request: TransferRequest): OperationContent {
  const { from, to, amount, currency, description, metadata } = request;
  const effectiveAt = instantOf(request.effectiveAt);
  return { id, type: 'transfer', from, to, amount, currency, effectiveAt, description, metadata, group };
}

export function holdContent({ id, group }: Identity, request: HoldRequest): OperationContent {
  const { from, to, amount, currency, expiresIn, description, metadata } = request;
  const effectiveAt = instantOf(request.effectiveAt);
  return {
    id,
    type: 'hold',
    from,
    to,
    amount,
    currency,
    expiresIn,
    effectiveAt,
    description,
    metadata,
    group,
  };
}

export function captureContent(
  { id, group }: Identity,
  hold: string,
  { amount, description, metadata, ...request }: CaptureRequest,
): OperationContent {
  const effectiveAt = instantOf(request.effectiveAt);
  return { id, type: 'capture', hold: hold.toLowerCase(), amount, effectiveAt, description, metadata, group };
}

export function voidContent(
  { id, group }: Identity,
  hold: string,
  { description, metadata }: VoidRequest,
): OperationContent {
  return { id, type: 'void', hold: hold.toLowerCase(), description, metadata, group };
}

export function reversalContent(
  { id, group }: Identity,
  original: string,
  { amount, description, metadata, ...request }: ReversalRequest,
): OperationContent {
  const operation = original.toLowerCase();
  const effectiveAt = instantOf(request.effectiveAt);
  return { id, type: 'reversal', operation, amount, effectiveAt, description, metadata, group };
}

export function freezeContent(
  { id, group }: Identity,
  type: 'freeze' | 'unfreeze',
  account: string,
  { side = 'both', description, metadata }: FreezeRequest,
): OperationContent {
  return { id, type, account, side, description, metadata, group };
}

export function closeContent(
  { id, group }: Identity,
  account: string,
  { description, metadata }: CloseRequest,
): OperationContent {
  return { id, type: 'close', account, description, metadata, group };
}

export function updateContent(
  { id, group }: Identity,
  account: string,
  { overdraftLimit, name, description, metadata }: UpdateAccountRequest,
): OperationContent {
  return { id, type: 'update', account, overdraftLimit, name, description, metadata, group };
}

/** The two transfers of an exchange: sold to the bank, and bought from it. Their group is the first one's id. */
export function exchangeContents(id: string, request: ExchangeRequest, toAmount: number): OperationContent[] {
  const { from, to, amount, currency, toCurrency, rate, description, metadata } = request;
  const said = { rate, effectiveAt: instantOf(request.effectiveAt), description, metadata, group: id };
  const sold = { from, to: exchangeAccountId(currency), amount, currency };
  const bought = { from: exchangeAccountId(toCurrency), to, amount: toAmount, currency: toCurrency };
  return [
    { id, type: 'transfer', ...sold, ...said },
    { id: uuidv5('exchange', id), type: 'transfer', ...bought, ...said },
  ];
}

/** The content of one operation of a bulk request, by its type. */
export function contentOf(identity: Identity, request: OperationRequest): OperationContent {
  switch (request.type) {
    case 'open':
      return openContent(identity, { ...request, id: request.account });
    case 'deposit':
      return depositContent(identity, request);
    case 'withdrawal':
      return withdrawalContent(identity, request);
    case 'transfer':
      return transferContent(identity, request);
    case 'hold':
      return holdContent(identity, request);
    case 'capture':
      return captureContent(identity, request.hold, request);
    case 'void':
      return voidContent(identity, request.hold, request);
    case 'reversal':
      return reversalContent(identity, request.operation, request);
    case 'freeze':
    case 'unfreeze':
      return freezeContent(identity, request.type, request.account, request);
    case 'close':
      return closeContent(identity, request.account, request);
    case 'update':
      return updateContent(identity, request.account, request);
  }
}

function instantOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : keptInstant(text);
}

/**
 * The operation as it goes into the queue and on to the data service, a SubmittedOperation: serialised here, once. Who
 * sends it is noted and is no part of its content: the same operation may come by another key (I7).
 */
export function entryOf(content: OperationContent, sender: Principal, acceptedAt: string): RecordEntry {
  // A name has no character that JSON would escape.
  const key = sender.name === ADMIN_NAME ? '' : `,"key":"${sender.name}"`;
  const json = `${JSON.stringify(content).slice(0, -1)}${key},"acceptedAt":"${acceptedAt}"}`;
  return { id: content.id, json, named: namedIn(content) };
}

/** Whether the operation that is known under the id of `content` asks for the same thing (I7). */
export function isSameOperation(known: KnownOperation, content: OperationContent): boolean {
  const stored = JSON.parse(known.json) as Operation & OperationContent;
  if (known.state !== 'final') return sameContent(stored, content);
  const { currency, amount } = known.named;
  const said = {
    ...stored,
    ...(currency ? {} : { currency: undefined }),
    ...(amount ? {} : { amount: undefined }),
  };
  return sameContent(said as OperationContent, content);
}
