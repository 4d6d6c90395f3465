import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { copyDatabase, dropDatabase, ensureDatabase } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the PostgreSQL that the integration tests share; testing-global-setup.ts starts it. */
    postgresUrl: string;
  }
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * A new database of its own for one test, or one file of them, on the PostgreSQL that the whole run shares: empty, or a copy
 * of `template`, to which nobody may be connected meanwhile.
 */
export async function createTestDatabase(template?: TestDatabase): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  if (template === undefined) await ensureDatabase(serverUrl, name);
  else await copyDatabase(serverUrl, new URL(template.url).pathname.slice(1), name);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(serverUrl, name) };
}
