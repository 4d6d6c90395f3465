import type { OperationRequest } from '@lastro/contract';
import type { OperationLog } from './operation-log.ts';
import type { PlannedOperation } from './operation-plan.ts';
import type { RunIdentity } from './run-identity.ts';

/** An operation that moves money at once, as a simulated client sends it. */
export type MovementRequest = Extract<OperationRequest, { type: 'deposit' | 'withdrawal' | 'transfer' }>;

/** A planned operation as it is sent: the same content and id every time (I2, I7). */
function requestOf(planned: PlannedOperation, number: number, identity: RunIdentity): MovementRequest {
  const { kind, account, to, amountMinor: amount } = planned;
  const id = identity.operation(number);
  if (kind === 'transfer') {
    return { type: kind, id, from: identity.account(account), to: identity.account(to), amount };
  }
  return { type: kind, id, account: identity.account(account), amount };
}

export function requestsOf(
  numbers: readonly number[],
  log: OperationLog,
  identity: RunIdentity,
): MovementRequest[] {
  return numbers.map((number) => requestOf(log.planned(number), number, identity));
}
