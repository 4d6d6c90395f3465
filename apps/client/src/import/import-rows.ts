import { createHash } from 'node:crypto';
import { parse, v5 } from 'uuid';
import { csvFault, csvRecords } from '../csv-records.ts';
import { type Columns, HeaderError, readHeader } from './columns.ts';
import { type ImportRow, readRow } from './row.ts';

/** Changes whenever the same row becomes another operation, so that an id never means two things (I7). */
const NAMESPACE = '8c1d3c0a-51c1-5d0e-9f57-0f1b9f6f7d02';

/** What a first pass over the file finds, before anything is sent. */
export interface ImportSurvey {
  readonly columns: Columns;
  /** SHA-256 of the file's text: the same for FILE.csv and FILE.csv.gz. */
  readonly digest: string;
  readonly rows: number;
  readonly badRows: number;
}

/**
 * Reads the whole file and checks each row by itself; each bad one is given to `onBad`.
 *
 * @throws CsvFileError when it is no CSV file, or its header is not one of a file that can be imported.
 */
export async function surveyImport(
  path: string,
  currency: string,
  onBad: (row: Extract<ImportRow, { fault: string }>) => Promise<void>,
): Promise<ImportSurvey> {
  let rows = 0;
  let badRows = 0;
  const { columns, digest } = await readImport(path, currency, undefined, async (row) => {
    rows += 1;
    if (!('fault' in row)) return;
    badRows += 1;
    await onBad(row);
  });
  if (rows === 0) throw csvFault(path, 2, 'there is no row');
  return { columns, digest, rows, badRows };
}

/**
 * What the ids of rows without one follow from: the file, its line and the currency. An import that runs twice, or goes
 * on after a crash, by whatever business service, sends the same operations again, and they take effect once (I2).
 */
export function idNamespace({ digest }: ImportSurvey, currency: string): string {
  return v5(JSON.stringify([digest, currency]), NAMESPACE);
}

/**
 * Reads the file as a stream and hands each row to `onRow`, in order. Without a `namespace` the ids that it gives are all one.
 *
 * @throws CsvFileError
 */
export async function readImport(
  path: string,
  currency: string,
  namespace: string | undefined,
  onRow: (row: ImportRow) => Promise<void> | void,
): Promise<{ columns: Columns; digest: string }> {
  const hash = createHash('sha256');
  const space = namespace === undefined ? undefined : parse(namespace);
  const idOf = (line: number): string => (space === undefined ? NAMESPACE : v5(String(line), space));
  let columns: Columns | undefined;
  const parser = { relax_column_count: true, skip_empty_lines: true, trim: true };
  for await (const { record, line } of csvRecords(path, {
    parser,
    onText: (bytes) => void hash.update(bytes),
  })) {
    if (columns === undefined) columns = headerOf(path, record, line);
    else await onRow(readRow(record, line, { columns, currency, idOf }));
  }
  if (columns === undefined) throw csvFault(path, 1, 'the file is empty; it must begin with a header');
  return { columns, digest: hash.digest('hex') };
}

function headerOf(path: string, record: readonly string[], line: number): Columns {
  try {
    return readHeader(record);
  } catch (error) {
    throw error instanceof HeaderError ? csvFault(path, line, error.message) : error;
  }
}
