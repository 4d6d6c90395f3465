import { createHash } from 'node:crypto';
import { csvFault, type CsvRecord, csvRecords } from '../csv-records.ts';
import { checkHeader, parseRow, type ReplayRow, ROW_COLUMNS, RowError } from './row.ts';

/**
 * Reads a CSV file (packed with gzip or not) as a stream and hands each row to `onRow`, in order.
 *
 * @returns SHA-256 of the file's text: the same for FILE.csv and FILE.csv.gz.
 * @throws CsvFileError at the first line that is not as it must be.
 */
export async function readRows(
  path: string,
  onRow: (row: ReplayRow) => Promise<void> | void,
): Promise<string> {
  const hash = createHash('sha256');
  let seq = 0;
  let lines = 0;
  for await (const record of csvRecords(path, { onText: (bytes) => void hash.update(bytes) })) {
    lines += 1;
    const row = readRecord(path, record, lines === 1, seq);
    if (row === undefined) continue;
    seq = row.seq;
    await onRow(row);
  }
  if (lines === 0) throw csvFault(path, 1, `the file is empty; it must begin with ${ROW_COLUMNS.join(',')}`);
  if (seq === 0) throw csvFault(path, 2, 'there is no row');
  return hash.digest('hex');
}

function readRecord(
  path: string,
  { record, line }: CsvRecord,
  first: boolean,
  seq: number,
): ReplayRow | undefined {
  try {
    if (!first) return parseRow(record, line, seq);
    checkHeader(record);
    return undefined;
  } catch (error) {
    throw error instanceof RowError ? csvFault(path, error.line, error.message) : error;
  }
}
