import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, type Options, parse } from 'csv-parse';

/** The file cannot be used. The message is one line: the file, the line of it where one is at fault, and what is wrong. */
export class CsvFileError extends Error {
  override readonly name = 'CsvFileError';
}

/** Longest row, so that a file that is no CSV cannot fill the memory. */
const ROW_SIZE_MAX_BYTES = 64_000;
/** What the parser says may have a whole row in it. */
const PARSER_MESSAGE_MAX = 200;

export interface CsvRecord {
  readonly record: readonly string[];
  /** The line that the record ends on; 1 is the first. */
  readonly line: number;
}

export interface CsvOptions {
  /** How the parser departs from what it does by itself. */
  readonly parser?: Options;
  /** Given the text of the file, unpacked, piece by piece. */
  readonly onText: (bytes: Buffer) => void;
}

/**
 * Reads a CSV file (packed with gzip or not) as a stream, record by record.
 *
 * @throws CsvFileError where the file cannot be read, or is no CSV.
 */
export async function* csvRecords(
  path: string,
  { parser: options, onText }: CsvOptions,
): AsyncGenerator<CsvRecord, void, void> {
  const packed = await isPacked(path);
  const parser = parse({ ...options, info: true, bom: true, max_record_size: ROW_SIZE_MAX_BYTES });
  const text = packed ? createGunzip() : new PassThrough();
  text.on('data', onText);
  // A failure anywhere destroys the parser with it, so it arrives in the loop below.
  pipeline(createReadStream(path), text, parser, () => undefined);
  try {
    for await (const parsed of parser) {
      const { record, info } = parsed as { record: string[]; info: { lines: number } };
      yield { record, line: info.lines };
    }
  } catch (error) {
    throw describeFailure(path, error);
  }
}

export function csvFault(path: string, line: number, message: string): CsvFileError {
  return new CsvFileError(`${path}, line ${line}: ${message}`);
}

/** The file is not what it was when it was read before. */
export function csvChanged(path: string): CsvFileError {
  return new CsvFileError(`${path} changed while it was read: run the command again`);
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

function describeFailure(path: string, error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return csvFault(path, line, `this is not CSV: ${error.message.slice(0, PARSER_MESSAGE_MAX)}`);
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_')) return new CsvFileError(`${path} is broken: it cannot be unpacked (${message})`);
  if (code === 'ENOENT') return new CsvFileError(`there is no file ${path}`);
  if (code === 'EISDIR') return new CsvFileError(`${path} is a directory, not a CSV file`);
  if (code === 'EACCES') return new CsvFileError(`${path} may not be read`);
  return error;
}
