import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@lastro/service';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PostgresOptions, type RunningPostgres, startPostgres } from '../src/start-postgres.ts';

const logger = createLogger('test', 'silent');
let directory: string;
let started: RunningPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-start-postgres-'));
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const postgres of started) await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  const postgres = await startPostgres({ directory, logger, ...options });
  started.push(postgres);
  return postgres;
}

async function stop(postgres: RunningPostgres): Promise<void> {
  started.splice(started.indexOf(postgres), 1);
  await postgres.stop();
}

function forkStarter(): ChildProcess {
  const child = fork(join(import.meta.dirname, 'starter.ts'), [directory], {
    execArgv: ['--conditions=@lastro/source', '--import', 'tsx'],
  });
  children.push(child);
  return child;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !readStateIsZombie(pid);
}

/** Killed processes whose parent is gone wait for init, which in a container may never collect them. */
function readStateIsZombie(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
}

const clusterPath = () => join(directory, 'cluster');

describe('a directory', () => {
  test('keeps its data and its password from one start to the next', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await stop(first);

    const second = await start();

    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  test('opens to its password only, which is readable by its owner only', async () => {
    const postgres = await start();
    const wrong = new URL(postgres.url);
    wrong.password = 'wrong';

    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(clusterPath())).mode & 0o077).toBe(0);
  });

  test('has the settings of a ledger: durable, checksummed, sorted by code point', async () => {
    const { url } = await start();
    const rows = await query(
      url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes',
       'autovacuum', 'data_checksums', 'jit', 'listen_addresses', 'server_encoding', 'max_wal_size')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      autovacuum: 'on',
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      jit: 'off',
      listen_addresses: '127.0.0.1',
      max_wal_size: '4096',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    });
    expect(
      await query(
        url,
        'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()',
      ),
    ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }]);
  });

  test('is used by one starter at a time, and the second is told who has it', async () => {
    await start();
    await expect(startPostgres({ directory, logger })).rejects.toThrow(`is in use by process ${process.pid}`);
  });

  test('of another major version is refused', async () => {
    await mkdir(clusterPath());
    await writeFile(join(clusterPath(), 'PG_VERSION'), '15\n');
    await expect(startPostgres({ directory, logger })).rejects.toThrow(
      'was made by PostgreSQL 15, and this is 18',
    );
  });

  test.runIf(process.getuid?.() === 0)('closed to everybody but root works for root', async () => {
    await chmod(directory, 0o700);
    const inner = join(directory, 'inner');
    const { url } = await start({ directory: inner });
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await stat(join(inner, 'cluster'))).uid).not.toBe(0);
  });
});

describe('after a kill -9', () => {
  test('of the starter, the next start stops the PostgreSQL that was left and has all its data', async () => {
    const starter = forkStarter();
    const [left] = (await once(starter, 'message')) as [{ url: string; pid: number }];
    await query(left.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(isAlive(left.pid)).toBe(true);

    const { url, pid } = await start();

    expect(isAlive(left.pid)).toBe(false);
    expect(pid).not.toBe(left.pid);
    expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('of the postmaster while its backends are at work, the next start recovers every commit', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const busy = new pg.Client({ connectionString: first.url });
    busy.on('error', () => undefined);
    await busy.connect();
    const ended = busy.query('SELECT count(*) FROM generate_series(1, 1e12)').catch(() => undefined);

    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await stop(first);
    const { url } = await start();

    expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await ended;
  });

  test('in the middle of initdb, the half-made cluster is thrown away and a whole one made', async () => {
    const starter = forkStarter();
    let halfMade: string | undefined;
    while (halfMade === undefined) {
      const names = await readdir(directory);
      halfMade = names.find((name) => name.startsWith('cluster.initialising-'));
    }
    starter.kill('SIGKILL');
    await once(starter, 'exit');

    const { url } = await start();

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

test('a pid file that names a process which is something else by now is not trusted, and that process is left alone', async () => {
  await stop(await start());
  const innocent = spawn('sleep', ['600']);
  children.push(innocent);
  await writeFile(
    join(clusterPath(), 'postmaster.pid'),
    `${innocent.pid}\n${clusterPath()}\n1700000000\n5432\n\n127.0.0.1\n  1234567   7654321\nready   \n`,
  );

  const { url } = await start();

  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(isAlive(innocent.pid!)).toBe(true);
});

test('two starters that race for a new directory make one cluster, and one of them is told', async () => {
  const outcomes = await Promise.allSettled([start(), start(), start()]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('is in use by process');
  }
});

test('a port that was asked for and is taken is one clear error, and the directory is free again', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };

  await expect(startPostgres({ directory, logger, port })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken`,
  );

  server.close();
  await once(server, 'close');
  expect((await start({ port })).port).toBe(port);
});

test('a setting that PostgreSQL refuses is told in its words', async () => {
  await expect(startPostgres({ directory, logger, settings: { max_connections: '-7' } })).rejects.toThrow(
    /PostgreSQL does not start: .*max_connections/,
  );
});

test('stop ends connections that are open, and is done when the process is gone', async () => {
  const postgres = await start();
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();

  await stop(postgres);

  expect(isAlive(postgres.pid)).toBe(false);
  expect(await readFile(join(directory, 'postgres.log'), 'utf8')).toContain('database system is shut down');
});
