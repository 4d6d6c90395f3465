import assert from 'node:assert/strict';
import { available, isBankAccount } from './account.ts';
import type { Decision, Rejection } from './decision.ts';
import { expiryOf, type Hold, type HoldStatus } from './hold.ts';
import { addMinor, isAmount } from './money.ts';
import { type Legs, post, refusalOf, resolveLegs } from './move-money.ts';
import type { CaptureContent, ExpiryContent, HoldContent, VoidContent } from './operation.ts';
import type { Reason } from './reason.ts';
import type { WorkingLedger } from './working-ledger.ts';

/** Reserves money: it stays in the balance and is not available any more. */
export function hold(ledger: WorkingLedger, content: HoldContent, sequence: number): Decision {
  const { accounts, holds } = ledger;
  const legs = resolveLegs(accounts, content);
  if ('reason' in legs) return legs;
  const { debit, credit } = legs;
  // I5: what is reserved must be available, like what is paid.
  if (!isBankAccount(debit.id) && content.amount > available(debit)) return { reason: 'insufficient_funds' };
  const held = addMinor(debit.held, content.amount);
  if (held === undefined) return { reason: 'balance_overflow' };
  accounts.amend(debit, { held });
  holds.open({
    id: content.id,
    from: debit.id,
    to: credit.id,
    fromNumber: debit.number,
    toNumber: credit.number,
    amount: content.amount,
    expiresAt: expiryOf(content, ledger.postedAt),
    status: 'open',
    captured: 0,
    openedSequence: sequence,
    closedSequence: 0,
  });
  return heldBy(legs, content.amount);
}

/** Pays all or a part of what a hold reserves, and releases the rest. */
export function capture(ledger: WorkingLedger, content: CaptureContent, sequence: number): Decision {
  const found = findOpen(ledger, content.hold);
  if ('reason' in found) return found;
  const amount = content.amount ?? found.amount;
  assert(isAmount(amount), 'an amount is validated before it reaches the ledger');
  if (amount > found.amount) return { reason: 'capture_exceeds_hold' };
  const legs = legsOf(ledger, found);
  const refusal = refusalOf(legs);
  if (refusal !== undefined) return refusal;
  const decision = post(ledger.accounts, legs, amount, sequence);
  if ('posting' in decision) {
    release(ledger, found, legs);
    ledger.holds.close(found, 'captured', amount, sequence);
  }
  return decision;
}

/** Releases a hold: because it was voided, or because its time is over. */
export function endHold(
  ledger: WorkingLedger,
  content: VoidContent | ExpiryContent,
  sequence: number,
): Decision {
  const isExpiry = content.type === 'expiry';
  const found = findOpen(ledger, content.hold, isExpiry);
  if ('reason' in found) return found;
  const legs = legsOf(ledger, found);
  release(ledger, found, legs);
  ledger.holds.close(found, isExpiry ? 'expired' : 'voided', 0, sequence);
  return heldBy(legs, found.amount);
}

function heldBy({ debit, credit }: Legs, amount: number): Decision {
  const held = { from: debit.id, to: credit.id, amount, currency: debit.currency };
  return { parties: { debit: debit.number, credit: credit.number, held } };
}

const REASON_OF: Readonly<Record<Exclude<HoldStatus, 'open'>, Reason>> = {
  captured: 'hold_captured',
  voided: 'hold_voided',
  expired: 'hold_expired',
};

/**
 * The hold, while it can be ended. From the instant on at which its time is over, nothing but its expiry can end it,
 * also where that comes late.
 */
function findOpen(ledger: WorkingLedger, id: string, isExpiry = false): Hold | Rejection {
  const found = ledger.holds.get(id);
  if (found === undefined) return { reason: 'hold_not_found' };
  if (found.status !== 'open') return { reason: REASON_OF[found.status] };
  const isOver = found.expiresAt !== undefined && found.expiresAt <= ledger.postedAt;
  assert(isOver || !isExpiry, 'a hold expires in a batch that is not before its time');
  return isOver && !isExpiry ? { reason: 'hold_expired' } : found;
}

function legsOf({ accounts }: WorkingLedger, { from, to }: Hold): Legs {
  const debit = accounts.get(from);
  const credit = accounts.get(to);
  assert(debit !== undefined && credit !== undefined, 'the accounts of a hold exist');
  return { debit, credit };
}

function release({ accounts }: WorkingLedger, held: Hold, { debit }: Legs): void {
  accounts.amend(debit, { held: debit.held - held.amount });
}
