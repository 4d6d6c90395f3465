import { type AcceptedOperation, expiryIdOf } from '@lastro/ledger';
import { deposit, newId, open, transfer } from './commit-batches.ts';

const acceptance = { acceptedBy: 'business-1', acceptedAt: '2026-11-22T12:00:00.000Z' };

/** An operation of a type that names no accounts, or one. */
export function operation(type: AcceptedOperation['type'], fields: object): AcceptedOperation {
  return { id: newId(), type, ...acceptance, ...fields } as AcceptedOperation;
}

export function hold(from: string, to: string, amount: number, fields: object = {}): AcceptedOperation {
  return operation('hold', { from, to, amount, ...fields });
}

/** By which the bank itself ends a hold. */
export function expiry({ id }: AcceptedOperation): AcceptedOperation {
  return { ...operation('expiry', { hold: id }), id: expiryIdOf(id) };
}

/** One batch, and its time. */
export interface TimedBatch {
  readonly postedAt: string;
  readonly operations: readonly AcceptedOperation[];
}

/**
 * What can become of holds, movements and accounts, in two parts, on top of `fillSmallBank`: of what begins in the first
 * part, some ends in it, some in the second, and some stays open. Amounts of holds are told apart by tests: each is there once.
 */
export function accountLife(): {
  readonly first: readonly TimedBatch[];
  readonly second: readonly TimedBatch[];
} {
  const capturedLater = hold('alice', 'bob', 500, { expiresIn: 3_600, description: 'hotel' });
  const voidedLater = hold('alice', 'bob', 300);
  const expired = hold('alice', 'dora', 70, { expiresIn: 60 });
  const captured = hold('alice', 'bob', 40);
  const captureOfAll = operation('capture', { hold: captured.id });
  const paid = transfer('alice', 'bob', 1_000);
  const paidLater = transfer('alice', 'bob', 77);
  const expiredLater = hold('alice', 'bob', 11, { expiresIn: 10 });
  const first = [
    {
      postedAt: '2030-01-01T12:00:00.000Z',
      operations: [
        open('dora', { name: 'Dora', overdraftLimit: 500, metadata: { tier: 'gold' } }),
        ...['emil', 'fred'].map((id) => open(id)),
        ...[capturedLater, voidedLater, expired, captured],
        hold('alice', 'emil', 25, { expiresIn: 86_400 }),
        paid,
        operation('reversal', { operation: paid.id, amount: 300 }),
        operation('update', { account: 'dora', name: 'Dora B', overdraftLimit: 600 }),
        operation('freeze', { account: 'fred', side: 'both' }),
        operation('freeze', { account: 'emil', side: 'debits' }),
      ],
    },
    { postedAt: '2030-01-01T12:01:00.000Z', operations: [captureOfAll] },
    { postedAt: '2030-01-01T12:01:01.000Z', operations: [expiry(expired)] },
  ];
  const second = [
    {
      postedAt: '2030-01-01T12:02:00.000Z',
      operations: [
        operation('capture', { hold: capturedLater.id, amount: 450 }),
        operation('void', { hold: voidedLater.id }),
        hold('dora', 'bob', 550, { effectiveAt: '2029-12-31T00:00:00.000Z' }),
        expiredLater,
        operation('reversal', { operation: paid.id, amount: 200 }),
        paidLater,
        operation('reversal', { operation: paidLater.id }),
        operation('reversal', { operation: captureOfAll.id, amount: 10 }),
        operation('unfreeze', { account: 'fred', side: 'credits' }),
        deposit('fred', 5),
        operation('unfreeze', { account: 'emil', side: 'both' }),
        operation('update', { account: 'dora', metadata: { tier: 'black' } }),
        operation('update', { account: 'bob', name: 'Bob "B"', overdraftLimit: 5 }),
        open('gina', { metadata: { a: '1' } }),
        operation('close', { account: 'gina' }),
        operation('close', { account: 'carol' }),
      ],
    },
    {
      postedAt: '2030-01-01T12:03:00.000Z',
      operations: [
        expiry(expiredLater),
        operation('update', { account: 'dora', overdraftLimit: 550 }),
        operation('capture', { hold: expiredLater.id }),
        operation('reversal', { operation: paid.id, amount: 501 }),
        transfer('fred', 'bob', 1),
        deposit('carol', 1),
        operation('close', { account: 'alice' }),
      ],
    },
  ];
  return { first, second };
}

/** How `accountLife` comes out, in order. */
export const ACCOUNT_LIFE_REASONS = [
  ...Array.from({ length: 13 + 1 + 1 + 16 + 2 }, () => 'posted'),
  'hold_expired',
  'reversal_exceeds_rest',
  'account_frozen',
  'account_closed',
  'account_not_empty',
];
