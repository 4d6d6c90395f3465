import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { openTestStore } from './open-test-store.ts';

type Fill = (store: PostgresStore, database: TestDatabase) => Promise<void>;

let empty: Promise<TestDatabase> | undefined;

/** A new database with an empty ledger: a copy, which is made many times faster than the tables are. */
export async function createLedgerDatabase(): Promise<TestDatabase> {
  empty ??= fillDatabase(createTestDatabase(), (store) => store.migrate());
  return createTestDatabase(await empty);
}

/** A database with the ledger that `fill` makes, for tests that change a copy each. */
export async function createFilledLedger(fill: Fill): Promise<TestDatabase> {
  return fillDatabase(createLedgerDatabase(), fill);
}

async function fillDatabase(created: Promise<TestDatabase>, fill: Fill): Promise<TestDatabase> {
  const database = await created;
  const store = openTestStore(database.url);
  await fill(store, database);
  await store.close();
  return database;
}
