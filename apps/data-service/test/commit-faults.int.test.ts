import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import { createLogger } from '@lastro/service';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountCache } from '../src/commit/account-cache.ts';
import { CommitQueue, type CommitQueueSettings } from '../src/commit/commit-queue.ts';
import { decideBatch } from '../src/commit/decide-batch.ts';
import { LedgerWriter } from '../src/commit/ledger-writer.ts';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { StoreUnavailableError } from '../src/storage/store.ts';
import { verifyLedger } from '../src/verify/verify-ledger.ts';
import { deposit, fillSmallBank, transfer, writerOf } from './commit-batches.ts';
import { type Cut, CuttingProxy } from './cutting-proxy.ts';
import { createLedgerDatabase } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';

const storeSettings = {
  readConnectionsMax: 2,
  connectTimeoutMs: 2_000,
  statementTimeoutMs: 20_000,
  exchangeTimeoutMs: 1_000,
  stalledCommitTimeoutMs: 300,
};

describe('a commit that meets a fault', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let store: PostgresStore;
  let commits: CommitQueue;
  const observer = { committed: vi.fn(), retried: vi.fn() };
  const newQueue = (settings: Partial<CommitQueueSettings> = {}, writer = writerOf(store)) =>
    new CommitQueue(
      writer,
      {
        commitOperationsMax: 1_000,
        commitsUnderWayMax: 2,
        commitBesideOperationsMin: 1,
        pendingOperationsMax: 10_000,
        commitAttemptsMax: 4,
        retryDelayMs: 5,
        ...settings,
      },
      observer,
      createLogger('test', 'silent'),
    );

  beforeEach(async () => {
    vi.clearAllMocks();
    database = await createLedgerDatabase();
    proxy = await CuttingProxy.start(database.url);
    store = openTestStore(proxy.urlFor(database.url), storeSettings);
    await fillSmallBank(store);
    commits = newQueue();
  });
  afterEach(async () => {
    await commits.stop();
    await store.close();
    await proxy.close();
    await database.drop();
  });

  const expectWholeLedger = async (operations: number) => {
    const report = await verifyLedger({ databaseUrl: database.url });
    expect(report.findings).toEqual([]);
    expect(report.posted + report.rejected).toBe(operations);
  };

  /** The message that has a prepared statement of this name run, without parameters. */
  const running = (name: string) => `\0${name}\0\0\0`;
  const everyWay = [
    ['the line is cut before the database sees COMMIT', { when: running('commit'), cut: 'before' }],
    [
      'the answer to COMMIT is lost, and nobody knows what happened',
      { when: running('commit'), cut: 'after' },
    ],
    ['the line is cut while the operations are copied', { when: 'PGCOPY', cut: 'before' }],
    ['the line goes dead at COMMIT, and nobody is told', { when: running('commit'), cut: 'silence' }],
  ] as const;

  it.each([
    ...everyWay,
    ['the line is cut before it begins', { when: running('begin'), cut: 'before' }],
    ['the line is cut before the head is locked', { when: 'lock-head-at', cut: 'before' }],
  ] as const)('takes effect once when it was decided ahead and %s (I2, I3)', async (_what, cut) => {
    const append = vi.spyOn(store, 'append');
    await expectOneEffect(commits, cut);
    expect(append).toHaveBeenCalledOnce();
  });

  it.each([
    ...everyWay,
    ['the line is cut when it begins', { when: 'BEGIN', cut: 'after' }],
    ['the line goes dead while the operations are copied', { when: 'PGCOPY', cut: 'silence' }],
  ] as const)('takes effect once when it is decided under the lock and %s (I2, I3)', async (_what, cut) => {
    const append = vi.spyOn(store, 'append');
    const forgetful = new LedgerWriter(store, new AccountCache(10), decideBatch);
    await expectOneEffect(newQueue({}, forgetful), cut);
    expect(append).not.toHaveBeenCalled();
  });

  const expectOneEffect = async (queue: CommitQueue, cut: Cut) => {
    proxy.cutOnce(cut);
    const results = await queue.submit([transfer('alice', 'bob', 400), transfer('alice', 'bob', 600)]);
    expect(results.map((result) => 'operation' in result && result.operation.status)).toEqual([
      'posted',
      'posted',
    ]);
    expect(proxy.cuts).toBe(1);
    expect(observer.retried).toHaveBeenCalledOnce();
    expect((await store.findAccount('bob'))?.balance).toBe(1_000);
    await expectWholeLedger(6 + 2);
  };

  it('is told to its submitters when the database stays away, and can be sent again', async () => {
    commits = newQueue({ commitAttemptsMax: 2 });
    await proxy.close();
    const operation = transfer('alice', 'bob', 400);
    await expect(commits.submit([operation])).rejects.toThrow(StoreUnavailableError);
    await store.close();
    proxy = await CuttingProxy.start(database.url);
    store = openTestStore(proxy.urlFor(database.url), storeSettings);
    commits = newQueue();
    expect(await commits.submit([operation])).toMatchObject([{ operation: { status: 'posted' } }]);
    await expectWholeLedger(6 + 1);
  });

  it('survives the database ending its session in the middle', async () => {
    const killer = new pg.Client({ connectionString: database.url });
    await killer.connect();
    const submitted = Array.from({ length: 20 }, (_, index) => commits.submit([deposit('alice', index + 1)]));
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'lastro' AND pid <> pg_backend_pid()`;
    await killer.query(kill);
    await Promise.all(submitted);
    await killer.end();
    expect((await store.findAccount('alice'))?.balance).toBe(10_000 + 210);
    await expectWholeLedger(6 + 20);
  });

  it('gets the head row when the data service that holds it is stopped dead', async () => {
    // What a frozen data service leaves behind: a session with the lock and nothing more to say.
    const frozen = new pg.Client({
      connectionString: database.url,
      options: `-c idle_in_transaction_session_timeout=${storeSettings.stalledCommitTimeoutMs}`,
    });
    const ended = new Promise((resolve) => frozen.on('error', resolve));
    await frozen.connect();
    await frozen.query('BEGIN');
    await frozen.query('SELECT * FROM ledger_head FOR UPDATE');
    expect(await commits.submit([deposit('alice', 1)])).toMatchObject([{ operation: { status: 'posted' } }]);
    await ended;
  });

  it('does not trouble readers with connections that were lost while nobody used them', async () => {
    const readers = () => Promise.all([store.findAccount('alice'), store.findAccount('bob')]);
    await readers();
    const killer = new pg.Client({ connectionString: database.url });
    await killer.connect();
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(await readers()).toMatchObject([{ id: 'alice' }, { id: 'bob' }]);
    await killer.end();
  });

  it('merges the batches that wait into one commit, and answers each with its own results', async () => {
    const submitted = Array.from({ length: 50 }, (_, index) =>
      commits.submit([deposit('alice', index + 1), deposit('bob', 1)]),
    );
    const results = await Promise.all(submitted);
    for (const [index, [first]] of results.entries()) {
      expect(first).toMatchObject({ operation: { status: 'posted', content: { amount: index + 1 } } });
    }
    const sizes = observer.committed.mock.calls.map(([info]: { submissions: number }[]) => info!.submissions);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    expect(sizes.length).toBeLessThan(10);
    await expectWholeLedger(6 + 100);
  });

  it('does not let one batch that cannot be committed hold up the others', async () => {
    const broken = deposit('alice', 0.5);
    const outcomes = await Promise.allSettled([
      commits.submit([deposit('alice', 1)]),
      commits.submit([broken]),
      commits.submit([deposit('alice', 2)]),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expectWholeLedger(6 + 2);
  });

  it('refuses what would wait beyond the limit, and what comes after stop', async () => {
    commits = newQueue({ pendingOperationsMax: 3 });
    const taken = commits.submit([deposit('alice', 1), deposit('alice', 1)]);
    expect(() => commits.submit([deposit('alice', 1), deposit('alice', 1)])).toThrow(
      expect.objectContaining({ code: 'ledger_busy' }),
    );
    const stopped = commits.stop();
    expect(() => commits.submit([deposit('alice', 1)])).toThrow(
      expect.objectContaining({ code: 'stopping' }),
    );
    await stopped;
    expect(await taken).toHaveLength(2);
  });
});
