import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY, startBank } from '../../../../packages/sdk/test/bank-in-memory.ts';
import {
  IMPORT_DEFAULTS,
  importFile,
  type ImportReport,
  importReportLines,
  type ImportSettings,
} from '../../src/index.ts';

const ACCOUNTS = 'id,overdraftLimit,name\nana,,Ana\nrui,50,Rui\n';
const OPERATIONS =
  'type,account,from,to,amount\ndeposit,ana,,,100\ntransfer,,ana,rui,30.50\nwithdrawal,rui,,,10\n';

let bank: Awaited<ReturnType<typeof startBank>>;
let directory: string;
beforeEach(async () => {
  bank = await startBank(3);
  directory = await mkdtemp(join(tmpdir(), 'lastro-import-'));
});
afterEach(async () => {
  await bank.stop();
  await rm(directory, { recursive: true });
});

async function run(content: string | Buffer, settings: Partial<ImportSettings> = {}): Promise<ImportReport> {
  const file = join(directory, 'file.csv');
  await writeFile(file, content);
  const servers = bank.doors.map(({ url }) => url);
  const all = { ...IMPORT_DEFAULTS, file, servers, key: KEY, ...settings };
  return importFile(all, { surveyed: () => undefined, progress: () => undefined });
}

const balance = (account: string): number | undefined => bank.ledger.account(account)?.balance;
const writes = (): string[] =>
  bank.doors.flatMap(({ requests }) => requests).filter((line) => line.startsWith('POST'));

describe('an import', () => {
  it('opens the accounts of a file, and does the operations of another', async () => {
    expect(await run(ACCOUNTS)).toMatchObject({ kind: 'accounts', rows: 2, posted: 2, failed: 0 });
    expect(bank.ledger.account('rui')).toMatchObject({ name: 'Rui', overdraftLimit: 5_000, currency: 'BRL' });
    const report = await run(OPERATIONS);
    expect(report).toMatchObject({ kind: 'operations', rows: 3, posted: 3, before: 0, failed: 0 });
    expect([balance('ana'), balance('rui')]).toEqual([6_950, 2_050]);
    expect(importReportLines(report).at(-1)).toBe('✓ 3 of 3 rows in the bank');
  });

  it('run again, packed or not, and through another service, does nothing twice, and says so (I2)', async () => {
    await run(ACCOUNTS);
    await run(OPERATIONS);
    const { sequence } = bank.ledger;
    const again = await run(gzipSync(OPERATIONS), { servers: [bank.doors[2]!.url] });
    expect(again).toMatchObject({ posted: 3, before: 3 });
    expect(await run(ACCOUNTS)).toMatchObject({ posted: 2, before: 2 });
    expect(bank.ledger.sequence).toBe(sequence);
    expect(importReportLines(again)).toContain(
      '3 rows of an earlier run: in the bank already, and not done twice',
    );
  });

  it('keeps the order of each account: what is paid in is there when it is paid out', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `a${index}`);
    await run(['id', ...names].join('\n'), { rowsPerRequest: 3 });
    const moves = names.flatMap((name) => [`deposit,${name},1`, `withdrawal,${name},1`]);
    const many = Array.from({ length: 10 }, () => moves).flat();
    const oneAccountEach = await run(['type,account,amount', ...many].join('\n'), { rowsPerRequest: 7 });
    expect(oneAccountEach).toMatchObject({ posted: 400, failed: 0 });
    const chain = names.slice(1).map((name, index) => `transfer,,${names[index]!},${name},1`);
    const transfers = ['type,account,from,to,amount', 'deposit,a0,,,1', ...chain].join('\n');
    expect(await run(transfers, { rowsPerRequest: 2 })).toMatchObject({ posted: 20, failed: 0 });
    expect(balance('a19')).toBe(100);
  });

  it('tells each row that the bank rejects, and does the others', async () => {
    await run(ACCOUNTS);
    const file = join(directory, 'failed.csv');
    const report = await run(
      'type,account,amount\ndeposit,ana,1\nwithdrawal,ana,5\ndeposit,nobody,1\ndeposit,ana,2\n',
      { failedLinesFile: file },
    );
    expect(report).toMatchObject({
      posted: 2,
      failed: 2,
      rejected: { insufficient_funds: 1, account_not_found: 1 },
    });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').sort();
    expect(lines).toEqual([
      expect.stringMatching(/^3,[0-9a-f-]{36},rejected,insufficient_funds$/),
      expect.stringMatching(/^4,[0-9a-f-]{36},rejected,account_not_found$/),
      'line,id,status,reason',
    ]);
    expect(importReportLines(report).slice(-4)).toEqual([
      expect.stringMatching(/^line 3 \(.*\): insufficient_funds$/),
      expect.stringMatching(/^line 4 \(.*\): account_not_found$/),
      `all of them are in ${file}`,
      '2 of 4 rows in the bank',
    ]);
  });

  it('does what a file says in its own currency, and never in another', async () => {
    await run('id,currency\neve,EUR\n');
    expect(await run('type,account,amount\ndeposit,eve,1\n')).toMatchObject({
      rejected: { currency_mismatch: 1 },
    });
    expect(await run('type,account,amount\ndeposit,eve,1\n', { currency: 'EUR' })).toMatchObject({
      posted: 1,
    });
    expect(balance('eve')).toBe(100);
  });
});

describe('a file with bad rows', () => {
  const mixed = 'type,account,amount\ndeposit,ana,1\ndeposit,ana,one\ndeposit,ana,1,2\ndeposit,ana,2\n';

  it('is not begun, and every bad row is told', async () => {
    await run(ACCOUNTS);
    const before = writes().length;
    const report = await run(mixed);
    expect(report).toMatchObject({ rows: 4, bad: 2, failed: 2, sent: false, posted: 0 });
    expect(report.failedLines).toMatchObject([
      { line: 3, status: 'bad', reason: expect.stringContaining("'one'") as string },
      { line: 4, status: 'bad' },
    ]);
    expect(writes()).toHaveLength(before);
    expect(importReportLines(report).at(-1)).toContain('--skip-bad');
  });

  it('is done without them where that is asked for', async () => {
    await run(ACCOUNTS);
    expect(await run(mixed, { skipBad: true })).toMatchObject({ bad: 2, failed: 2, sent: true, posted: 2 });
    expect(balance('ana')).toBe(300);
  });
});

describe('a dry run', () => {
  it('checks every row, says what would come of each after those before it, and posts nothing', async () => {
    await run(ACCOUNTS);
    await run('id,currency\neve,EUR\n');
    const { sequence } = bank.ledger;
    const report = await run(
      [
        'type,account,from,to,amount',
        'deposit,ana,,,1',
        'deposit,nobody,,,1',
        'transfer,,ana,nobody,1',
        'transfer,,ana,eve,1',
        'open,ana,,,',
        'open,carla,,,',
        'deposit,carla,,,1',
        'deposit,carla,,,x',
        'withdrawal,carla,,,1',
        'withdrawal,carla,,,1',
      ].join('\n'),
      { dryRun: true },
    );
    expect(report).toMatchObject({
      rows: 10,
      bad: 1,
      failed: 6,
      sent: false,
      tried: 9,
      posted: 0,
      rejected: { account_not_found: 2, currency_mismatch: 1, account_exists: 1, insufficient_funds: 1 },
    });
    expect(report.failedLines.map(({ line }) => line)).toEqual([3, 4, 5, 6, 9, 11]);
    expect(bank.ledger.sequence).toBe(sequence);
  });

  it('of more rows than one request holds looks for the accounts of the others', async () => {
    const deposits = Array.from({ length: 10_000 }, () => 'deposit,ana,1');
    const report = await run(
      ['type,account,amount', 'open,ana,', ...deposits, 'deposit,nobody,1', 'open,ana,'].join('\n'),
      { dryRun: true },
    );
    expect(report).toMatchObject({ tried: 10_000, rejected: { account_not_found: 1, account_exists: 1 } });
    expect(importReportLines(report)).toContain(
      'the first 10,000 were tried by the bank; of the others the accounts were looked for',
    );
  });

  it('of what is in the bank already finds nothing wrong with it', async () => {
    expect(importReportLines(await run(ACCOUNTS, { dryRun: true })).at(-1)).toBe(
      '✓ 2 rows can be imported; nothing was posted',
    );
    await run(ACCOUNTS);
    expect(await run(ACCOUNTS, { dryRun: true })).toMatchObject({ failed: 0 });
  });
});

describe('an import while services fail', () => {
  const names = Array.from({ length: 50 }, (_, index) => `a${index}`);
  const accounts = ['id', ...names].join('\n');
  const operations = [
    'type,account,from,to,amount',
    ...names.map((name) => `deposit,${name},,,10`),
    ...names.slice(1).map((name, index) => `transfer,,${names[index]!},${name},1`),
  ].join('\n');

  it('takes effect once when connections drop, before and after rows were taken, and queues are full (I2)', async () => {
    const faults = ['drop-before', 'drop-after', { status: 503 }, { status: 500 }] as const;
    let requests = 0;
    for (const door of bank.doors)
      door.fault = ({ method }) =>
        method === 'POST' && ++requests % 3 === 0 ? faults[(requests / 3) % 4] : undefined;
    await run(accounts, { rowsPerRequest: 5 });
    const report = await run(operations, { rowsPerRequest: 5 });
    expect(report).toMatchObject({ posted: 99, failed: 0 });
    expect(report.sentAgain).toBeGreaterThan(2);
    expect([balance('a0'), balance('a20'), balance('a49')]).toEqual([900, 1_000, 1_100]);
  });

  it('stopped in the middle, goes on', async () => {
    await run(accounts);
    let requests = 0;
    for (const door of bank.doors) door.fault = () => (++requests > 5 ? { status: 503 } : undefined);
    await expect(run(operations, { rowsPerRequest: 10, patienceMs: 50 })).rejects.toMatchObject({
      name: 'BankStalledError',
    });
    for (const door of bank.doors) door.fault = () => undefined;
    const report = await run(operations, { rowsPerRequest: 10 });
    expect(report).toMatchObject({ posted: 99, failed: 0 });
    expect(report.before).toBeGreaterThan(0);
    expect(report.before).toBeLessThan(99);
  });

  it('finds the one row that the bank refuses, and does the others', async () => {
    await run(accounts);
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    const rows = names.map((name, index) => `deposit,${index === 30 ? id : ''},${name},1`);
    for (const door of bank.doors)
      door.fault = ({ body }) => (JSON.stringify({ body }).includes(id) ? CONFLICT : undefined);
    const report = await run(['type,id,account,amount', ...rows].join('\n'));
    expect(report).toMatchObject({ posted: 49, failed: 1, refused: { id_conflict: 1 } });
    expect(report.failedLines).toEqual([{ line: 32, id, status: 'refused', reason: 'id_conflict' }]);
  });

  it('refuses a file that is another in the second pass', async () => {
    await run(accounts);
    const file = join(directory, 'changing.csv');
    await writeFile(file, operations);
    const all = { ...IMPORT_DEFAULTS, file, servers: [bank.doors[0]!.url], key: KEY };
    const importing = importFile(all, {
      surveyed: () => void writeFileSync(file, `${operations}\ndeposit,a0,,,1\n`),
      progress: () => undefined,
    });
    await expect(importing).rejects.toThrow('changing.csv changed while it was read');
  });
});

const CONFLICT = { status: 409, code: 'id_conflict' } as const;

it.each([[{ currency: 'BR' }], [{ rowsPerRequest: 0 }], [{ rowsPerRequest: 10_001 }], [{ patienceMs: 0 }]])(
  'an import refuses the settings %j',
  async (settings) => {
    await expect(run(ACCOUNTS, settings)).rejects.toMatchObject({ name: 'ClientSettingsError' });
  },
);
