import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../src/replay/csv-rows.ts';
import type { ReplayRow } from '../../src/replay/row.ts';

const HEADER =
  'seq,account,date,kind,amount_minor_units,balance_after_minor_units,partner_bank,partner_account';
const ROW = '1,576,1993-01-01,CASH_DEPOSIT,90000,90000,,';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-rows-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(
  content: string | Buffer,
  name = 'file.csv',
): Promise<{ rows: ReplayRow[]; digest: string }> {
  const path = join(directory, name);
  await writeFile(path, content);
  const rows: ReplayRow[] = [];
  const digest = await readRows(path, (row) => void rows.push(row));
  return { rows, digest };
}

describe('a file of transactions', () => {
  const text = [
    HEADER,
    ROW,
    '2,793,1993-01-05,TRANSFER_IN,340100,420100,IJ,6149286',
    '7,793,1993-01-06,FEE,-1460,418640,,',
    '',
  ].join('\n');

  it('is read row by row, with the line of each', async () => {
    const { rows } = await read(text);
    expect(rows.map(({ line, seq, kind, amountMinor }) => [line, seq, kind, amountMinor])).toEqual([
      [2, 1, 'CASH_DEPOSIT', 90_000],
      [3, 2, 'TRANSFER_IN', 340_100],
      [4, 7, 'FEE', -1_460],
    ]);
    expect(rows[1]).toMatchObject({
      partnerBank: 'IJ',
      partnerAccount: '6149286',
      balanceAfterMinor: 420_100,
    });
  });

  it('is the same file packed or not, and whatever its name', async () => {
    const [plain, packed] = await Promise.all([read(text, 'a.csv'), read(gzipSync(text), 'b.data')]);
    expect(packed).toEqual(plain);
    expect(
      (await read(`${text}\n8,793,1993-01-06,FEE,-1,418639,,`.replace('\n\n', '\n'), 'c.csv')).digest,
    ).not.toBe(plain.digest);
  });

  it('may have the line ends and the byte order mark of a spreadsheet', async () => {
    const { rows } = await read(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(rows).toHaveLength(3);
  });
});

describe('a file that is not as it must be is refused with its name and line', () => {
  const row = (
    change: Partial<
      Record<'seq' | 'account' | 'date' | 'kind' | 'amount' | 'balance' | 'bank' | 'partner', string>
    >,
  ) => {
    const fields = {
      seq: '2',
      account: '576',
      date: '1993-01-02',
      kind: 'CASH_DEPOSIT',
      amount: '1',
      balance: '90001',
      bank: '',
      partner: '',
    };
    return [HEADER, ROW, Object.values({ ...fields, ...change }).join(',')].join('\n');
  };

  it.each([
    ['nothing at all', '', 'line 1: the file is empty'],
    ['only a header', `${HEADER}\n`, 'line 2: there is no row'],
    ['another header', 'date,amount\n1,2\n', 'line 1: the header must be seq,account'],
    ['random bytes', Buffer.from([0, 255, 3, 128, 10, 44, 44, 34, 0, 9, 200]), 'line 1: '],
    ['too few fields', [HEADER, ROW, '2,576'].join('\n'), 'line 3: this is not CSV'],
    ['an open quote', [HEADER, ROW, '2,"576,1993'].join('\n'), 'line 3: this is not CSV'],
    [
      'an empty line in the middle',
      [HEADER, ROW, '', '3,1,1993-01-01,FEE,-1,0,,'].join('\n'),
      'line 3: this is not CSV',
    ],
    ['one endless line', `${HEADER}\n${'x'.repeat(100_000)}`, 'line 2: this is not CSV'],
    [
      'a row number that does not grow',
      row({ seq: '1' }),
      'line 3: seq must be a number above the one of the row before (1), and is "1"',
    ],
    ['an account of the bank', row({ account: '@fees' }), 'line 3: account must be'],
    ['a path as account', row({ account: '../x' }), 'line 3: account must be'],
    ['a day that is none', row({ date: '1993-02-30' }), 'line 3: date must be a date such as 1993-01-31'],
    ['an unknown kind', row({ kind: 'GIFT' }), 'line 3: kind must be one of CASH_DEPOSIT'],
    ['a kind out of the language', row({ kind: 'constructor' }), 'line 3: kind must be one of'],
    ['a fraction', row({ amount: '1.5' }), 'line 3: amount_minor_units must be a whole number, and is "1.5"'],
    ['an exponent', row({ amount: '1e3' }), 'line 3: amount_minor_units must be a whole number'],
    [
      'an amount past the range',
      row({ amount: '9007199254740992' }),
      'line 3: amount_minor_units must be a whole number',
    ],
    ['no amount', row({ amount: '' }), 'line 3: amount_minor_units must be a whole number'],
    [
      'an amount of nothing',
      row({ kind: 'ROUNDING', amount: '0' }),
      'line 3: amount_minor_units must be other than 0 for ROUNDING',
    ],
    [
      'money that goes the wrong way',
      row({ amount: '-1' }),
      'line 3: amount_minor_units must be above 0 for CASH_DEPOSIT',
    ],
    ['a fee that is paid in', row({ kind: 'FEE' }), 'line 3: amount_minor_units must be below 0 for FEE'],
    [
      'no balance',
      row({ balance: 'x' }),
      'line 3: balance_after_minor_units must be a whole number, and is "x"',
    ],
    [
      'a transfer without a bank',
      row({ kind: 'TRANSFER_IN' }),
      'line 3: partner_bank must be the other bank, and is ""',
    ],
    ['a deposit with a bank', row({ bank: 'YZ' }), 'line 3: partner_bank must be empty'],
    [
      'a packed file that was cut',
      gzipSync(`${HEADER}\n${ROW}\n`.repeat(50)).subarray(0, 60),
      'file.csv is broken: it cannot be unpacked',
    ],
    [
      'a packed file that is none',
      Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      'file.csv is broken: it cannot be unpacked',
    ],
  ])('%s', async (_name, content, sentence) => {
    const failure = read(content);
    await expect(failure).rejects.toMatchObject({
      name: 'CsvFileError',
      message: expect.stringContaining(sentence) as string,
    });
    await expect(failure).rejects.toThrow(/^[^\n]*file\.csv[^\n]*$/);
  });

  it.each([
    ['no file', 'nowhere.csv', 'there is no file'],
    ['a directory', '.', 'is a directory'],
  ])('%s', async (_name, name, sentence) => {
    await expect(readRows(join(directory, name), () => undefined)).rejects.toThrow(sentence);
  });
});
