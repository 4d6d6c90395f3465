import { describe, expect, it } from 'vitest';
import { applyBatch, type OperationContent, REASON_NAMES, reasonOf, REASONS } from '../src/index.ts';

describe('the catalogue of reasons', () => {
  it('keeps the number of each reason for ever: it is stored and hashed', () => {
    const numbers = Object.fromEntries(REASON_NAMES.map((reason) => [reason, REASONS[reason].number]));
    // Add a new reason below with a new number; never change or reuse one.
    expect(numbers).toEqual({
      account_not_found: 1,
      account_exists: 2,
      insufficient_funds: 3,
      currency_mismatch: 4,
      same_account: 5,
      balance_overflow: 6,
      group_rejected: 7,
      account_frozen: 8,
      account_closed: 9,
      account_not_empty: 10,
      account_has_holds: 11,
      limit_in_use: 12,
      hold_not_found: 13,
      hold_captured: 14,
      hold_voided: 15,
      hold_expired: 16,
      capture_exceeds_hold: 17,
      original_not_found: 18,
      not_reversible: 19,
      reversal_exceeds_rest: 20,
    });
  });

  it('finds each reason by its number, and none by another', () => {
    for (const reason of REASON_NAMES) expect(reasonOf(REASONS[reason].number)).toBe(reason);
    expect(reasonOf(0)).toBeUndefined();
    expect(reasonOf(99)).toBeUndefined();
  });

  it.each(REASON_NAMES)('says %s in a sentence', (reason) => {
    expect(REASONS[reason].sentence).toMatch(/^[A-Z].*[.]$/);
  });
});

describe('what only a programmer can get wrong', () => {
  const accounts = new Map(
    ['@cash.BRL', 'alice'].map((id, index) => [
      id,
      {
        number: index + 1,
        id,
        currency: 'BRL',
        overdraftLimit: 0,
        balance: 0,
        held: 0,
        status: 'open' as const,
        entryCount: 0,
        lastSequence: 0,
      },
    ]),
  );
  const view = {
    sequence: 0,
    accountCount: 2,
    postedAt: '2026-11-22T12:00:00.000Z',
    findAccount: (id: string) => accounts.get(id),
    findHold: () => undefined,
    findReversible: () => undefined,
    findOperation: () => undefined,
  };
  const deposit = (amount: unknown) =>
    ({
      id: '00000000-0000-7000-8000-000000000001',
      type: 'deposit',
      account: 'alice',
      amount,
    }) as OperationContent;

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', 1n, null, undefined])(
    'fails an assertion before money moves: an amount of %o',
    (amount) => {
      expect(() => applyBatch(view, [deposit(amount)])).toThrow(/validated before it reaches the ledger/);
    },
  );

  it('fails an assertion when the cash account of a currency is not there', () => {
    const without = { ...view, findAccount: (id: string) => (id === 'alice' ? accounts.get(id) : undefined) };
    expect(() => applyBatch(without, [deposit(1)])).toThrow(/cash account in BRL/);
  });
});
