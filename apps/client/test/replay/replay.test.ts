import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LastroClient } from '@lastro/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY, startBank } from '../../../../packages/sdk/test/bank-in-memory.ts';
import {
  isExact,
  replay,
  REPLAY_DEFAULTS,
  type ReplayReport,
  replayReportLines,
  type ReplaySettings,
} from '../../src/index.ts';

const EXCERPT = fileURLToPath(new URL('../../../../examples/berka-1993-excerpt.csv', import.meta.url));
const ROWS = 1_999;
const HEADER =
  'seq,account,date,kind,amount_minor_units,balance_after_minor_units,partner_bank,partner_account';

// Whole runs against a bank in this process: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let bank: Awaited<ReturnType<typeof startBank>>;
let directory: string;
beforeEach(async () => {
  bank = await startBank(3);
  directory = await mkdtemp(join(tmpdir(), 'lastro-replay-'));
});
afterEach(async () => {
  await bank.stop();
  await rm(directory, { recursive: true });
});

async function run(settings: Partial<ReplaySettings> = {}): Promise<ReplayReport> {
  const servers = bank.doors.map(({ url }) => url);
  const all = { ...REPLAY_DEFAULTS, file: EXCERPT, servers, key: KEY, rowsPerRequest: 100, ...settings };
  return replay(all, { surveyed: () => undefined, progress: () => undefined });
}

async function fileOf(...rows: string[]): Promise<string> {
  const file = join(directory, 'rows.csv');
  await writeFile(file, [HEADER, ...rows, ''].join('\n'));
  return file;
}

/** True for the `n`th call only. */
function nth(n: number): () => boolean {
  let calls = 0;
  return () => ++calls === n;
}

describe('a replay of real transactions', () => {
  it('does every row exactly, in the order of the file', async () => {
    const report = await run();
    expect(report).toMatchObject({
      rows: ROWS,
      exact: ROWS,
      before: 0,
      wrongRowCount: 0,
      accounts: 51,
      balanced: true,
    });
    expect(isExact(report)).toBe(true);
    expect(replayReportLines(report).at(-1)).toBe('1,999 of 1,999 rows exact');
    expect(bank.ledger.account('7753')).toMatchObject({ currency: 'CZK', overdraftLimit: 0 });
    expect(bank.ledger.accounts('@').map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        '@bank.YZ.CZK',
        '@cash.CZK',
        '@fees.CZK',
        '@interest.CZK',
        '@penalties.CZK',
        '@rounding.CZK',
      ]),
    );
  });

  it('run again does nothing twice, and says so', async () => {
    await run();
    const { sequence } = bank.ledger;
    const again = await run();
    expect(again).toMatchObject({ exact: ROWS, before: ROWS });
    expect(bank.ledger.sequence).toBe(sequence);
    expect(replayReportLines(again)).toContain(
      '1,999 rows of an earlier run: in the bank already, and not done twice',
    );
  });

  it('stopped in the middle, goes on', async () => {
    let requests = 0;
    for (const door of bank.doors) door.fault = () => (++requests > 10 ? { status: 503 } : undefined);
    await expect(run({ patienceMs: 50 })).rejects.toMatchObject({ name: 'BankStalledError' });
    for (const door of bank.doors) door.fault = () => undefined;
    const report = await run();
    expect(report.exact).toBe(ROWS);
    expect(report.before).toBeGreaterThan(0);
    expect(report.before).toBeLessThan(ROWS);
  });

  it('can be in one bank twice, under another prefix', async () => {
    expect(isExact(await run())).toBe(true);
    const report = await run({ prefix: 'copy-' });
    expect(report).toMatchObject({ exact: ROWS, before: 0 });
    expect(bank.ledger.account('copy-7753')).toBeDefined();
  });

  it('keeps what the file says of a row with the operation', async () => {
    const file = await fileOf(
      '5,793,1993-01-05,TRANSFER_IN,340100,340100,IJ,6149286',
      '9,793,1993-01-06,CARD_WITHDRAWAL,-100,340000,,',
    );
    await run({ file, currency: 'EUR' });
    expect(bank.ledger.entries('793')).toMatchObject([
      {
        type: 'withdrawal',
        counterparty: '@cash.EUR',
        metadata: { kind: 'CARD_WITHDRAWAL', date: '1993-01-06', row: '9' },
      },
      { type: 'transfer', counterparty: '@bank.IJ.EUR', metadata: { partnerAccount: '6149286', row: '5' } },
    ]);
  });
});

describe('a replay while services fail', () => {
  it('is exact when connections drop, before and after rows were taken, and queues are full', async () => {
    const faults = ['drop-before', 'drop-after', { status: 503 }, { status: 500 }] as const;
    let requests = 0;
    for (const door of bank.doors)
      door.fault = ({ method }) =>
        method === 'POST' && ++requests % 3 === 0 ? faults[(requests / 3) % 4] : undefined;
    const report = await run();
    expect(report).toMatchObject({ exact: ROWS, balanced: true });
    expect(report.sentAgain).toBeGreaterThan(5);
  });

  it('is exact when a service dies with rows in its queue that are posted late', async () => {
    const [door] = bank.doors;
    let requests = 0;
    door!.fault = ({ url }) => {
      if (url !== '/v1/operations' || ++requests !== 4) return undefined;
      // The rows are taken, the answer is cut, the queue stands still; others get the same rows posted first.
      door!.paused = true;
      setTimeout(() => void door!.kill().then(() => door!.resume()), 20);
      return 'drop-after';
    };
    const report = await run();
    expect(report).toMatchObject({ exact: ROWS, balanced: true });
    expect(report.sentAgain).toBeGreaterThan(0);
  });
});

describe('a replay finds', () => {
  it('a balance that is one haler off, and names the row', async () => {
    bank.ledger.tampering.balance = (account, sequence, balance) =>
      account === '7753' && sequence < Infinity && balance === 6_106_810 ? balance + 1 : balance;
    const report = await run();
    expect(report).toMatchObject({ exact: ROWS - 1, wrongRowCount: 1 });
    expect(report.wrongRows).toMatchObject([
      { account: '7753', expected: 'posted, balance 6106810', found: 'posted, balance 6106811' },
    ]);
    expect(isExact(report)).toBe(false);
    expect(replayReportLines(report).at(-1)).toBe('1,998 of 1,999 rows exact');
  });

  it('a final balance that is off', async () => {
    bank.ledger.tampering.balance = (account, sequence, balance) =>
      account === '7753' && sequence === Infinity ? 0 : balance;
    const report = await run();
    expect(report.exact).toBe(ROWS);
    expect(report.wrongAccounts).toMatchObject([{ account: '7753', foundMinor: 0 }]);
    expect(isExact(report)).toBe(false);
  });

  it('an operation that was lost, and came back out of its order', async () => {
    bank.ledger.tampering.lose = nth(300);
    const report = await run({ patienceMs: 4_000, rowsPerRequest: 1_000 });
    expect(report.wrongRowCount).toBeGreaterThan(0);
    expect(isExact(report)).toBe(false);
  });

  it('an operation that is lost every time', async () => {
    let id: string | undefined;
    const planted = nth(300);
    bank.ledger.tampering.lose = (operation) => {
      if (planted()) id = operation.id;
      return operation.id === id;
    };
    await expect(run({ patienceMs: 100 })).rejects.toMatchObject({ name: 'BankStalledError' });
  });

  it('an operation that took effect twice', async () => {
    let times = 0;
    bank.ledger.tampering.double = ({ type }) => type === 'deposit' && ++times === 50;
    const report = await run();
    expect(report.wrongRowCount).toBeGreaterThan(0);
    expect(isExact(report)).toBe(false);
  });

  it('a row that the bank rejects', async () => {
    const file = await fileOf(
      '1,a,1993-01-05,CASH_DEPOSIT,100,100,,',
      '2,a,1993-01-06,CASH_WITHDRAWAL,-500,0,,',
    );
    const report = await run({ file });
    expect(report.wrongRows).toMatchObject([
      { line: 3, account: 'a', expected: 'posted, balance 0', found: 'insufficient_funds, balance none' },
    ]);
  });
});

describe('before any money moves, a replay refuses', () => {
  it('a file with a fault in its last line', async () => {
    const file = await fileOf('1,a,1993-01-05,CASH_DEPOSIT,100,100,,', '2,a,1993-01-06,CASH_DEPOSIT,1.5,0,,');
    await expect(run({ file })).rejects.toThrow('rows.csv, line 3: amount_minor_units');
    expect(bank.doors.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('accounts that are in the bank already', async () => {
    const client = new LastroClient({ servers: [bank.doors[0]!.url], key: KEY });
    await client.openAccount({ id: 'a' });
    await client.openAccount({ id: '@fees.CZK', currency: 'EUR' });
    await client.close();
    const file = await fileOf('1,a,1993-01-05,CASH_DEPOSIT,100,100,,');
    await expect(run({ file })).rejects.toThrow(
      "account 'a' is in this bank already, and not from this file",
    );
    const fees = await fileOf('1,b,1993-01-05,FEE,-100,-100,,');
    await expect(run({ file: fees })).rejects.toThrow(
      "account '@fees.CZK' is in this bank already, in EUR and not in CZK",
    );
  });

  it.each([
    [{ currency: 'CZ' }],
    [{ prefix: 'a/b' }],
    [{ rowsPerRequest: 0 }],
    [{ rowsPerRequest: 10_001 }],
    [{ patienceMs: 0 }],
  ])('the settings %j', async (settings) => {
    await expect(run(settings)).rejects.toMatchObject({ name: 'ClientSettingsError' });
  });
});
