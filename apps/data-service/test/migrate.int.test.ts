import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { fillSmallBank } from './commit-batches.ts';
import { standbysWaitedFor } from '../src/storage/postgres/database-faults.ts';
import { openTestStore } from './open-test-store.ts';

describe('the schema of the ledger', () => {
  let database: TestDatabase;
  const stores: PostgresStore[] = [];
  const newStore = () => {
    const store = openTestStore(database.url);
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await database.drop();
  });

  it('is made once, however many data services start at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => newStore().migrate()));
    await fillSmallBank(stores[0]!);
    await newStore().migrate();
    expect((await stores[1]!.findAccount('alice'))?.balance).toBe(10_000);
  });

  it('reads synchronous_standby_names as the check of the service does', async () => {
    await newStore().migrate();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const texts = [
      '',
      '  ',
      '*',
      'b',
      'b, c',
      '"node-2"',
      'ANY 2 (a, b, c)',
      ' first 3 (a,b,c)',
      '2(a, b)',
      '"2 (a"',
    ];
    const { rows } = await client.query<{ count: string }>(
      'SELECT synchronous_standbys(names)::text AS count FROM unnest($1::text[]) AS names',
      [texts],
    );
    await client.end();
    expect(rows.map(({ count }) => Number(count))).toEqual(texts.map(standbysWaitedFor));
  });

  it('of a newer Lastro is refused, and left as it is', async () => {
    await newStore().migrate();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`INSERT INTO ledger_schema (version, name) VALUES (999, 'from the future')`);
    await client.end();
    await expect(newStore().migrate()).rejects.toMatchObject({
      name: 'NewerSchemaError',
      message: expect.stringContaining('999') as string,
    });
  });
});
