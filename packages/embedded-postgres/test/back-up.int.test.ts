import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@lastro/service';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backUpPostgres } from '../src/back-up.ts';
import { type RunningPostgres, startPostgres } from '../src/start-postgres.ts';

const logger = createLogger('test', 'silent');

describe('a backup of a PostgreSQL that is written to', () => {
  let directory: string;
  let source: string;
  let target: string;
  let started: RunningPostgres[];
  let postgres: RunningPostgres;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-back-up-'));
    [source, target] = [join(directory, 'source'), join(directory, 'target')];
    started = [];
    postgres = await start(source);
    await query(postgres, 'CREATE TABLE written (number bigint PRIMARY KEY, filler text)');
  });
  afterEach(async () => {
    for (const running of started) await running.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(at: string): Promise<RunningPostgres> {
    const running = await startPostgres({ directory: at, logger });
    started.push(running);
    return running;
  }

  async function query(running: RunningPostgres, sql: string): Promise<Record<string, string>[]> {
    const client = new pg.Client({ connectionString: running.url });
    await client.connect();
    return (await client.query<Record<string, string>>(sql).finally(() => client.end())).rows;
  }

  /** Commits one row after the other, and changes the ones before, until it is told to stop. */
  function writeOnAndOn() {
    let committed = 0;
    let enough = false;
    const done = (async () => {
      const client = new pg.Client({ connectionString: postgres.url });
      client.on('error', () => undefined);
      await client.connect();
      while (!enough) {
        await client.query(`INSERT INTO written VALUES ($1, repeat('x', 500))`, [committed + 1]);
        await client.query(
          `UPDATE written SET filler = repeat('y', 500) WHERE number % 7 = $1 % 7 AND number > $1 - 500`,
          [committed],
        );
        committed += 1;
      }
      await client.end();
    })();
    return {
      committed: () => committed,
      stop: () => {
        enough = true;
        return done;
      },
    };
  }

  test('has what was committed before it began, no half of anything, and lives by itself', async () => {
    const writer = writeOnAndOn();
    await vi.waitFor(() => expect(writer.committed()).toBeGreaterThan(200), { timeout: 30_000 });
    const before = writer.committed();
    await backUpPostgres({ directory: source, url: postgres.url, target });
    await writer.stop();
    const slots = await query(postgres, 'SELECT * FROM pg_replication_slots');
    expect(slots).toEqual([]);

    const copy = await start(target);
    const [row] = await query(copy, 'SELECT count(*) AS count, max(number) AS newest FROM written');
    expect(row!['count']).toBe(row!['newest']);
    expect(Number(row!['count'])).toBeGreaterThanOrEqual(before);
    await query(copy, 'INSERT INTO written VALUES (-1)');
    expect(await query(postgres, 'SELECT 1 FROM written WHERE number = -1')).toEqual([]);
  });

  test('can be made again and again, also of a backup', async () => {
    await query(postgres, 'INSERT INTO written VALUES (1)');
    await backUpPostgres({ directory: source, url: postgres.url, target });
    const copy = await start(target);
    await query(copy, 'INSERT INTO written VALUES (2)');
    await backUpPostgres({ directory: target, url: copy.url, target: join(directory, 'third') });
    const third = await start(join(directory, 'third'));
    expect(await query(third, 'SELECT number FROM written ORDER BY 1')).toEqual([
      { number: '1' },
      { number: '2' },
    ]);
  });

  test('is refused where something is, and when PostgreSQL is not there', async () => {
    await mkdir(target);
    await expect(backUpPostgres({ directory: source, url: postgres.url, target })).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(await readdir(target)).toEqual([]);
    await postgres.stop();
    started = [];
    await expect(
      backUpPostgres({ directory: source, url: postgres.url, target: join(directory, 'other') }),
    ).rejects.toMatchObject({
      name: 'PostgresError',
      message: expect.stringContaining('cannot be backed up') as string,
    });
  });

  test('fails when PostgreSQL dies in the middle of it', async () => {
    const writer = writeOnAndOn();
    writer.stop().catch(() => undefined);
    const backup = backUpPostgres({ directory: source, url: postgres.url, target });
    const failed = expect(backup).rejects.toMatchObject({ name: 'PostgresError' });
    await vi.waitFor(async () => expect(await readdir(join(target, 'cluster'))).not.toEqual([]), {
      timeout: 30_000,
    });
    process.kill(postgres.pid, 'SIGQUIT');
    await failed;
    await postgres.exited;
  });
});
