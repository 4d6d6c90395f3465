import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CsvFileError } from '../../src/csv-records.ts';
import { readRows } from '../../src/replay/csv-rows.ts';
import { ROW_COLUMNS } from '../../src/replay/row.ts';

// Hundreds of files each: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const RIGHT = [
  ROW_COLUMNS.join(','),
  '1,576,1993-01-01,CASH_DEPOSIT,90000,90000,,',
  '2,793,1993-01-05,TRANSFER_IN,340100,420100,IJ,6149286',
  '7,793,1993-01-06,FEE,-1460,418640,,',
  '',
].join('\n');

const garbage = fc.oneof(
  fc.constantFrom(
    ...[
      '"',
      '""',
      '"\n',
      ',',
      ',,,,,,,,,,',
      '\n',
      '\r',
      '\r\n',
      '\0',
      '\uFEFF',
      '=1+1',
      '@SUM(A1)',
      '-',
      '1e9',
      'x'.repeat(20_000),
    ],
    ...[
      '9007199254740993',
      '99999999999999999999',
      '0001-01-01',
      '٣',
      '__proto__',
      '💰',
      '\u2028',
      '"a""b"',
      '\\',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** A file that was right before something was put into it, taken out of it, or done to its bytes. */
const spoiled: Arbitrary<Buffer> = fc
  .array(fc.tuple(fc.nat(), fc.nat(20), garbage), { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.reduce((text, [at, length, put]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + length);
    }, RIGHT),
  )
  .chain((text) =>
    fc
      .constantFrom<BufferEncoding>('utf8', 'latin1', 'utf16le')
      .map((encoding) => Buffer.from(text, encoding)),
  );

/** The same packed, whole or damaged in its packing. */
const packed: Arbitrary<Buffer> = fc
  .tuple(spoiled, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
  .map(([bytes, at, value, length]) => {
    const zipped = gzipSync(bytes);
    zipped[2 + (at % (zipped.length - 2))] = value;
    return zipped.subarray(0, 2 + (length % zipped.length));
  });

describe('a file of garbage', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-garbage-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** Every row that is read is one that could be sent; the first that is not ends it, in one line. */
  async function check(content: Uint8Array): Promise<void> {
    const path = join(directory, 'file.csv');
    await writeFile(path, content);
    try {
      await readRows(path, (row) => {
        expect(row.account).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,47}$/);
        expect([row.seq, row.amountMinor, row.balanceAfterMinor].every(Number.isSafeInteger)).toBe(true);
      });
    } catch (error) {
      expect(error).toBeInstanceOf(CsvFileError);
      expect((error as Error).message).toMatch(/^[^\n\r]*file\.csv[^\n\r]{1,1000}$/);
    }
  }

  it.each([
    ['with rows that are not as they must be', spoiled],
    ['with damaged packing', packed],
    ['of any bytes', fc.uint8Array({ maxLength: 300 })],
  ] as const)('%s is read to the first wrong line, and named with it', async (_name, files) => {
    await fc.assert(
      fc.asyncProperty(files, (content) => check(content)),
      { numRuns: 300 },
    );
  });
});
