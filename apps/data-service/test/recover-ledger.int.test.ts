import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { AcceptedOperation } from '@lastro/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationJson } from '../src/api/operation-json.ts';
import { type KeptResult, ledgerSequence, recoverLedger } from '../src/recover/recover-ledger.ts';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { verifyLedger } from '../src/verify/verify-ledger.ts';
import { accountLife, expiry, hold, operation } from './account-life.ts';
import { deposit, newId, open, post, transfer, withdrawal } from './commit-batches.ts';
import { createLedgerDatabase } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';

describe('recovering a ledger from the results that business services have kept', () => {
  let original: TestDatabase;
  let restored: TestDatabase;
  /** By sequence, less what the bank opens by itself. */
  let kept: (KeptResult & { readonly sequence: number })[];

  beforeEach(async () => {
    [original, restored] = [await createLedgerDatabase(), await createTestDatabase()];
    kept = [];
    const store = openStore(original);
    for (const batch of batches()) await postKept(store, batch);
    await store.close();
  });
  afterEach(async () => {
    await original.drop();
    await restored.drop();
  });

  /** Posts a batch, and keeps the results of what clients have sent. */
  async function postKept(
    store: PostgresStore,
    batch: readonly AcceptedOperation[],
    postedAt?: string,
  ): Promise<void> {
    for (const operation of await post(store, batch, postedAt)) {
      if (operation.content.type === 'expiry') continue;
      const { currency, amount } = operation.content as { currency?: string; amount?: number };
      const named = { currency: currency !== undefined, amount: amount !== undefined };
      kept.push({ json: operationJson(operation), named, sequence: operation.sequence });
    }
  }

  function openStore({ url }: TestDatabase): PostgresStore {
    return openTestStore(url);
  }

  /** Every kind of operation, posted and rejected, with and without what is optional; two currencies; groups. */
  function batches(): AcceptedOperation[][] {
    const [paid, refused] = [newId(), newId()];
    return [
      [
        open('alice', { name: 'Alice "A" \\ ☕', metadata: { z: '1', a: '","sequence":7,"batch":' } }),
        open('bob'),
      ],
      [deposit('alice', 10_000), deposit('nobody', 1), open('alice'), withdrawal('bob', 1)],
      [open('dolly', { currency: 'USD', overdraftLimit: 500 }), transfer('alice', 'dolly', 1)],
      [
        transfer('alice', 'bob', 10, { currency: 'BRL', description: 'tea' }),
        transfer('alice', 'bob', 10, { currency: 'USD' }),
        withdrawal('dolly', 500),
      ],
      [
        { ...transfer('alice', 'bob', 5, { group: paid }), id: paid },
        deposit('bob', 7, { group: paid, metadata: { '10': 'ten', '9': 'nine' } }),
        { ...deposit('bob', 1, { group: refused }), id: refused },
        withdrawal('bob', 1_000_000, { group: refused }),
      ],
      Array.from({ length: 100 }, (_, index) => transfer('alice', 'bob', 1 + index)),
    ];
  }

  const after = (results: readonly (KeptResult & { sequence: number })[]) => (sequence: number) =>
    results.filter((result) => result.sequence > sequence);
  const headOf = async (database: TestDatabase) => (await verifyLedger({ databaseUrl: database.url })).head;

  it('makes the same ledger of them again, to the last hash', async () => {
    const report = await recoverLedger(restored.url, after(kept));
    const { sequence } = await headOf(original);
    expect(report).toEqual({
      from: 0,
      to: sequence,
      exactTo: sequence,
      expiries: 0,
      again: 0,
      differences: [],
      differenceCount: 0,
    });
    expect(await headOf(restored)).toEqual(await headOf(original));
  });

  describe('with holds, reversals and the life of accounts', () => {
    /** Holds of alice that are over at 13:01, and at 14:01. */
    const [first, second, third, fourth] = [1, 2, 3, 4].map((amount) =>
      hold('alice', 'bob', amount, { expiresIn: amount < 3 ? 60 : 3_660 }),
    ) as [AcceptedOperation, AcceptedOperation, AcceptedOperation, AcceptedOperation];

    async function postLife(expiries: boolean): Promise<void> {
      const store = openStore(original);
      const { first: before, second: since } = accountLife();
      const post = (at: string, ...operations: AcceptedOperation[]) =>
        postKept(store, operations, `2030-01-01T${at}.000Z`);
      for (const { operations, postedAt } of [...before, ...since]) {
        const sent = operations.filter(({ type }) => expiries || type !== 'expiry');
        if (sent.length > 0) await postKept(store, sent, postedAt);
      }
      await post('13:00:00', first, second, third, fourth);
      if (expiries) {
        // One in a batch of its own, one in the middle, before and after what was sent; with a cash account as well.
        await post('13:01:01', expiry(first));
        await post(
          '13:02:00',
          open('jane', { currency: 'JPY' }),
          expiry(second),
          transfer('alice', 'bob', 1),
        );
        await post('14:01:00', expiry(fourth), transfer('alice', 'bob', 2), expiry(third));
      }
      await post('14:02:00', transfer('alice', 'bob', 3), operation('capture', { hold: first.id }));
      await store.close();
    }

    it('makes the same ledger of them again, to the last hash, where no hold has expired', async () => {
      await postLife(false);
      const { sequence } = await headOf(original);
      const report = await recoverLedger(restored.url, after(kept));
      expect(report).toMatchObject({ exactTo: sequence, to: sequence, expiries: 0, again: 0 });
      expect(await headOf(restored)).toEqual(await headOf(original));
    });

    it('makes the expiries again that nobody keeps: each result is as it was, and in its place', async () => {
      await postLife(true);
      const report = await recoverLedger(restored.url, after(kept));
      const { sequence, batch, accounts } = await headOf(original);
      expect(report).toMatchObject({
        exactTo: sequence,
        to: sequence,
        expiries: 6,
        again: 0,
        differenceCount: 0,
      });
      const head = await verifyLedger({ databaseUrl: restored.url });
      expect(head.findings).toEqual([]);
      expect(head.head).toMatchObject({ sequence, batch, accounts });
      const store = openStore(restored);
      for (const { json } of kept) {
        const { id } = JSON.parse(json) as { id: string };
        expect(operationJson((await store.findOperation(id))!)).toBe(json);
      }
      await store.close();
    });

    it('posts again where more is missing than expiries, and says so', async () => {
      await postLife(true);
      const missing = kept.findIndex(({ json }) => json.includes(`"id":"${fourth.id}"`));
      const report = await recoverLedger(restored.url, after(kept.toSpliced(missing, 1)));
      expect(report.exactTo).toBe(kept[missing - 1]!.sequence);
      expect(report.again).toBeGreaterThan(0);
      expect((await verifyLedger({ databaseUrl: restored.url })).findings).toEqual([]);
    });
  });

  it('goes on where it was, and changes nothing when there is nothing to do', async () => {
    const half = kept.slice(0, 2 + 4 + 2);
    await recoverLedger(restored.url, after(half));
    expect(await ledgerSequence(restored.url)).toBe(half.at(-1)!.sequence);
    await recoverLedger(restored.url, after(kept));
    const head = await headOf(restored);
    expect(head).toEqual(await headOf(original));
    expect(await recoverLedger(restored.url, after(kept))).toMatchObject({
      from: head.sequence,
      to: head.sequence,
    });
    expect(await headOf(restored)).toEqual(head);
  });

  it('posts what follows a missing result again, and says what came out otherwise', async () => {
    const missing = kept.findIndex(({ json }) => json.includes('"type":"deposit"') && json.includes('10000'));
    const report = await recoverLedger(restored.url, after(kept.toSpliced(missing, 1)));

    expect(report.exactTo).toBe(kept[missing - 1]!.sequence);
    expect(report.again).toBe(kept.length - missing - 1);
    expect((await verifyLedger({ databaseUrl: restored.url })).findings).toEqual([]);
    // Without her deposit Alice cannot pay; what was rejected for another reason is rejected for the same.
    const told = kept.slice(missing + 1).map(({ json }) => JSON.parse(json) as Record<string, string>);
    const payments = told.filter(({ status, from }) => status === 'posted' && from === 'alice');
    expect(report.differenceCount).toBe(payments.length + 1);
    expect(report.differences).toContainEqual({
      id: payments[0]!['id'],
      told: 'posted',
      now: 'insufficient_funds',
    });
    expect(report.differences.length).toBe(100);
  });

  it('never answers an id with another content', async () => {
    const store = openStore(restored);
    await store.migrate();
    const taken = JSON.parse(kept[0]!.json) as { id: string };
    await post(store, [{ ...open('somebody-else'), id: taken.id }]);
    await store.close();
    const report = await recoverLedger(restored.url, () => kept.slice(0, 1));
    expect(report.differences).toEqual([{ id: taken.id, told: 'posted', now: 'id_conflict' }]);
  });
});
