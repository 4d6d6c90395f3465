import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lastro } from '../../apps/cli/test/lastro-process.ts';
import { freePort } from './free-port.ts';
import { REPOSITORY } from './manifests.ts';
import { hasCommit, layOut } from './old-version.ts';
import { ReadyClients } from './ready-clients.ts';

/** The oldest that an upgrade without a refused request goes up from: the first that says that it is about to stop. */
const OLD_COMMIT = '2ec5e33bfee7';
const KEY = 'a-key-of-the-tests-1234';
const PATIENCE = { timeout: 60_000, interval: 50 };
const CLIENTS = 4;
const NEW = join(REPOSITORY, 'apps/cli/bin/lastro.js');

/** One place in the bank: a port, settings, and the process that serves there, of whichever version. */
class Place {
  readonly url: string;
  readonly #kind: 'data' | 'business';
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(kind: 'data' | 'business', port: number, settings: Readonly<Record<string, string>>) {
    this.#kind = kind;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      PATH: process.env['PATH'],
      LASTRO_PORT: String(port),
      LASTRO_LOG_LEVEL: 'warn',
      LASTRO_SHUTDOWN_DELAY_MS: '500',
      ...settings,
    };
  }

  async start(lastroFile: string): Promise<void> {
    this.#child = spawn(process.execPath, [lastroFile, this.#kind], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    }
    await vi.waitFor(async () => {
      expect(this.#child!.exitCode, this.#log).toBe(null);
      expect((await fetch(`${this.url}/readyz`)).status).toBe(200);
    }, PATIENCE);
  }

  /** In order: status 0. */
  async stop(): Promise<void> {
    const exited = once(this.#child!, 'exit');
    this.#child!.kill('SIGTERM');
    expect(await exited, this.#log).toEqual([0, null]);
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }
}

describe.skipIf(!hasCommit(OLD_COMMIT))('a rolling upgrade', { timeout: 900_000 }, () => {
  let directory: string;
  let database: TestDatabase;
  let old: string;
  const data: Place[] = [];
  const business: Place[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-upgrade-'));
    database = await createTestDatabase();
    old = layOut(OLD_COMMIT, join(directory, 'old'));
    for (const _ of [1, 2]) {
      data.push(
        new Place('data', await freePort(), {
          DATABASE_URL: database.url,
          LASTRO_BUSINESS_KEYS: `business-1:${KEY}-1,business-2:${KEY}-2`,
        }),
      );
    }
    for (const number of [1, 2]) {
      business.push(
        new Place('business', await freePort(), {
          LASTRO_BUSINESS_ID: `business-${number}`,
          LASTRO_BUSINESS_KEY: `${KEY}-${number}`,
          LASTRO_ADMIN_KEY: KEY,
          LASTRO_DATA_URL: data.map(({ url }) => url).join(','),
          LASTRO_QUEUE_DIR: join(directory, `business-${number}`),
          LASTRO_CONSOLE: 'off',
          LASTRO_SHUTDOWN_DRAIN_MAX_MS: '10000',
        }),
      );
    }
  });
  afterAll(async () => {
    for (const place of [...data, ...business]) place.kill();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses no request, loses nothing and doubles nothing, old and new side by side on one ledger', async () => {
    for (const place of [...data, ...business]) await place.start(old);
    const bank = business[0]!.url;
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const opened = await fetch(`${bank}/v1/accounts`, { method: 'POST', headers, body: '{"id":"alice"}' });
    expect(opened.status).toBe(201);

    const clients = new ReadyClients(
      business.map(({ url }) => url),
      KEY,
    );
    await clients.start(CLIENTS, 'alice');
    // The data services first: the first of the new version brings the tables up to date, while the old one commits.
    for (const place of [...data, ...business]) {
      const before = clients.seen.accepted;
      await place.stop();
      await place.start(NEW);
      await vi.waitFor(() => expect(clients.seen.accepted).toBeGreaterThan(before + 100), PATIENCE);
    }
    await clients.stop();

    expect(clients.seen.refused).toEqual([]);
    await vi.waitFor(async () => {
      const answer = await fetch(`${bank}/v1/accounts/alice/balance`, { headers });
      expect(await answer.json()).toMatchObject({ balance: clients.seen.accepted });
    }, PATIENCE);
    const verified = await lastro(['verify'], { DATABASE_URL: database.url });
    expect(verified).toMatchObject({ status: 0 });
  });
});
