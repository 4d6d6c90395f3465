import {
  DEFAULT_CURRENCY,
  type DepositRequest,
  type OpenAccountRequest,
  type Operation,
  type OperationRequest,
  type TransferRequest,
  type WithdrawalRequest,
} from '@lastro/contract';
import { type OperationContent, sameContent } from '@lastro/ledger';
import type { RecordEntry } from './queue/operation-record.ts';
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
  return { id, type: 'deposit', account, amount, currency, description, metadata, group };
}

export function withdrawalContent({ id, group }: Identity, request: WithdrawalRequest): OperationContent {
  const { account, amount, currency, description, metadata } = request;
  return { id, type: 'withdrawal', account, amount, currency, description, metadata, group };
}

export function transferContent({ id, group }: Identity, request: TransferRequest): OperationContent {
  const { from, to, amount, currency, description, metadata } = request;
  return { id, type: 'transfer', from, to, amount, currency, description, metadata, group };
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
  }
}

/** The operation as it goes into the queue and on to the data service, a SubmittedOperation: serialised here, once. */
export function entryOf(content: OperationContent, acceptedAt: string): RecordEntry {
  const json = `${JSON.stringify(content).slice(0, -1)},"acceptedAt":"${acceptedAt}"}`;
  return { id: content.id, json, currencyNamed: content.currency !== undefined };
}

/** Whether the operation that is known under the id of `content` asks for the same thing (I7). */
export function isSameOperation(known: KnownOperation, content: OperationContent): boolean {
  const stored = JSON.parse(known.json) as Operation & OperationContent;
  // The ledger shows the accounts' currency in a result also where the client named none.
  if (known.state === 'final' && !known.currencyNamed) return sameContent(withoutCurrency(stored), content);
  return sameContent(stored, content);
}

function withoutCurrency(content: OperationContent): OperationContent {
  return { ...content, currency: undefined } as OperationContent;
}
