import type { Operation } from '@lastro/contract';
import type { StoredOperation } from '../storage/store.ts';

/** An operation as the API shows it. The same stored operation always gives the same answer (I6). */
export function operationAnswer(stored: StoredOperation): Operation {
  const { acceptedBy, acceptedAt, currency, ...content } = stored.content;
  return {
    ...content,
    status: stored.status,
    ...(stored.status === 'rejected' ? { reason: stored.reason } : {}),
    ...currencyAndBalances(stored, currency),
    sequence: stored.sequence,
    batch: stored.batch,
    acceptedBy,
    acceptedAt,
    postedAt: stored.postedAt,
  } as Operation;
}

function currencyAndBalances(
  stored: StoredOperation,
  named: string | undefined,
): Pick<Operation, 'currency' | 'balances'> {
  if (stored.status !== 'posted' || stored.posting === undefined)
    return named === undefined ? {} : { currency: named };
  const { debit, credit, currency } = stored.posting;
  return { currency, balances: { [debit.accountId]: debit.balance, [credit.accountId]: credit.balance } };
}
