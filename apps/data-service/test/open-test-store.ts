import { PostgresStore } from '../src/storage/postgres/postgres-store.ts';

type Settings = ConstructorParameters<typeof PostgresStore>[0];

/** Limits that a busy machine does not run into, for a test's database. */
export function testSettings(databaseUrl: string): Settings {
  return {
    databaseUrl,
    readConnectionsMax: 2,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
    exchangeTimeoutMs: 30_000,
    stalledCommitTimeoutMs: 30_000,
  };
}

/** A store on a test's database. */
export function openTestStore(
  databaseUrl: string,
  overrides: Partial<Omit<Settings, 'databaseUrl'>> = {},
): PostgresStore {
  return new PostgresStore({ ...testSettings(databaseUrl), ...overrides });
}
