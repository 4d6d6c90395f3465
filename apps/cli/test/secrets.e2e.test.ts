import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuedKey } from '@lastro/contract';
import { commandLineOf, signalIfThere } from '@lastro/service';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type DescribedRoute,
  describedRoutes,
  type OpenApiDocument,
} from '../../../test/hostile-input/described-api.ts';
import { send } from '../../../test/hostile-input/raw-http.ts';
import { hostileRequest, validRequest } from '../../../test/hostile-input/requests.ts';
import type { RunningBank } from '../src/data-directory/running-bank.ts';
import { lastro, LastroProcess, statusOf } from './lastro-process.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
const ADMIN_KEY = 'the-secret-admin-key-of-the-tests';
const PASSWORD = 'the-secret-password-of-the-tests';
/** Of a customer: what is known of people is nobody's business who reads a log. */
const NAME = 'Mrs-Secret-Name-Of-The-Tests';
const REQUESTS = 5;

/** A part of a token. */
function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('what is secret', { timeout: 300_000 }, () => {
  let directory: string;
  let up: LastroProcess;
  let bank: RunningBank;
  const seen = new Set<number>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-secrets-'));
    up = new LastroProcess(['up', '--port', '0', '--business', '2', '--data-dir', directory], {
      LASTRO_LOG_LEVEL: 'trace',
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_REQUEST_TIMEOUT_MS: '250',
      LASTRO_WAIT_MAX_MS: '500',
    });
    await up.says('Ctrl-C stops it');
    bank = await runningBank();
  });
  afterAll(async () => {
    up.child.kill('SIGKILL');
    await up.ended;
    for (const pid of seen) {
      const isPostgres = (await commandLineOf(pid)).includes('postgres');
      signalIfThere(pid, isPostgres ? 'SIGQUIT' : 'SIGKILL');
    }
    for (const pid of seen) await vi.waitFor(async () => expect(await commandLineOf(pid)).toBe(''), PATIENCE);
    await rm(directory, { recursive: true, force: true });
  });

  async function runningBank(): Promise<RunningBank> {
    const { ready, bank } = await statusOf(directory);
    for (const pid of Object.values(bank.pids)) seen.add(pid);
    expect(ready).toBe(true);
    return bank;
  }

  /** Every route at once, as some requests wait for what does not come. */
  async function drive(
    url: string,
    routes: readonly DescribedRoute[],
    keys: readonly string[],
    count = REQUESTS,
  ): Promise<void> {
    const driveOne = async (route: DescribedRoute) => {
      for (const key of keys) {
        const requests = fc.oneof(validRequest(route, key), hostileRequest(route, key));
        for (const request of fc.sample(requests, count)) await send(url, request);
      }
    };
    await Promise.all(routes.map(driveOne));
  }

  /** Everything that the bank has written for people to read. */
  async function everythingSaid(): Promise<string> {
    const logs = await readdir(join(directory, 'logs'));
    const files = [...logs.map((name) => join('logs', name)), join('postgres', 'postgres.log')];
    const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
    return [up.stdout, up.stderr, ...texts].join('\n');
  }

  /** A key of the ledger, made over the API, and the one that takes its place. */
  async function makeKeys(server: string): Promise<string[]> {
    const ask = async (path: string, body: object) => {
      const answer = await fetch(new URL(path, server), {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as IssuedKey).key;
    };
    const first = await ask('/v1/keys', { name: 'made-by-the-tests', scope: 'admin' });
    return [first, await ask('/v1/keys/made-by-the-tests/rotate', { overlapSeconds: 3600 })];
  }

  /** The files under the data directory that have `secret` in them. */
  async function filesWith(secret: string): Promise<string[]> {
    const names = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const found: string[] = [];
    for (const file of files) if ((await readFile(file)).includes(secret)) found.push(file);
    return found;
  }

  it('is in no log of a bank, whatever is asked of it and whatever fails', async () => {
    const credentials = JSON.parse(await readFile(join(directory, 'credentials.json'), 'utf8')) as Record<
      string,
      string
    >;
    const secrets = [
      ADMIN_KEY,
      ...Object.values(credentials),
      (await readFile(join(directory, 'postgres', 'password'), 'utf8')).trim(),
    ];
    expect(secrets).toHaveLength(4);
    const [first] = bank.businessServices;
    const made = await makeKeys(first!);
    for (const key of made) expect(key).toMatch(/^lastro_[0-9a-f]{64}$/);
    const token = `${encoded({ alg: 'none' })}.${encoded({ sub: NAME })}.c2VjcmV0LW9mLXRoZS10ZXN0cw`;
    const description = (await (await fetch(new URL('/openapi.json', first))).json()) as OpenApiDocument;
    const routes = describedRoutes(description);
    await fetch(new URL('/v1/accounts', first), {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'alice', name: NAME }),
    });
    await drive(first!, routes, [ADMIN_KEY, `${ADMIN_KEY}x`]);
    await drive(first!, routes, [...made, token], 1);
    await drive(bank.dataService, routes, [credentials['business-1']!, ADMIN_KEY]);

    process.kill(bank.pids['postgres']!, 'SIGKILL');
    await drive(first!, routes, [ADMIN_KEY]);
    await vi.waitFor(
      async () => expect((await runningBank()).pids['postgres']).not.toBe(bank.pids['postgres']),
      PATIENCE,
    );
    up.child.kill('SIGTERM');
    await up.ended;

    const said = await everythingSaid();
    // Otherwise nothing was looked at.
    expect(said).toMatch(/"level":"warn".*ECONNREFUSED/);
    for (const secret of [...secrets, ...made, token, NAME, 'Bearer ']) expect(said).not.toContain(secret);
    // Keys that the bank made are nowhere at all: not in the ledger, its log, or beside a queue.
    expect(await filesWith(ADMIN_KEY)).toEqual([join(directory, 'admin.key')]);
    for (const key of made) expect(await filesWith(key)).toEqual([]);
  });
});

describe('what is secret in a command', { timeout: 120_000 }, () => {
  const wrong = (change: Record<string, string>) => ({
    DATABASE_URL: `postgres://lastro:${PASSWORD}@127.0.0.1:1/lastro`,
    LASTRO_BUSINESS_KEYS: `business-1:${ADMIN_KEY}`,
    LASTRO_BUSINESS_ID: 'business-1',
    LASTRO_BUSINESS_KEY: ADMIN_KEY,
    LASTRO_DATA_URL: 'http://127.0.0.1:1',
    LASTRO_QUEUE_DIR: '/dev/null/queue',
    LASTRO_ADMIN_KEY: ADMIN_KEY,
    LASTRO_LOG_LEVEL: 'trace',
    ...change,
  });
  it.concurrent.each([
    ['a database that is not there', ['data'], {}],
    [
      'a port that is none',
      ['data'],
      { DATABASE_URL: `postgres://lastro:${PASSWORD}@127.0.0.1:none/lastro` },
    ],
    ['a URL that is none', ['data'], { DATABASE_URL: `postgres://lastro:${PASSWORD}@[/lastro` }],
    ['another kind of URL', ['data'], { DATABASE_URL: `mysql://lastro:${PASSWORD}@127.0.0.1/lastro` }],
    ['a key that is not in order', ['data'], { LASTRO_BUSINESS_KEYS: `business-1 ${ADMIN_KEY}` }],
    ['one key for two', ['data'], { LASTRO_BUSINESS_KEYS: `a:${ADMIN_KEY},b:${ADMIN_KEY}` }],
    ['a queue that cannot be', ['business'], {}],
    ['a key in a wrong place', ['business'], { LASTRO_DATA_URL: `http://lastro:${PASSWORD}@127.0.0.1:1/x` }],
    ['a key with a space', ['business'], { LASTRO_ADMIN_KEY: `${ADMIN_KEY} x` }],
    [
      'a ledger that is not there',
      ['verify', '--database-url', `postgres://lastro:${PASSWORD}@127.0.0.1:1/x`],
      {},
    ],
    ['a ledger with no URL', ['verify', '--database-url', `postgres://lastro:${PASSWORD}@[/x`], {}],
    [
      'servers that are none',
      ['balance', 'alice', '--servers', `http://x:${PASSWORD}@127.0.0.1:1`],
      { LASTRO_API_KEY: ADMIN_KEY },
    ],
  ] as const)('is not in its one line about %s', async (_case, args, change) => {
    const { status, stdout, stderr } = await lastro(args, wrong(change));
    expect([1, 2]).toContain(status);
    expect(stderr).toMatch(/^lastro: [^\n]+\n$/);
    expect(stderr).not.toContain('a fault of ours');
    for (const secret of [ADMIN_KEY, PASSWORD]) expect(stdout + stderr).not.toContain(secret);
  });
});
