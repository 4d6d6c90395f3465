import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const HASH = 'ab'.repeat(32);
const NOWHERE = 'postgresql://nobody@127.0.0.1:1/none';

describe('lastro verify says in one line what is wrong', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-verify-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function headFile(content: unknown): Promise<string> {
    const file = join(directory, 'head.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  test.each([
    ['', 'is not a head'],
    ['null', 'is not a head'],
    ['{"batch":1', 'is not a head'],
    [{ batch: 1, sequence: 1, hash: 'ab' }, 'is not a head'],
    [{ batch: -1, sequence: 1, hash: HASH }, 'is not a head'],
    [{ batch: 1.5, sequence: 1, hash: HASH }, 'is not a head'],
    [{ batch: '1', sequence: 1, hash: HASH }, 'is not a head'],
  ])('a file that is no head: %j', async (content, expected) => {
    const file = await headFile(content);
    for (const flag of ['--head', '--since']) {
      const { status, noted } = await runCommand(['verify', '--database-url', NOWHERE, flag, file]);
      expect(noted).toEqual([expect.stringContaining(`${flag}: ${file} ${expected}`)]);
      expect(status).toBe(2);
    }
  });

  test.each([
    { batch: 1, sequence: 1, hash: HASH },
    { batch: 1, sequence: 1, hash: HASH, accounts: { count: 1, digest: 'ab' } },
    { batch: 1, sequence: 1, hash: HASH, accounts: { count: -1, digest: HASH } },
  ])('a head to begin at that does not say how the accounts stood: %j', async (head) => {
    const file = await headFile(head);
    const { status, noted } = await runCommand(['verify', '--database-url', NOWHERE, '--since', file]);
    expect(noted).toEqual([expect.stringContaining('does not say how the accounts stood: run')]);
    expect(status).toBe(2);
  });

  test.each([{}, { holds: { count: 1, digest: HASH } }, { holds: { count: 1 }, reversals: { count: 0 } }])(
    'a head to begin at that was saved by a version without holds: %j',
    async (rest) => {
      const accounts = { count: 1, digest: HASH };
      const file = await headFile({ batch: 1, sequence: 1, hash: HASH, accounts, ...rest });
      const { status, noted } = await runCommand(['verify', '--database-url', NOWHERE, '--since', file]);
      expect(noted).toEqual([expect.stringContaining('was saved by a version that knew no holds: run')]);
      expect(status).toBe(2);
    },
  );

  test('a file that is not there, both flags at once, and a PostgreSQL that is not there', async () => {
    const missing = join(directory, 'none.json');
    const verify = (...flags: string[]) => runCommand(['verify', '--database-url', NOWHERE, ...flags]);
    expect(await verify('--since', missing)).toMatchObject({
      status: 1,
      noted: [`lastro: there is no ${missing}`],
    });
    expect(await verify('--since', 'x'.repeat(10_000))).toEqual({
      status: 1,
      printed: [],
      noted: ['lastro: the name of a file is too long'],
    });
    expect(await verify('--since', missing, '--head', missing)).toMatchObject({ status: 2 });
    const { status, noted } = await verify();
    expect(noted).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(status).toBe(1);
  });

  test('the PostgreSQL in the environment, which no list of processes shows', async () => {
    const env = { DATABASE_URL: NOWHERE };
    for (const command of ['verify', 'reindex'])
      expect(await runCommand([command], env)).toMatchObject({
        status: 1,
        noted: [expect.stringContaining('ECONNREFUSED')],
      });
    // What is named on the command line goes before it.
    const none = join(directory, 'none');
    expect((await runCommand(['verify', '--data-dir', none], env)).noted.join()).toContain('no bank runs in');
    expect((await runCommand(['recover', '--data-dir', none], env)).noted.join()).toContain(
      'there is no bank',
    );
    expect((await runCommand(['recover', '--queue', none])).noted.join()).toContain('--queue needs');
    expect((await runCommand(['recover', '--queue', none], env)).noted.join()).not.toContain('--queue needs');
  });
});
