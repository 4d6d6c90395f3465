import type { Operation } from '@lastro/contract';
import type { OperationContent } from '@lastro/ledger';
import type { StoredOperation } from '../storage/store.ts';

type Answer = { -readonly [Field in keyof Operation]: Operation[Field] };

/**
 * An operation as the API shows it. The same stored operation always gives the same answer, to the byte (I6).
 * Field by field, in one order: every operation passes here, and copying with rest and spread costs more than
 * all of the rules of money.
 */
export function operationAnswer(stored: StoredOperation): Operation {
  const { content } = stored;
  const answer = { id: content.id, type: content.type, status: stored.status } as Answer;
  if (stored.status === 'rejected') answer.reason = stored.reason;
  addContent(answer, content);
  if (stored.status === 'posted' && stored.posting !== undefined) {
    const { debit, credit, currency } = stored.posting;
    answer.currency = currency;
    answer.balances = { [debit.accountId]: debit.balance, [credit.accountId]: credit.balance };
  } else if (content.currency !== undefined) answer.currency = content.currency;
  answer.sequence = stored.sequence;
  answer.batch = stored.batch;
  answer.acceptedBy = content.acceptedBy;
  answer.acceptedAt = content.acceptedAt;
  answer.postedAt = stored.postedAt;
  return answer;
}

function addContent(answer: Answer, content: OperationContent): void {
  if (content.type === 'transfer') {
    answer.from = content.from;
    answer.to = content.to;
  } else answer.account = content.account;
  if (content.type === 'open') {
    answer.overdraftLimit = content.overdraftLimit;
    if (content.name !== undefined) answer.name = content.name;
  } else answer.amount = content.amount;
  if (content.description !== undefined) answer.description = content.description;
  if (content.metadata !== undefined) answer.metadata = content.metadata;
  if (content.group !== undefined) answer.group = content.group;
}
