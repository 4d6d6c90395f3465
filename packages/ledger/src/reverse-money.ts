import assert from 'node:assert/strict';
import { available, isBankAccount } from './account.ts';
import type { Decision } from './decision.ts';
import { isAmount } from './money.ts';
import { post, refusalOf } from './move-money.ts';
import type { OperationType, ReversalContent } from './operation.ts';
import type { AppliedOperation } from './outcome.ts';
import type { Reversible } from './reversible.ts';
import type { WorkingLedger } from './working-ledger.ts';

/** What moves money and can be moved back. */
const REVERSIBLE_TYPES: ReadonlySet<OperationType> = new Set([
  'deposit',
  'withdrawal',
  'transfer',
  'capture',
]);

/** What a reversal has to know of `operation`, of which `reversed` minor units were moved back already. */
export function reversibleOf(operation: AppliedOperation, reversed: number): Reversible {
  const { sequence, content } = operation;
  const posting = operation.status === 'posted' ? operation.posting : undefined;
  return {
    sequence,
    isReversible: posting !== undefined && REVERSIBLE_TYPES.has(content.type),
    debit: posting?.debit.accountId,
    credit: posting?.credit.accountId,
    amount: posting?.amount ?? 0,
    reversed,
  };
}

/** Moves money back the way it came. `original`: what the operation to reverse is, if there is one. */
export function reverse(
  { accounts, reversals }: WorkingLedger,
  content: ReversalContent,
  original: Reversible | undefined,
  sequence: number,
): Decision {
  if (original === undefined) return { reason: 'original_not_found' };
  if (!original.isReversible) return { reason: 'not_reversible' };
  const left = reversals.leftOf(original);
  const amount = content.amount ?? left;
  if (left === 0 || amount > left) return { reason: 'reversal_exceeds_rest' };
  assert(isAmount(amount), 'an amount is validated before it reaches the ledger');
  const debit = accounts.get(original.credit!);
  const credit = accounts.get(original.debit!);
  assert(debit !== undefined && credit !== undefined, 'the accounts of a posted operation exist');
  const refusal = refusalOf({ debit, credit });
  if (refusal !== undefined) return refusal;
  // I5: who received the money has to have it still.
  if (!isBankAccount(debit.id) && amount > available(debit)) return { reason: 'insufficient_funds' };
  const decision = post(accounts, { debit, credit }, amount, sequence);
  if ('posting' in decision) reversals.add(original, amount, sequence);
  return decision;
}
