import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@lastro/embedded-postgres';
import { commandLineOf, createLogger, DATA_SERVICE_NICENESS, signalIfThere } from '@lastro/service';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunningBank } from '../src/data-directory/running-bank.ts';
import { LastroProcess, lastro, statusOf } from './lastro-process.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };

let directory: string;
let dataDir: string;
let ups: LastroProcess[];
/** Every process that was seen to run, so that a failed test leaves none. */
let seen: Set<number>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-up-'));
  dataDir = join(directory, 'data');
  ups = [];
  seen = new Set();
});

afterEach(async () => {
  for (const up of ups) up.child.kill('SIGKILL');
  for (const pid of seen) {
    if (await isGone(pid)) continue;
    signalIfThere(pid, (await commandLineOf(pid)).includes('postgres') ? 'SIGQUIT' : 'SIGKILL');
    await waitUntilGone([pid]);
  }
  await rm(directory, { recursive: true, force: true });
});

function up(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): LastroProcess {
  const process = new LastroProcess(
    ['up', '--port', '0', '--business', '2', '--data-dir', dataDir, ...args],
    env,
  );
  ups.push(process);
  return process;
}

async function upAndReady(args?: readonly string[], env?: Readonly<Record<string, string>>) {
  const process = up(args, env);
  await process.says('Ctrl-C stops it');
  return { process, bank: await readyBank() };
}

async function readyBank(): Promise<RunningBank> {
  const { ready, bank } = await statusOf(dataDir);
  for (const pid of Object.values(bank.pids)) seen.add(pid);
  expect(ready).toBe(true);
  return bank;
}

/** Gone, or a zombie that nobody has collected. */
async function isGone(pid: number): Promise<boolean> {
  return (await commandLineOf(pid)) === '';
}

async function waitUntilGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids)
    await vi.waitFor(async () => expect(await isGone(pid), `process ${pid}`).toBe(true), PATIENCE);
}

async function call(
  bank: RunningBank,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const key = (await readFile(bank.keyFile, 'utf8')).trim();
  const response = await fetch(new URL(path, bank.businessServices[0]), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=20' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return response.json();
}

async function openWithDeposit(bank: RunningBank): Promise<void> {
  await call(bank, 'POST', '/v1/accounts', { id: 'alice' });
  await call(bank, 'POST', '/v1/deposits', { account: 'alice', amount: 12_345 });
}

const balanceOfAlice = (bank: RunningBank) => call(bank, 'GET', '/v1/accounts/alice/balance');

describe('lastro up', () => {
  test('runs a bank that takes money, and tells where it is; refuses a second one; Ctrl-C leaves no process behind', async () => {
    const { process: upProcess, bank } = await upAndReady();
    await openWithDeposit(bank);
    expect(await balanceOfAlice(bank)).toMatchObject({ balance: 12_345 });

    expect(Object.keys(bank.pids).sort()).toEqual(['business-1', 'business-2', 'data', 'postgres', 'up']);
    expect(bank.pids['up']).toBe(upProcess.child.pid);
    const usual = getPriority(upProcess.child.pid);
    expect(getPriority(bank.pids['business-1'])).toBe(usual);
    expect(getPriority(bank.pids['data'])).toBe(Math.max(DATA_SERVICE_NICENESS, usual));
    expect(bank.businessServices).toHaveLength(2);
    for (const url of [bank.dataService, ...bank.businessServices]) expect(upProcess.stdout).toContain(url);
    expect(upProcess.stdout).toContain(bank.keyFile);
    for (const file of ['admin.key', 'credentials.json', 'running.json']) {
      expect((await stat(join(dataDir, file))).mode & 0o777, file).toBe(0o600);
    }

    const shown = await lastro(['status', '--json', '--data-dir', dataDir]);
    expect([shown.status, JSON.parse(shown.stdout)]).toEqual([0, bank]);

    const second = await refusal([]);
    expect(second.line).toContain(`is in use by process ${bank.pids['up']}`);
    expect(second.status).toBe(1);

    upProcess.child.kill('SIGINT');

    expect((await upProcess.ended).status).toBe(0);
    for (const pid of Object.values(bank.pids)) expect(await isGone(pid), `process ${pid}`).toBe(true);
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false);
    expect(await lastro(['status', '--data-dir', dataDir])).toMatchObject({ status: 1, stdout: '' });
  });

  test('starts each service again when it is killed, with all its money', async () => {
    const { bank } = await upAndReady();
    await openWithDeposit(bank);

    for (const name of ['data', 'business-2', 'postgres']) {
      const before = await readyBank();
      process.kill(before.pids[name]!, 'SIGKILL');

      await vi.waitFor(async () => {
        const now = await readyBank();
        expect(now.pids[name], name).toBeGreaterThan(0);
        expect(now.pids[name], name).not.toBe(before.pids[name]);
        expect(await balanceOfAlice(now), name).toMatchObject({ balance: 12_345 });
      }, PATIENCE);
    }
  });

  test('killed itself, leaves services that stop; the next start on their ports waits for them, and recovers all of it', async () => {
    const ports = ['--port', String(await freePortPair()), '--business', '1'];
    const first = await upAndReady(ports);
    await openWithDeposit(first.bank);

    first.process.child.kill('SIGKILL');
    await first.process.ended;
    const second = await upAndReady(ports);

    expect(second.bank.dataService).toBe(first.bank.dataService);
    expect(await balanceOfAlice(second.bank)).toMatchObject({ balance: 12_345 });
    await waitUntilGone(Object.values(first.bank.pids));
    expect(await readFile(second.bank.keyFile, 'utf8')).not.toBe('');
  });

  test('takes a signal that comes twice at once, as npm passes it on, for one', async () => {
    const { process: upProcess, bank } = await upAndReady();
    upProcess.child.kill('SIGINT');
    upProcess.child.kill('SIGTERM');
    expect((await upProcess.ended).status).toBe(0);
    for (const pid of Object.values(bank.pids)) expect(await isGone(pid), `process ${pid}`).toBe(true);
  });

  test('ends at once at the second Ctrl-C when a service hangs, leaves no process behind, and starts again', async () => {
    const { process: upProcess, bank } = await upAndReady();
    await openWithDeposit(bank);
    process.kill(bank.pids['business-1']!, 'SIGSTOP');

    await vi.waitFor(() => {
      upProcess.child.kill('SIGINT');
      expect(upProcess.child.exitCode).toBe(1);
    }, PATIENCE);

    await waitUntilGone(Object.values(bank.pids));
    const { bank: again } = await upAndReady();
    expect(await balanceOfAlice(again)).toMatchObject({ balance: 12_345 });
  });

  test('stopped while it starts, stops what has started', async () => {
    const starting = up();
    await vi.waitFor(() => expect(starting.stderr).toContain('postgres runs'), PATIENCE);
    const pid = Number(/postgres runs \(process (\d+)\)/.exec(starting.stderr)?.[1]);
    seen.add(pid);

    starting.child.kill('SIGTERM');
    await starting.ended;

    expect(await isGone(pid)).toBe(true);
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false);
  });

  test('runs simulated clients, which also end when it is killed', async () => {
    const { process: upProcess, bank } = await upAndReady(['--clients', '2']);
    await vi.waitFor(async () => {
      const { accounts } = (await call(bank, 'GET', '/v1/accounts?limit=10')) as { accounts: unknown[] };
      expect(accounts).toHaveLength(10);
    }, PATIENCE);

    upProcess.child.kill('SIGKILL');

    const { postgres, ...others } = bank.pids;
    expect(others['clients']).toBeGreaterThan(0);
    await waitUntilGone(Object.values(others));
    expect(await isGone(postgres!)).toBe(false);
  });

  test('uses the key of LASTRO_ADMIN_KEY and the PostgreSQL of DATABASE_URL', async () => {
    const postgres = await startPostgres({
      directory: join(directory, 'own'),
      logger: createLogger('test', 'silent'),
    });
    try {
      const { process: upProcess, bank } = await upAndReady([], {
        DATABASE_URL: postgres.url,
        LASTRO_ADMIN_KEY: 'a-key-that-somebody-chose',
      });
      expect(bank.databaseUrl).toBe(postgres.url);
      expect(bank.pids['postgres']).toBeUndefined();
      expect((await readFile(bank.keyFile, 'utf8')).trim()).toBe('a-key-that-somebody-chose');
      await openWithDeposit(bank);
      upProcess.child.kill('SIGINT');
      expect((await upProcess.ended).status).toBe(0);
    } finally {
      await postgres.stop();
    }
  });
});

/** How `lastro up` refuses to start: in one line. */
async function refusal(args: readonly string[], env?: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = await up(args, env).ended;
  expect(stdout).toBe('');
  const lines = stderr.trim().split('\n');
  expect(lines.filter((line) => line.startsWith('lastro: '))).toEqual([lines.at(-1)]);
  return { status, line: lines.at(-1)! };
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A port that is free, and the next one too. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const second = await listen(portOf(first) + 1).catch(() => undefined);
    const port = portOf(first);
    for (const server of [first, second]) server?.close();
    if (second !== undefined) return port;
  }
}

describe('lastro up says in one line what is wrong, and ends', () => {
  test.each([
    [['--business', '0'], '--business must be a whole number from 1 to 64'],
    [['--business', '3x'], '--business must be a whole number'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535'],
    [['--clients', '-1'], '--clients'],
    [['--no-such-flag'], "unknown option '--no-such-flag'"],
  ])('a wrong flag: %s', async (args, expected) => {
    const { status, line } = await refusal(args);
    expect(line).toContain(expected);
    expect(status).toBe(2);
  });

  test.each([
    [{ LASTRO_ADMIN_KEY: 'short' }, 'LASTRO_ADMIN_KEY'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [{ LASTRO_COMMIT_OPERATIONS_MAX: 'many' }, 'LASTRO_COMMIT_OPERATIONS_MAX must be a whole number'],
    [{ LASTRO_BATCH_SIZE_MAX: '0' }, 'LASTRO_BATCH_SIZE_MAX'],
  ])('a wrong setting: %o', async (env, expected) => {
    const { status, line } = await refusal([], env);
    expect(line).toContain(expected);
    expect(status).toBe(2);
  });

  test('a port that is taken, by number and flag', async () => {
    const server = await listen(0);
    const port = portOf(server);
    const { status, line } = await refusal(['--port', String(port)]);
    server.close();
    expect(line).toContain(`port ${port} of 127.0.0.1 is taken (data needs it): choose others with --port`);
    expect(status).toBe(1);
  });

  test('a data directory of a newer version, or of something else, or that is a file', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'format.json'), '{"version":2}');
    expect((await refusal([])).line).toContain('is of version 2, and this Lastro knows up to 1');

    await rm(join(dataDir, 'format.json'));
    await writeFile(join(dataDir, 'thesis.txt'), '');
    expect((await refusal([])).line).toContain('is no data directory of Lastro');

    expect((await refusal(['--data-dir', join(dataDir, 'thesis.txt')])).line).toContain('thesis.txt');
  });

  test('a PostgreSQL of DATABASE_URL that is not there', async () => {
    const port = await freePortPair();
    const { status, line } = await refusal([], {
      DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/none`,
    });
    expect(line).toContain('data does not start');
    expect(status).toBe(1);
  });
});
