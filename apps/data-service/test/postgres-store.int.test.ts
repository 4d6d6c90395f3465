import { createTestDatabase } from '@lastro/embedded-postgres/testing';
import { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { describeStore } from './store-conformance.ts';

describeStore('PostgreSQL', async () => {
  const database = await createTestDatabase();
  return {
    async open() {
      const store = new PostgresStore({
        databaseUrl: database.url,
        readConnectionsMax: 4,
        connectTimeoutMs: 5_000,
        statementTimeoutMs: 30_000,
        exchangeTimeoutMs: 30_000,
        stalledCommitTimeoutMs: 30_000,
      });
      await store.migrate();
      return store;
    },
    destroy: () => database.drop(),
  };
});
