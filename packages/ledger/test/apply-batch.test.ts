import { describe, expect, it } from 'vitest';
import { applyBatch, type OperationContent } from '../src/index.ts';
import { LedgerInMemory } from './ledger-in-memory.ts';

const BRL = { currency: 'BRL', overdraftLimit: 0 } as const;
let counter = 0;
const newId = () => `00000000-0000-7000-8000-${String(++counter).padStart(12, '0')}`;
const open = (account: string, fields: object = {}): OperationContent => ({
  id: newId(),
  type: 'open',
  account,
  ...BRL,
  ...fields,
});
const deposit = (account: string, amount: number, fields: object = {}): OperationContent => ({
  id: newId(),
  type: 'deposit',
  account,
  amount,
  ...fields,
});
const withdrawal = (account: string, amount: number): OperationContent => ({
  id: newId(),
  type: 'withdrawal',
  account,
  amount,
});
const transfer = (from: string, to: string, amount: number, fields: object = {}): OperationContent => ({
  id: newId(),
  type: 'transfer',
  from,
  to,
  amount,
  ...fields,
});

/** A bank with cash, alice (100.00) and bob (0.00). */
function smallBank() {
  const bank = new LedgerInMemory();
  bank.apply([open('@cash.BRL'), open('alice'), open('bob'), deposit('alice', 10_000)]);
  return bank;
}

describe('a batch', () => {
  it('moves money from one account to the other, and says what each holds after', () => {
    const bank = smallBank();
    const [result] = bank.apply([transfer('alice', 'bob', 2_500)]);
    expect(result).toMatchObject({
      status: 'posted',
      sequence: 5,
      posting: {
        currency: 'BRL',
        debit: { accountId: 'alice', balance: 7_500, entry: 2, previousSequence: 4 },
        credit: { accountId: 'bob', balance: 2_500, entry: 1, previousSequence: 0 },
      },
    });
  });

  it('applies operations in order: money that arrives first can be spent by the next', () => {
    const bank = smallBank();
    const results = bank.apply([
      transfer('bob', 'alice', 1),
      transfer('alice', 'bob', 1),
      transfer('bob', 'alice', 1),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'posted', 'posted']);
  });

  it('gives the balance of each touched account once, whatever number of entries it got', () => {
    const bank = smallBank();
    const { changed } = applyBatch(bank.view(), [
      transfer('alice', 'bob', 1),
      transfer('alice', 'bob', 2),
      transfer('bob', 'alice', 3),
    ]);
    expect(changed).toHaveLength(2);
    expect(changed.map(({ id, balance, entryCount }) => ({ id, balance, entryCount }))).toEqual([
      { id: 'alice', balance: 10_000, entryCount: 4 },
      { id: 'bob', balance: 0, entryCount: 3 },
    ]);
  });

  it.each([
    ['account_not_found', transfer('alice', 'nobody', 1)],
    ['account_not_found', transfer('nobody', 'alice', 1)],
    ['account_not_found', deposit('nobody', 1)],
    ['account_exists', open('alice')],
    ['insufficient_funds', withdrawal('alice', 10_001)],
    ['insufficient_funds', transfer('bob', 'alice', 1)],
    ['currency_mismatch', deposit('alice', 1, { currency: 'USD' })],
    ['same_account', transfer('alice', 'alice', 1)],
    ['same_account', deposit('@cash.BRL', 1)],
    ['balance_overflow', deposit('alice', Number.MAX_SAFE_INTEGER)],
  ] as const)('rejects with %s and changes nothing', (reason, operation) => {
    const bank = smallBank();
    const before = bank.accounts();
    expect(bank.apply([operation])).toMatchObject([{ status: 'rejected', reason }]);
    expect(bank.accounts()).toEqual(before);
  });

  it('rejects a transfer between accounts of two currencies', () => {
    const bank = smallBank();
    bank.apply([open('@cash.USD', { currency: 'USD' }), open('carol', { currency: 'USD' })]);
    expect(bank.apply([transfer('alice', 'carol', 1)])).toMatchObject([{ reason: 'currency_mismatch' }]);
  });

  it('lets an account go down to its overdraft limit and no further', () => {
    const bank = smallBank();
    bank.apply([open('dora', { overdraftLimit: 500 })]);
    const results = bank.apply([withdrawal('dora', 501), withdrawal('dora', 500), withdrawal('dora', 1)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'posted', 'rejected']);
    expect(bank.accounts().get('dora')?.balance).toBe(-500);
  });
});

describe('an operation sent again', () => {
  it('answers with the first result, in the same batch and in a later one', () => {
    const bank = smallBank();
    const operation = transfer('alice', 'bob', 100);
    const [first, second] = bank.apply([operation, operation]);
    const [third] = bank.apply([{ ...operation }]);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(bank.accounts().get('bob')?.balance).toBe(100);
  });

  it('keeps its rejection, even when it could be posted by now', () => {
    const bank = smallBank();
    const operation = transfer('bob', 'alice', 100);
    const [first] = bank.apply([operation]);
    bank.apply([deposit('bob', 1_000)]);
    expect(bank.apply([operation])).toEqual([first]);
  });

  it('is a conflict when its content differs, and changes nothing', () => {
    const bank = smallBank();
    const operation = transfer('alice', 'bob', 100, { metadata: { order: '1' } });
    bank.apply([operation]);
    const before = bank.accounts();
    const changes = [{ amount: 101 }, { to: 'alice' }, { metadata: { order: '2' } }, { description: 'x' }];
    for (const change of changes) {
      const { outcomes, applied } = applyBatch(bank.view(), [{ ...operation, ...change }]);
      expect(outcomes).toMatchObject([{ kind: 'conflict', stored: { content: operation } }]);
      expect(applied).toEqual([]);
    }
    expect(bank.accounts()).toEqual(before);
  });
});

describe('an atomic group', () => {
  const grouped = (...operations: OperationContent[]) =>
    operations.map((operation) => ({ ...operation, group: operations[0]!.id }));

  it('posts all of its operations', () => {
    const bank = smallBank();
    const results = bank.apply(grouped(transfer('alice', 'bob', 100), transfer('bob', 'alice', 40)));
    expect(results.map((result) => result.status)).toEqual(['posted', 'posted']);
  });

  it('posts none when one is rejected, and names the one that failed', () => {
    const bank = smallBank();
    const before = bank.accounts();
    const group = grouped(
      transfer('alice', 'bob', 100),
      open('eve'),
      withdrawal('bob', 101),
      deposit('eve', 1),
    );
    const results = bank.apply([...group, transfer('alice', 'bob', 1)]);
    expect(results.map((result) => ('reason' in result ? result.reason : result.status))).toEqual([
      'group_rejected',
      'group_rejected',
      'insufficient_funds',
      'group_rejected',
      'posted',
    ]);
    expect(results.map((result) => result.sequence)).toEqual([5, 6, 7, 8, 9]);
    expect(bank.accounts().has('eve')).toBe(false);
    expect(bank.accounts().get('bob')?.balance).toBe(before.get('bob')!.balance + 1);
  });

  it('sent twice in a row takes effect once', () => {
    const bank = smallBank();
    const group = grouped(transfer('alice', 'bob', 100), transfer('alice', 'bob', 50));
    const results = bank.apply([...group, ...group]);
    expect(results[2]).toBe(results[0]);
    expect(results[3]).toBe(results[1]);
    expect(bank.accounts().get('bob')?.balance).toBe(150);
  });

  it('is a conflict as a whole when one of its ids is taken, or comes twice', () => {
    const bank = smallBank();
    const taken = transfer('alice', 'bob', 1);
    bank.apply([taken]);
    const withTaken = applyBatch(bank.view(), grouped(transfer('alice', 'bob', 2), taken));
    expect(withTaken.outcomes.map((outcome) => outcome.kind)).toEqual(['conflict', 'conflict']);
    const double = transfer('alice', 'bob', 3);
    const withDouble = applyBatch(bank.view(), grouped(transfer('alice', 'bob', 2), double, double));
    expect(withDouble.outcomes.map((outcome) => outcome.kind)).toEqual(['conflict', 'conflict', 'conflict']);
    expect([...withTaken.applied, ...withDouble.applied]).toEqual([]);
  });
});
