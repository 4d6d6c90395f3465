import type { StatementEntry } from '@lastro/contract';
import type { StoredOperation } from '../storage/store.ts';

/** A posted operation as the statement of one of its accounts shows it. */
export function statementEntry(operation: StoredOperation, accountId: string): StatementEntry {
  const { content } = operation;
  if (operation.status !== 'posted' || operation.posting === undefined) {
    throw new TypeError(`operation ${operation.sequence} has no entries`);
  }
  const { debit, credit, amount } = operation.posting;
  const effectiveAt = 'effectiveAt' in content ? content.effectiveAt : undefined;
  const paid = debit.accountId === accountId;
  const own = paid ? debit : credit;
  return {
    entry: own.entry,
    operation: content.id,
    type: content.type as StatementEntry['type'],
    amount: paid ? -amount : amount,
    balance: own.balance,
    counterparty: paid ? credit.accountId : debit.accountId,
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
    ...(content.description === undefined ? {} : { description: content.description }),
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
    sequence: operation.sequence,
    batch: operation.batch,
    postedAt: operation.postedAt,
  };
}
