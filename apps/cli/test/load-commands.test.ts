import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMPORT_DEFAULTS, REPLAY_DEFAULTS, SIMULATION_DEFAULTS } from '@lastro/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY, startBank } from '../../../packages/sdk/test/bank-in-memory.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const EXCERPT = fileURLToPath(new URL('../../../examples/berka-1993-excerpt.csv', import.meta.url));

// Whole runs against a bank in this process: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let bank: Awaited<ReturnType<typeof startBank>>;
let directory: string;
beforeEach(async () => {
  bank = await startBank(2);
  directory = await mkdtemp(join(tmpdir(), 'lastro-cli-'));
});
afterEach(async () => {
  await bank.stop();
  await rm(directory, { recursive: true });
});

async function lastro(...args: string[]): Promise<CommandResult> {
  const servers = bank.doors.map(({ url }) => url).join(',');
  return runCommand([...args, '--servers', servers], { LASTRO_API_KEY: KEY });
}

const SMALL = [
  'simulate',
  '--operations',
  '200',
  '--accounts',
  '5',
  '--clients',
  '4',
  '--settle-timeout',
  '1',
];

describe('lastro simulate', () => {
  it('prints what it found, tells how it goes as JSON lines, and writes a report', async () => {
    const file = join(directory, 'report.json');
    const { status, printed, noted } = await lastro(
      ...SMALL,
      '--seed',
      '9',
      '--mix',
      'deposit=1,transfer=1',
      '--report',
      file,
    );
    expect(status).toBe(0);
    expect(printed[0]).toMatch(/^Simulation sim-9-.* 2 servers, 4 clients, 5 accounts, seed 9$/);
    expect(printed.at(-1)).toBe('No discrepancy.');
    expect(noted.map((line) => (JSON.parse(line) as { phase: string }).phase)).toContain('checking');
    const report = JSON.parse(await readFile(file, 'utf8')) as { settings: object };
    expect(report.settings).toMatchObject({
      seed: 9,
      mix: { deposit: 1, withdrawal: 0, transfer: 1 },
      durationMs: 86_400_000,
    });
    expect(JSON.stringify(report)).not.toContain(KEY);
  });

  it('gives all of it as JSON lines to scripts', async () => {
    const { printed, noted } = await lastro(...SMALL, '--json');
    const lines = printed.map((line) => JSON.parse(line) as { event: string; discrepancyCount?: number });
    expect([lines.at(-1)?.event, lines.at(-1)?.discrepancyCount, noted]).toEqual(['report', 0, []]);
    expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(['progress', 'report']));
  });

  it('ends with status 1 when anything is off', async () => {
    bank.ledger.tampering.balance = (account, sequence, balance) =>
      account.endsWith('.1') && sequence === Infinity ? 0 : balance;
    const { status, printed, noted } = await lastro(...SMALL);
    expect([status, noted.at(-1)]).toEqual([1, 'lastro: the bank is off by 2 discrepancies']);
    expect(printed.join('\n')).toMatch(/OFF {2}every account ends .*: 1 not so/);
  });

  it.each([
    [
      ['--clients', '0'],
      "option '--clients <count>' argument '0' is invalid. It must be a whole number from 1 to 10000.",
    ],
    [['--mix', 'gift=1'], "'gift=1' is not part of a mix: write deposit=30,withdrawal=20,transfer=50"],
    [['--mix', 'deposit=0'], 'the mix needs whole weights, and one above 0'],
    [['--rate', 'fast'], "option '--rate <operations>' argument 'fast' is invalid."],
    [['--duration', '1.5'], "option '--duration <seconds>' argument '1.5' is invalid."],
    [['--report', '/nowhere/at/all.json'], '--report: /nowhere/at/all.json cannot be written (ENOENT'],
    [['--surprise'], "unknown option '--surprise'"],
    [['extra'], "too many arguments for 'simulate'."],
  ])('refuses %j with one line and status 2', async (args, sentence) => {
    const { status, printed, noted } = await lastro('simulate', ...args);
    expect([status, printed, noted.length]).toEqual([2, [], 1]);
    expect(noted[0]).toContain(`lastro: ${sentence}`);
    expect(bank.doors.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('names in its help the defaults that it has', async () => {
    const { printed } = await runCommand(['simulate', '--help']);
    const help = printed.join('\n').replaceAll(/\s+/g, ' ');
    const { clients, accounts, amountMaxMinor, currency, durationMs, settleTimeoutMs, mix } =
      SIMULATION_DEFAULTS;
    const mixText = Object.entries(mix).map(([kind, weight]) => `${kind}=${weight}`);
    const shown = [clients, accounts, amountMaxMinor, currency, settleTimeoutMs / 1000, mixText.join(',')];
    for (const value of shown) expect(help).toContain(`(default: ${value})`);
    expect(help).toContain(`(default: ${durationMs / 1000}, or`);
  });
});

describe('lastro replay', () => {
  it('ends with the rows that are exact, and status 0 when all are', async () => {
    const file = join(directory, 'report.json');
    const { status, printed, noted } = await lastro('replay', EXCERPT, '--report', file);
    expect([status, printed.at(-1)]).toEqual([0, '1,999 of 1,999 rows exact']);
    expect([noted[0], noted.at(-1)]).toEqual([
      'replaying 1999 rows of 51 accounts',
      '1999 of 1999 rows done, 1999 exact',
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ rows: 1_999, exact: 1_999 });
    const again = await lastro('replay', EXCERPT, '--json', '--partitions', '1', '--rows-per-request', '500');
    expect(JSON.parse(again.printed[0]!)).toMatchObject({ exact: 1_999, before: 1_999 });
  });

  it('ends with status 1 when a row is wrong', async () => {
    bank.ledger.tampering.balance = (account, sequence, balance) =>
      account === '7753' && sequence < Infinity ? balance + 1 : balance;
    const { status, noted } = await lastro('replay', EXCERPT);
    expect([status, noted.at(-1)]).toEqual([1, 'lastro: the bank did not do exactly what the file says']);
  });

  it.each([
    ['a file that is no CSV', 'not,a\ncsv', 'rows.csv, line 1: the header must be seq,account,'],
    ['nothing', '', 'rows.csv, line 1: the file is empty'],
  ])('refuses %s with one line and status 2', async (_name, content, sentence) => {
    const file = join(directory, 'rows.csv');
    await writeFile(file, content);
    const { status, printed, noted } = await lastro('replay', file);
    expect([status, printed, noted.length]).toEqual([2, [], 1]);
    expect(noted[0]).toContain(sentence);
  });

  it.each([
    [['replay'], "missing required argument 'file'"],
    [['replay', '/nowhere.csv'], 'there is no file /nowhere.csv'],
    [['replay', EXCERPT, '--prefix', 'a b'], 'the prefix must be letters, digits and . _ : -'],
    [['replay', EXCERPT, '--currency', 'ZZZ'], "option '--currency <code>' argument 'ZZZ' is invalid."],
    [
      ['replay', EXCERPT, '--rows-per-request', '10001'],
      "option '--rows-per-request <count>' argument '10001' is invalid.",
    ],
  ])('refuses %j', async (args, sentence) => {
    const { status, noted } = await lastro(...args);
    expect([status, noted.length]).toEqual([2, 1]);
    expect(noted[0]).toContain(sentence);
  });

  it('names in its help the defaults that it has', async () => {
    const { printed } = await runCommand(['replay', '--help']);
    const help = printed.join('\n').replaceAll(/\s+/g, ' ');
    const { currency, rowsPerRequest, partitionsPerServer, patienceMs } = REPLAY_DEFAULTS;
    for (const value of [currency, rowsPerRequest, partitionsPerServer, patienceMs / 1000]) {
      expect(help).toContain(`(default: ${value})`);
    }
  });
});

describe('lastro import', () => {
  async function fileOf(...lines: string[]): Promise<string> {
    const file = join(directory, 'file.csv');
    await writeFile(file, lines.join('\n'));
    return file;
  }

  it('ends with the rows that are in the bank, and status 0 when all are', async () => {
    const file = await fileOf('id,name', 'ana,Ana', 'rui,Rui');
    const { status, printed, noted } = await lastro('import', file);
    expect([status, printed.at(-1)]).toEqual([0, '✓ 2 of 2 rows in the bank']);
    expect([noted[0], noted.at(-1)]).toEqual(['2 rows of accounts', '2 of 2 rows done, 0 failed']);
    const again = await lastro('import', file, '--json', '--partitions', '1', '--rows-per-request', '1');
    expect(JSON.parse(again.printed[0]!)).toMatchObject({ posted: 2, before: 2 });
  });

  it('names the rows that failed, and ends with status 1', async () => {
    const file = await fileOf('type,account,amount', 'deposit,ana,1,00', 'deposit,ana,1');
    const { status, printed, noted } = await lastro('import', file);
    expect(printed.slice(1)).toEqual([
      '1 bad row',
      'line 2: there are 4 cells, and the header has 3 columns',
      'nothing was sent: mend the bad rows, or import the others with --skip-bad',
    ]);
    expect([status, noted.at(-1)]).toEqual([1, 'lastro: 1 of 2 rows failed']);
    const report = join(directory, 'failed.csv');
    expect((await lastro('import', file, '--skip-bad', '--report', report)).status).toBe(1);
    expect(await readFile(report, 'utf8')).toMatch(
      /\n2,,bad,"there are 4 cells, .*"\n3,.*,rejected,account_not_found\n$/,
    );
  });

  it('posts nothing in a dry run', async () => {
    const file = await fileOf('id', 'ana');
    const { status, printed } = await lastro('import', file, '--dry-run');
    expect([status, printed.at(-1)]).toEqual([0, '✓ 1 row can be imported; nothing was posted']);
    expect(bank.ledger.account('ana')).toBeUndefined();
  });

  it.each([
    [['import'], "missing required argument 'file'"],
    [['import', '/nowhere.csv'], 'there is no file /nowhere.csv'],
    [['import', EXCERPT], 'the column "seq" is unknown; a file of accounts may have id, currency'],
    [['import', EXCERPT, '--currency', 'ZZZ'], "option '--currency <code>' argument 'ZZZ' is invalid."],
  ])('refuses %j', async (args, sentence) => {
    const { status, noted } = await lastro(...args);
    expect([status, noted.length]).toEqual([2, 1]);
    expect(noted[0]).toContain(sentence);
  });

  it('names in its help the defaults that it has', async () => {
    const { printed } = await runCommand(['import', '--help']);
    const help = printed.join('\n').replaceAll(/\s+/g, ' ');
    const { currency, rowsPerRequest, partitionsPerServer, patienceMs } = IMPORT_DEFAULTS;
    for (const value of [currency, rowsPerRequest, partitionsPerServer, patienceMs / 1000]) {
      expect(help).toContain(`(default: ${value})`);
    }
  });
});
