import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportReport } from '@lastro/client';
import { signalIfThere } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LastroProcess, lastro, statusOf } from './lastro-process.ts';

const CUSTOMERS = 40;
const ROWS = 12_000;

let directory: string;
let dataDir: string;
let up: LastroProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-import-'));
  dataDir = join(directory, 'data');
  up = new LastroProcess(['up', '--port', '0', '--business', '2', '--data-dir', dataDir]);
  await up.says('Ctrl-C stops it');
});

afterAll(async () => {
  up.child.kill('SIGINT');
  await up.ended;
  await rm(directory, { recursive: true, force: true });
});

async function fileOf(name: string, ...lines: string[]): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, [...lines, ''].join('\n'));
  return file;
}

async function importFile(...args: string[]): Promise<{ status: number | null; report: ImportReport }> {
  const { status, stdout, stderr } = await lastro(['import', ...args, '--json', '--data-dir', dataDir]);
  if (stdout === '') throw new Error(stderr);
  return { status, report: JSON.parse(stdout) as ImportReport };
}

async function balanceOf(account: string): Promise<number> {
  const { stdout } = await lastro(['balance', account, '--json', '--data-dir', dataDir]);
  return (JSON.parse(stdout) as { balance: number }).balance;
}

describe('an import into a whole bank', () => {
  /** What each customer has in the end, in minor units. */
  const expected = new Map<string, number>();
  let accounts: string;
  let operations: string;

  beforeAll(async () => {
    const names = Array.from({ length: CUSTOMERS }, (_, index) => `customer-${index}`);
    accounts = await fileOf(
      'accounts.csv',
      'id,name',
      ...names.map((name) => `${name},"${name}, of a file"`),
    );
    const rows = ['type,account,from,to,amount,metadata.row'];
    const move = (account: string, change: number) =>
      expected.set(account, (expected.get(account) ?? 0) + change);
    for (let row = 0; row < ROWS; row += 1) {
      const [from, to] = [names[row % CUSTOMERS]!, names[(row * 7 + 3) % CUSTOMERS]!];
      // What is paid out was paid in by an earlier row: a row that overtook that one would be rejected.
      if (row < CUSTOMERS) {
        rows.push(`deposit,${from},,,1000,${row}`);
        move(from, 100_000);
      } else if (from !== to) {
        rows.push(`transfer,,${from},${to},1.01,${row}`);
        move(from, -101);
        move(to, 101);
      } else {
        rows.push(`deposit,${from},,,0.50,${row}`);
        move(from, 50);
      }
    }
    operations = await fileOf('operations.csv', ...rows);
  });

  test('tells in a dry run that accounts are missing, and posts nothing', async () => {
    const { status, report } = await importFile(operations, '--dry-run');
    expect(report).toMatchObject({ sent: false, rejected: { account_not_found: ROWS } });
    expect(status).toBe(1);
  });

  test('that is killed in the middle, with a business service, is finished by running it again: each row takes effect once (I2)', async () => {
    expect(await importFile(accounts)).toMatchObject({ status: 0, report: { posted: CUSTOMERS } });
    const args = ['import', operations, '--rows-per-request', '100', '--data-dir', dataDir];
    const killed = new LastroProcess(args);
    let noted = '';
    killed.child.stderr!.on('data', (chunk: Buffer) => (noted += chunk.toString()));
    while (!/ of 12000 rows done/.test(noted)) await once(killed.child.stderr!, 'data');
    killed.child.kill('SIGKILL');
    const { bank } = await statusOf(dataDir);
    signalIfThere(bank.pids['business-1']!, 'SIGKILL');
    expect((await killed.ended).status).toBeNull();

    const { status, report } = await importFile(operations);
    expect(report).toMatchObject({ rows: ROWS, posted: ROWS, failed: 0 });
    expect(report.before).toBeGreaterThan(0);
    expect(report.before).toBeLessThan(ROWS);
    expect(status).toBe(0);
    for (const account of ['customer-0', 'customer-3', 'customer-17', 'customer-39'])
      expect(await balanceOf(account)).toBe(expected.get(account));
    expect((await lastro(['verify', '--data-dir', dataDir])).status).toBe(0);
  });

  test('run once more does nothing twice, and reports what the bank rejects by line', async () => {
    expect((await importFile(operations)).report).toMatchObject({ posted: ROWS, before: ROWS });
    const file = await fileOf(
      'wrong.csv',
      'type,account,amount',
      'withdrawal,customer-0,1000000',
      'deposit,nobody,1',
    );
    const failed = join(directory, 'failed.csv');
    const { status, report } = await importFile(file, '--report', failed);
    expect(report).toMatchObject({ posted: 0, rejected: { insufficient_funds: 1, account_not_found: 1 } });
    expect(status).toBe(1);
    const lines = (await readFile(failed, 'utf8')).trimEnd().split('\n').sort();
    expect(lines).toEqual([
      expect.stringMatching(/^2,[0-9a-f-]{36},rejected,insufficient_funds$/),
      expect.stringMatching(/^3,[0-9a-f-]{36},rejected,account_not_found$/),
      'line,id,status,reason',
    ]);
  });
});
