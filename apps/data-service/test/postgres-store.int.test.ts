import { createTestDatabase } from '@lastro/embedded-postgres/testing';
import { openTestStore } from './open-test-store.ts';
import { describeStore } from './store-conformance.ts';

describeStore('PostgreSQL', async () => {
  const database = await createTestDatabase();
  return {
    async open() {
      const store = openTestStore(database.url, { readConnectionsMax: 4 });
      await store.migrate();
      return store;
    },
    destroy: () => database.drop(),
  };
});
