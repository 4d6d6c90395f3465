import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionFeed } from '../src/projection/projection-feed.ts';
import type { StoredOperation, TrialBalanceLine } from '../src/storage/store.ts';
import { operation } from './account-life.ts';
import { deposit, open } from './commit-batches.ts';
import { instant, ProjectedLedger, randomBatches } from './projection-fixture.ts';

const ACCOUNTS = ['ana', 'bob', 'eva', 'usd', 'late', '@cash.BRL', '@cash.USD', 'twin-1', 'twin-2'];

const limit = (account: string, overdraftLimit: number) => operation('update', { account, overdraftLimit });

/** The balance of every account that is open after `sequence`, added up from the beginning. */
function balancesAfter(operations: readonly StoredOperation[], sequence: number): Map<string, number> {
  const balances = new Map<string, number>();
  const add = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  for (const operation of operations) {
    const { status, content } = operation;
    if (operation.sequence > sequence || status !== 'posted') continue;
    if (content.type === 'open') add(content.account, 0);
    else if (operation.posting !== undefined) {
      add(operation.posting.debit.accountId, -operation.posting.amount);
      add(operation.posting.credit.accountId, operation.posting.amount);
    }
  }
  return balances;
}

/** What holds reserve on each account after `sequence`. */
function heldAfter(operations: readonly StoredOperation[], sequence: number): Map<string, number> {
  const held = new Map<string, number>();
  const holds = new Map<string, { readonly from: string; readonly amount: number }>();
  const add = (account: string, amount: number) => held.set(account, (held.get(account) ?? 0) + amount);
  for (const { status, content, sequence: own } of operations) {
    if (own > sequence || status !== 'posted') continue;
    if (content.type === 'hold') {
      holds.set(content.id, content);
      add(content.from, content.amount);
    } else if (content.type === 'capture' || content.type === 'void') {
      const { from, amount } = holds.get(content.hold)!;
      add(from, -amount);
    }
  }
  return held;
}

/** The overdraft limit of each account that is open after `sequence`. */
function limitsAfter(operations: readonly StoredOperation[], sequence: number): Map<string, number> {
  const limits = new Map<string, number>();
  for (const { status, content, sequence: own } of operations) {
    if (own > sequence || status !== 'posted') continue;
    if (content.type === 'open') limits.set(content.account, content.overdraftLimit);
    if (content.type === 'update' && content.overdraftLimit !== undefined)
      limits.set(content.account, content.overdraftLimit);
  }
  return limits;
}

function limitChanges(operations: readonly StoredOperation[]): number {
  return operations.filter(
    ({ status, content }) =>
      status === 'posted' && content.type === 'update' && content.overdraftLimit !== undefined,
  ).length;
}

function trialBalanceOf(balances: ReadonlyMap<string, number>): TrialBalanceLine[] {
  return ['BRL', 'USD'].flatMap((currency) => {
    const mine = [...balances].filter(
      ([id]) => (id.toUpperCase().endsWith('USD') ? 'USD' : 'BRL') === currency,
    );
    if (mine.length === 0) return [];
    const sum = (sign: number) =>
      mine.reduce((total, [, balance]) => (balance * sign > 0 ? total + balance * sign : total), 0);
    return [{ currency, accounts: mine.length, debit: String(sum(-1)), credit: String(sum(1)) }];
  });
}

describe('balances at a past moment', () => {
  let ledger: ProjectedLedger;
  let last: number;

  beforeAll(async () => {
    ledger = await ProjectedLedger.create();
    for (const batch of randomBatches(11, 20)) await ledger.post(batch);
    // Opened in the same instant as others, in the middle of a batch.
    await ledger.post([open('twin-1', { overdraftLimit: 9 }), open('twin-2'), limit('twin-1', 8)]);
    await ledger.post([limit('twin-1', 7), deposit('twin-2', 1), limit('twin-1', 6)]);
    last = ledger.operations.length;
    ledger.client.setTypeParser(20, Number);
    expect(limitChanges(ledger.operations)).toBeGreaterThan(5);
  });
  afterAll(() => ledger.destroy());

  async function expectRightEverywhere(): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: last + 2 }), async (sequence) => {
        const balances = balancesAfter(ledger.operations, sequence);
        const counted = Math.min(sequence, last);
        expect(await ledger.projection.trialBalanceAt(sequence)).toEqual({
          sequence: counted,
          lines: trialBalanceOf(balances),
        });
        const held = heldAfter(ledger.operations, sequence);
        const limits = limitsAfter(ledger.operations, sequence);
        for (const id of ACCOUNTS) {
          const view = await ledger.store.balanceAt(id, sequence);
          const { balance, held: heldThen, overdraftLimit } = view?.account ?? {};
          expect([id, balance, heldThen, overdraftLimit, view?.sequence]).toEqual([
            id,
            balances.get(id),
            balances.has(id) ? (held.get(id) ?? 0) : undefined,
            limits.get(id),
            balances.has(id) ? counted : undefined,
          ]);
        }
      }),
      { numRuns: 40, examples: [[0], [last - 1], [last - 2], [last]] },
    );
  }

  it('are what adding up from the beginning gives, by sequence', expectRightEverywhere);

  it('are the same by instant', async () => {
    for (const minute of [-1, 0, 1, 5, 11, 500]) {
      const newest = ledger.operations.findLast(({ postedAt }) => postedAt <= instant(minute));
      const sequence = newest?.sequence ?? 0;
      const bySequence = await ledger.projection.trialBalanceAt(sequence);
      expect(await ledger.projection.trialBalanceAt(instant(minute))).toEqual(bySequence);
      const balance = await ledger.store.balanceAt('ana', instant(minute));
      expect(balance).toEqual(await ledger.store.balanceAt('ana', sequence));
    }
  });

  it('are told for every instant of RFC 3339, however far away or exact', async () => {
    const { store, projection } = ledger;
    const now = (await store.findAccount('ana'))?.balance;
    for (const past of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+23:59', '1999-12-31T23:59:59.999Z']) {
      expect(await store.balanceAt('ana', past)).toBeUndefined();
      expect(await store.statement('ana', { to: past, limit: 5 })).toMatchObject({
        closingBalance: 0,
        operations: [],
      });
      expect(await projection.trialBalanceAt(past)).toEqual({ sequence: 0, lines: [] });
    }
    for (const future of ['9999-12-31T23:59:59-23:59', '9999-12-31T23:59:59.999999Z']) {
      expect((await store.balanceAt('ana', future))?.account.balance).toBe(now);
      expect((await store.statement('ana', { to: future, limit: 5 }))?.closingBalance).toBe(now);
    }
    // A batch was posted in the very millisecond, and an instant a little later counts it.
    const exact = instant(5).replace('.000Z', '.0001Z');
    const then = (await store.balanceAt('ana', instant(5)))?.account.balance;
    expect((await store.balanceAt('ana', exact))?.account.balance).toBe(then);
    const before = await store.statement('ana', { to: exact, limit: 1000 });
    const after = await store.statement('ana', { from: exact, limit: 1000 });
    expect([before?.closingBalance, after?.openingBalance]).toEqual([then, then]);
    const whole = await store.statement('ana', { limit: 1000 });
    expect([...after!.operations, ...before!.operations]).toEqual(whole?.operations);
  });

  it('are the same when the projection has kept all balances in between', async () => {
    const feed = new ProjectionFeed('projection', { snapshotOperationsMin: 20, sliceOperations: 3 });
    const client = ledger.client as unknown as pg.PoolClient;
    for (let step = await feed.step(client, 7); step.sequence < step.head;) step = await feed.step(client, 7);
    const { rowCount } = await ledger.client.query('SELECT FROM projection.snapshot_taken');
    // Balances are fed in strides, and a snapshot is taken at the end of one: here there is one.
    expect(rowCount).toBe(1);
    await expectRightEverywhere();
  });
});
