import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { checkHeader, parseRow, type ReplayRow, ROW_COLUMNS, RowError } from './row.ts';

/** The file cannot be replayed. The message is one line: the file, the line of it, and what is wrong there. */
export class ReplayFileError extends Error {
  override readonly name = 'ReplayFileError';
}

/** Longest row, so that a file that is no CSV cannot fill the memory. */
const ROW_SIZE_MAX_BYTES = 10_000;

interface RecordWithPlace {
  readonly record: readonly string[];
  /** The line that the record ends on. */
  readonly info: { readonly lines: number };
}

/**
 * Reads a CSV file (packed with gzip or not) as a stream and hands each row to `onRow`, in order.
 *
 * @returns SHA-256 of the file's text: the same for FILE.csv and FILE.csv.gz.
 * @throws ReplayFileError at the first line that is not as it must be.
 */
export async function readRows(
  path: string,
  onRow: (row: ReplayRow) => Promise<void> | void,
): Promise<string> {
  const hash = createHash('sha256');
  let seq = 0;
  let lines = 0;
  for await (const { record, info } of recordsOf(path, (bytes) => void hash.update(bytes))) {
    lines += 1;
    const row = readRecord(path, record, lines === 1, info.lines, seq);
    if (row === undefined) continue;
    seq = row.seq;
    await onRow(row);
  }
  if (lines === 0) throw fault(path, 1, `the file is empty; it must begin with ${ROW_COLUMNS.join(',')}`);
  if (seq === 0) throw fault(path, 2, 'there is no row');
  return hash.digest('hex');
}

function readRecord(
  path: string,
  record: readonly string[],
  first: boolean,
  line: number,
  seq: number,
): ReplayRow | undefined {
  try {
    if (!first) return parseRow(record, line, seq);
    checkHeader(record);
    return undefined;
  } catch (error) {
    throw error instanceof RowError ? fault(path, error.line, error.message) : error;
  }
}

async function* recordsOf(
  path: string,
  onText: (bytes: Buffer) => void,
): AsyncGenerator<RecordWithPlace, void, void> {
  const packed = await isPacked(path);
  const parser = parse({ info: true, bom: true, max_record_size: ROW_SIZE_MAX_BYTES });
  const text = packed ? createGunzip() : new PassThrough();
  text.on('data', onText);
  // A failure anywhere destroys the parser with it, so it arrives in the loop below.
  pipeline(createReadStream(path), text, parser, () => undefined);
  try {
    for await (const record of parser) yield record as RecordWithPlace;
  } catch (error) {
    throw describeFailure(path, error);
  }
}

async function isPacked(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0).finally(() => file.close());
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (error) {
    throw describeFailure(path, error);
  }
}

function fault(path: string, line: number, message: string): ReplayFileError {
  return new ReplayFileError(`${path}, line ${line}: ${message}`);
}

function describeFailure(path: string, error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return fault(path, line, `this is not CSV: ${error.message}`);
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_'))
    return new ReplayFileError(`${path} is broken: it cannot be unpacked (${message})`);
  if (code === 'ENOENT') return new ReplayFileError(`there is no file ${path}`);
  if (code === 'EISDIR') return new ReplayFileError(`${path} is a directory, not a CSV file`);
  if (code === 'EACCES') return new ReplayFileError(`${path} may not be read`);
  return error;
}
