import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountCache } from '../src/commit/account-cache.ts';
import { decideBatch } from '../src/commit/decide-batch.ts';
import { LedgerWriter } from '../src/commit/ledger-writer.ts';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { verifyLedger } from '../src/verify/verify-ledger.ts';
import { deposit, fillSmallBank, open, post, transfer, writerOf } from './commit-batches.ts';
import { createLedgerDatabase } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';

describe('writing the ledger', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let writer: LedgerWriter;
  const openStore = () => openTestStore(database.url);

  beforeEach(async () => {
    database = await createLedgerDatabase();
    store = openStore();
    await fillSmallBank(store);
    writer = writerOf(store);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  const watch = () => ({ append: vi.spyOn(store, 'append'), commit: vi.spyOn(store, 'commit') });
  const expectWhole = async (operations: number) => {
    const report = await verifyLedger({ databaseUrl: database.url });
    expect(report.findings).toEqual([]);
    expect(report.posted + report.rejected).toBe(operations);
  };

  it('takes one exchange when every account is known and every id is new', async () => {
    const { append, commit } = watch();
    await post(store, [transfer('alice', 'bob', 1), transfer('alice', 'bob', 99_999)]);
    expect(append).toHaveBeenCalledOnce();
    expect(commit).not.toHaveBeenCalled();
    await expectWhole(6 + 2);
  });

  it('decides a batch before the one ahead of it is committed, in order', async () => {
    const { append, commit } = watch();
    const batches = Array.from({ length: 5 }, () => writer.commit([transfer('alice', 'bob', 2_500)]));
    const decisions = await Promise.all(batches);
    expect(decisions.flatMap(({ results }) => results)).toMatchObject([
      ...Array.from({ length: 4 }, () => ({ operation: { status: 'posted' } })),
      { operation: { status: 'rejected', reason: 'insufficient_funds' } },
    ]);
    expect(append).toHaveBeenCalledTimes(5);
    expect(commit).not.toHaveBeenCalled();
    await expectWhole(6 + 5);
  });

  it('answers what was sent before, with whatever was decided on top of it in vain (I2, I6)', async () => {
    const { commit } = watch();
    const again = transfer('alice', 'bob', 10);
    const [first] = await post(store, [again]);
    const [second, third] = await Promise.all([
      writer.commit([again, transfer('alice', 'bob', 20)]),
      writer.commit([transfer('alice', 'bob', 30)]),
    ]);
    expect(second?.results[0]).toEqual({ operation: first });
    expect(third?.results).toMatchObject([{ operation: { status: 'posted' } }]);
    expect(commit).toHaveBeenCalledTimes(2);
    expect((await store.findAccount('bob'))?.balance).toBe(60);
    await expectWhole(6 + 3);
  });

  it('is told by the head when another data service has committed (I8)', async () => {
    const other = openStore();
    await post(other, [transfer('alice', 'bob', 9_990)]);
    const { append, commit } = watch();
    const [late, later] = await Promise.all([
      writer.commit([transfer('alice', 'bob', 11)]),
      writer.commit([transfer('alice', 'bob', 10)]),
    ]);
    expect(late?.results).toMatchObject([{ operation: { reason: 'insufficient_funds' } }]);
    expect(later?.results).toMatchObject([{ operation: { status: 'posted' } }]);
    expect(await Promise.all(append.mock.results.map(({ value }) => value as Promise<boolean>))).toEqual([
      false,
      false,
    ]);
    expect(commit).toHaveBeenCalledTimes(2);
    await other.close();
    await expectWhole(6 + 3);
  });

  it('goes under the lock for accounts that it does not know, and ahead again afterwards', async () => {
    const small = new LedgerWriter(store, new AccountCache(100), decideBatch);
    const { append, commit } = watch();
    await small.commit([open('dora'), deposit('dora', 5)]);
    await small.commit([transfer('dora', 'nobody', 5)]);
    expect(append).not.toHaveBeenCalled();
    await small.commit([deposit('dora', 5)]);
    expect(append).toHaveBeenCalledOnce();
    expect(commit).toHaveBeenCalledTimes(2);
    await expectWhole(6 + 4);
  });

  it('stays right when the cache is too small for the accounts of one batch', async () => {
    const tiny = new LedgerWriter(store, new AccountCache(1), decideBatch);
    for (let turn = 0; turn < 3; turn += 1) {
      await tiny.commit([transfer('alice', 'bob', 10)]);
      await tiny.commit([deposit('bob', 1)]);
    }
    expect((await store.findAccount('bob'))?.balance).toBe(33);
    await expectWhole(6 + 6);
  });
});
