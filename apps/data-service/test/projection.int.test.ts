import { grantedAccounts } from '@lastro/contract';
import fc from 'fast-check';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationSearch } from '../src/projection/ledger-finder.ts';
import { ProjectionFeed } from '../src/projection/projection-feed.ts';
import { rebuildProjection, RebuildUnderWayError } from '../src/projection/rebuild-projection.ts';
import type { StoredOperation } from '../src/storage/store.ts';
import { deposit, transfer } from './commit-batches.ts';
import {
  anySearch,
  feedAll,
  fits,
  openProjection,
  ProjectedLedger,
  randomBatches,
} from './projection-fixture.ts';

const TABLES = ['operation', 'entry', 'stranger', 'metadata', 'balance'];
const REBUILD = { busyShareMax: 1, stepOperationsMax: 50 };

describe('the projection', () => {
  let ledger: ProjectedLedger;

  beforeEach(async () => {
    ledger = await ProjectedLedger.create();
  });
  afterEach(() => ledger.destroy());

  async function postAll(seed: number, count = 25): Promise<void> {
    for (const batch of randomBatches(seed, count)) await ledger.post(batch);
  }

  /** Every page of a search, one after the other. */
  async function findAll(
    search: Omit<OperationSearch, 'cursor' | 'limit'>,
    limit: number,
  ): Promise<StoredOperation[]> {
    const found: StoredOperation[] = [];
    for (let cursor: number | undefined; ;) {
      const page = await ledger.projection.operations({ ...search, cursor, limit });
      expect(page.operations.length).toBeLessThanOrEqual(limit);
      found.push(...page.operations);
      cursor = page.nextCursor;
      if (cursor === undefined) return found;
    }
  }

  async function contents(schema = 'projection'): Promise<unknown> {
    const tables: Record<string, unknown> = {};
    for (const table of [...TABLES, 'position']) {
      const { rows } = await ledger.client.query<{ row: string }>(
        `SELECT t::text AS row FROM ${schema}.${table} t`,
      );
      tables[table] = rows.map(({ row }) => row).sort();
    }
    return tables;
  }

  /** What the projection has to be: fed in one go, into tables of its own. */
  async function expectedContents(): Promise<unknown> {
    await ledger.client.query(`SELECT create_projection('expected')`);
    await ledger.client.query('BEGIN');
    await new ProjectionFeed('expected').finish(ledger.client as unknown as pg.PoolClient);
    await ledger.client.query('COMMIT');
    const expected = await contents('expected');
    await ledger.client.query('DROP SCHEMA expected CASCADE');
    return expected;
  }

  it('finds what a look at every operation of the ledger finds, whatever is searched for', async () => {
    await postAll(1);
    await ledger.feed(17);
    await fc.assert(
      fc.asyncProperty(anySearch, fc.integer({ min: 1, max: 50 }), async (search, limit) => {
        const expected = ledger.operations
          .filter((operation) => fits(operation, search, ledger.operations))
          .reverse();
        expect(await findAll(search, limit)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('does not look through more accounts of a customer than it may, and says so', async () => {
    await postAll(10, 3);
    await ledger.feed();
    const narrow = openProjection(ledger.database.url, { searchAccountsMax: 2 });
    const found = (granted: string[]) =>
      narrow
        .operations({ metadata: [], limit: 1, granted: grantedAccounts(granted) })
        .then(({ operations }) => operations.length);
    expect(await found(['ana', 'b*', 'nowhere', 'x*'])).toBe(1);
    await expect(found(['ana', 'bob', 'e*'])).rejects.toThrow('more than 2 accounts');
    await narrow.close();
  });

  it('lists the accounts of a customer page by page, however few of them it looks at at a time', async () => {
    await postAll(11, 3);
    await ledger.feed();
    const narrow = openProjection(ledger.database.url, { searchAccountsMax: 2 });
    const granted = grantedAccounts(['usd', 'b*', 'ana', '@cash.*', 'nobody']);
    const all = async (more: object = {}) => {
      const ids: string[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 10; pages += 1) {
        const page = await narrow.accounts({
          ...{ granted, limit: 3, ...more },
          ...(cursor === undefined ? {} : { cursor }),
        });
        ids.push(...page.accounts.map(({ id }) => id));
        if (page.lookedUpTo === undefined) return ids;
        cursor = page.lookedUpTo;
      }
      throw new Error('the list has no end');
    };
    expect(await all()).toEqual(['@cash.BRL', '@cash.USD', 'ana', 'bob', 'usd']);
    expect(await all({ currency: 'USD' })).toEqual(['@cash.USD', 'usd']);
    expect(await all({ prefix: '@cash.U' })).toEqual(['@cash.USD']);
    expect(await all({ prefix: 'eva' })).toEqual([]);
    expect(await all({ balanceMin: 1_000_000 })).toEqual([]);
    await narrow.close();
  });

  it('says up to which operation it has followed the ledger, and finds none after it', async () => {
    await postAll(2);
    await ledger.projection.step(10);
    const page = await ledger.projection.operations({ metadata: [], limit: 100 });
    expect(page.upToSequence).toBe(10);
    expect(page.operations.map(({ sequence }) => sequence)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('keeps its cursors while operations arrive', async () => {
    await postAll(3);
    await ledger.feed();
    const search = { metadata: [], status: 'posted' as const, limit: 5 };
    const first = await ledger.projection.operations(search);
    await ledger.post([deposit('ana', 1)]);
    await ledger.feed();
    const second = await ledger.projection.operations({ ...search, cursor: first.nextCursor });
    const posted = ledger.operations.slice(0, -1).filter(({ status }) => status === 'posted');
    expect([...first.operations, ...second.operations]).toEqual(posted.slice(-10).reverse());
  });

  it('ends a search that takes too long with a cursor to go on from, and finds everything all the same', async () => {
    await postAll(4);
    await ledger.feed();
    // No ledger of a test is so long that a search needs a second stretch, so this asks only that ending is harmless.
    const hasty = openProjection(ledger.database.url, { searchTimeMaxMs: 0 });
    const page = await hasty.operations({ metadata: [], type: 'open', limit: 100 });
    await hasty.close();
    expect(page.operations).toEqual(
      ledger.operations.filter(({ content }) => content.type === 'open').reverse(),
    );
  });

  it('counts each operation once, wherever the service that feeds it dies', async () => {
    await postAll(5);
    let completed = 0;
    for (let diesAt = 1; completed < 3; diesAt += 1) {
      const client = new pg.Client({ connectionString: ledger.database.url });
      await client.connect();
      let queries = 0;
      const dying = new Proxy(client, {
        get: (target, name) =>
          name !== 'query'
            ? (Reflect.get(target, name) as unknown)
            : (...args: Parameters<pg.Client['query']>) => {
                queries += 1;
                if (queries === diesAt) throw new Error('the process dies here');
                return target.query(...args);
              },
      }) as unknown as pg.PoolClient;
      // int8 comes as text on this connection, as it would on none of ours.
      client.setTypeParser(20, Number);
      const feed = new ProjectionFeed('projection', { sliceOperations: 7 });
      const step = await feed.step(dying, 20).catch(() => undefined);
      await client.end();
      if (step !== undefined) completed += 1;
    }
    await ledger.feed(20);
    expect(await contents()).toEqual(await expectedContents());
  });

  it('is fed by one of several services at a time, and by another when that one is gone', async () => {
    await postAll(6);
    const others = [1, 2, 3].map(() => openProjection(ledger.database.url));
    await Promise.all(others.map((other) => feedAll(other, 7)));
    await others[0]!.close();
    await ledger.post([deposit('ana', 1)]);
    await Promise.all(others.slice(1).map((other) => feedAll(other, 7)));
    await Promise.all(others.slice(1).map((other) => other.close()));
    expect(await contents()).toEqual(await expectedContents());
  });

  it('is built again under load, while it answers, and goes on from there', async () => {
    await postAll(7);
    await ledger.feed();
    await ledger.client.query('DELETE FROM projection.entry; UPDATE projection.operation SET amount = 1');
    let rebuilding = true;
    let answers = 0;
    const load = async () => {
      while (rebuilding) {
        await ledger.post([deposit('ana', 2), transfer('ana', 'bob', 1, { metadata: { order: '9' } })]);
        await ledger.projection.step(10);
      }
    };
    const searches = async () => {
      for (; rebuilding; answers += 1) await ledger.projection.operations({ metadata: [], limit: 3 });
    };
    const rebuild = rebuildProjection({ databaseUrl: ledger.database.url, ...REBUILD }).finally(
      () => (rebuilding = false),
    );
    await Promise.all([load(), searches(), rebuild]);
    expect(answers).toBeGreaterThan(0);
    await ledger.feed();
    expect(await contents()).toEqual(await expectedContents());
    const found = await findAll({ account: 'bob', metadata: [] }, 100);
    const expected = ledger.operations.filter((one) =>
      fits(one, { account: 'bob', metadata: [] }, ledger.operations),
    );
    expect(found).toEqual(expected.reverse());
  });

  it('is rebuilt by one at a time, and by the next when that one has died in the middle', async () => {
    await postAll(8, 3);
    await ledger.client.query(`SELECT create_projection('projection_next')`);
    await ledger.client.query(`SELECT pg_advisory_lock(x'7265696e646578'::bigint)`);
    const rebuild = () => rebuildProjection({ databaseUrl: ledger.database.url, ...REBUILD });
    await expect(rebuild()).rejects.toThrow(RebuildUnderWayError);
    await ledger.client.query('SELECT pg_advisory_unlock_all()');
    expect(await rebuild()).toEqual({ operations: ledger.operations.length });
    expect(await contents()).toEqual(await expectedContents());
  });

  it('refuses to follow a ledger that is behind it', async () => {
    await postAll(9, 3);
    await ledger.feed();
    await ledger.client.query('UPDATE projection.position SET sequence = sequence + 1');
    await expect(ledger.projection.step(10)).rejects.toThrow('lastro reindex');
  });
});
