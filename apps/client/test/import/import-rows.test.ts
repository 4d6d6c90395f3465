import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { validateOperationRequest } from '@lastro/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CsvFileError } from '../../src/csv-records.ts';
import { readImport } from '../../src/import/import-rows.ts';
import type { ImportRow } from '../../src/import/row.ts';

const NAMESPACE = '019a0000-0000-7000-8000-000000000000';

// Hundreds of files: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-import-rows-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(content: string | Uint8Array, currency = 'BRL'): Promise<ImportRow[]> {
  const path = join(directory, 'file.csv');
  await writeFile(path, content);
  const rows: ImportRow[] = [];
  await readImport(path, currency, NAMESPACE, (row) => void rows.push(row));
  return rows;
}

/** What the rows ask for, without their ids, which are checked elsewhere. */
async function requests(...lines: string[]): Promise<object[]> {
  return (await read(lines.join('\n'))).map((row) => {
    if ('fault' in row) return row;
    const { id: _id, ...request } = row.request;
    return request;
  });
}

/** The fault of the one row. */
async function faultOf(header: string, row: string, currency?: string): Promise<string> {
  const [found] = await read(`${header}\n${row}\n`, currency);
  return found !== undefined && 'fault' in found ? found.fault : 'none';
}

describe('a file of accounts', () => {
  it('is one opening a row, with money as people write it or in minor units', async () => {
    expect(
      await requests(
        'id,currency,overdraftLimit,overdraftLimitMinor,name,metadata.branch,metadata.constructor',
        'ana,,,,,,',
        'rui,EUR,"1,234.50",,"Rui, da Silva",porto,x',
        'yuki,JPY,,1500,,,',
      ),
    ).toEqual([
      { type: 'open', account: 'ana', currency: 'BRL' },
      {
        type: 'open',
        account: 'rui',
        currency: 'EUR',
        overdraftLimit: 123_450,
        name: 'Rui, da Silva',
        metadata: Object.fromEntries([
          ['branch', 'porto'],
          ['constructor', 'x'],
        ]),
      },
      { type: 'open', account: 'yuki', currency: 'JPY', overdraftLimit: 1500 },
    ]);
  });

  it.each([
    ['id', 'a b', 'id must be 1 to 64 letters, digits'],
    ['id,currency', 'a,BRX', 'currency must be an ISO 4217 code'],
    ['id,overdraftLimit', 'a,12.3456', "overdraftLimit: '12.3456' is more exact than BRL is"],
    ['id,overdraftLimit', 'a,-1', 'overdraftLimit must be 0 or more'],
    ['id,overdraftLimit,overdraftLimitMinor', 'a,1,100', 'are both there'],
    ['id,name', ',Ana', 'lacks the field "id"'],
    ['id,metadata.a b', 'ana,x', 'metadata has the key "a b"'],
    ['id,name', 'a,b,c', 'there are 3 cells, and the header has 2 columns'],
  ])('%s: the row %s is bad', async (header, row, fault) => {
    expect(await faultOf(header, row)).toContain(fault);
  });
});

describe('a file of operations', () => {
  it('is whatever operation each row asks for', async () => {
    expect(
      await requests(
        'type,account,from,to,amount,amountMinor,currency,description',
        'deposit,ana,,,12.34,,,salary',
        'withdrawal,ana,,,"0,10",,,',
        'transfer,,ana,rui,,250,,',
        'deposit,ana,,,100,,JPY,',
        'open,carla,,,,,EUR,',
      ),
    ).toEqual([
      { type: 'deposit', account: 'ana', amount: 1_234, currency: 'BRL', description: 'salary' },
      { type: 'withdrawal', account: 'ana', amount: 10, currency: 'BRL' },
      { type: 'transfer', from: 'ana', to: 'rui', amount: 250, currency: 'BRL' },
      { type: 'deposit', account: 'ana', amount: 100, currency: 'JPY' },
      { type: 'open', account: 'carla', currency: 'EUR' },
    ]);
  });

  it('keeps the ids that it has, and gives the others one by their line', async () => {
    const header = 'type,id,account,amount';
    const own = '01890A5D-AC96-774B-BCCE-B302099A8057';
    const ids = async (...rows: string[]) =>
      (await read([header, ...rows].join('\n'))).map((row) => ('fault' in row ? row.fault : row.request.id));
    const [first, second, third] = await ids(`deposit,${own},ana,1`, 'deposit,,ana,1', '', 'deposit,,ana,1');
    expect(first).toBe(own.toLowerCase());
    expect(second).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(third).not.toBe(second);
    expect(await ids('deposit,,rui,2', 'deposit,,ana,1')).toContain(second);
  });

  it.each([
    ['type,account,amount', 'gift,ana,1', 'type must be one of open, deposit'],
    ['type,account,amount', ',ana,1', 'type must be one of'],
    ['type,account,amount', 'constructor,ana,1', 'type must be one of'],
    ['type,account,amount', 'deposit,,1', 'lacks the field "account"'],
    ['type,account,amount', 'deposit,ana,', 'lacks the field "amount"'],
    ['type,account,amount', 'deposit,ana,0', 'amount must be 1 or more'],
    ['type,account,amount', 'deposit,ana,1.234', "'1.234' could mean"],
    ['type,account,amount', 'deposit,ana,ten', "'ten' is not an amount in BRL"],
    ['type,account,amountMinor', 'deposit,ana,1.5', 'amountMinor must be a whole number'],
    ['type,account,amount,from', 'deposit,ana,1,rui', 'has an unknown field "from"'],
    ['type,id,account,amount', 'deposit,42,ana,1', 'id must be a UUID'],
    ['type,hold,amount', `capture,${NAMESPACE},1`, 'amount has no currency here'],
  ])('%s: the row %s is bad', async (header, row, fault) => {
    expect(await faultOf(header, row)).toContain(fault);
  });

  it('names the line of a row, also after rows of several lines', async () => {
    const rows = await read('type,account,amount,description\ndeposit,ana,1,"two\nlines"\ngift,ana,1,\n');
    expect(rows).toMatchObject([
      { line: 3, fault: 'description must be one line of text, without control characters' },
      { line: 4, fault: expect.stringContaining('type must be one of') as string },
    ]);
  });
});

describe('a file that is none', () => {
  it.each([
    ['', 'the file is empty'],
    [
      'id,colour\nana,red',
      'line 1: the column "colour" is unknown; a file of accounts may have id, currency',
    ],
    ['type,accounts\ndeposit,ana', 'line 1: the column "accounts" is unknown; a file of operations may have'],
    ['id,id\na,b', 'the column id is there twice'],
    ['name\nAna', 'there is no column id (for accounts), and no column type (for operations)'],
    ['id,name\na,"b', 'this is not CSV'],
    [gzipSync('id\nana').subarray(0, 20), 'cannot be unpacked'],
  ])('%j is refused', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
    await expect(read(content)).rejects.toBeInstanceOf(CsvFileError);
  });

  it('of any text gives rows that the bank takes, bad rows, or one line that says what is wrong', async () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        'deposit',
        'transfer',
        'open',
        'ana',
        'BRL',
        '1',
        '1,5',
        '-1',
        '"',
        '\n',
        'id',
        'type',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    const file = fc
      .array(fc.array(cell, { maxLength: 6 }), { maxLength: 6 })
      .map((rows) => ['type,id,account,from,to,amount', ...rows.map((cells) => cells.join(','))].join('\n'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(file, fc.string({ unit: 'binary' })), async (content) => {
        try {
          for (const row of await read(content)) {
            if ('fault' in row) expect(row.fault).toMatch(/^[^\n]+$/);
            else expect(validateOperationRequest(row.request, '')).toHaveProperty('value');
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CsvFileError);
          expect((error as Error).message).toMatch(/^[^\n\r]*file\.csv[^\n\r]{1,1000}$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
