import { createLedgerDatabase } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';
import { describeStore } from './store-conformance.ts';

describeStore('PostgreSQL', async () => {
  const database = await createLedgerDatabase();
  return {
    open: () => Promise.resolve(openTestStore(database.url, { readConnectionsMax: 4 })),
    destroy: () => database.drop(),
  };
});
