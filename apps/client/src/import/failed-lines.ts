import { type FileHandle, open } from 'node:fs/promises';

/** A line of the file that is not in the bank, or would not be. */
export interface FailedLine {
  readonly line: number;
  readonly id: string;
  /** `bad`: it asks for nothing that the bank could do. `refused`: the bank did not take it. `rejected`: the rules of money forbid it. */
  readonly status: 'bad' | 'refused' | 'rejected';
  readonly reason: string;
}

/** As many as people look at; the file has all. */
const KEPT_MAX = 10;
const HEADER = ['line', 'id', 'status', 'reason'];

/** Counts the lines that failed, keeps the first, and writes all into a CSV file where there is one. */
export class FailedLines {
  count = 0;
  /** The first by their line. */
  readonly first: FailedLine[] = [];
  readonly #file: FileHandle | undefined;
  #written: Promise<void> = Promise.resolve();

  /** Begins the report at `path`. @throws the error of the file system. */
  static async open(path: string | undefined): Promise<FailedLines> {
    if (path === undefined) return new FailedLines(undefined);
    const file = await open(path, 'w');
    await file.appendFile(csvLine(HEADER));
    return new FailedLines(file);
  }

  private constructor(file: FileHandle | undefined) {
    this.#file = file;
  }

  async add(failed: readonly FailedLine[]): Promise<void> {
    if (failed.length === 0) return;
    this.count += failed.length;
    // Requests of several partitions are under way, so lines do not come in the order of the file.
    this.first.push(...failed.slice(0, KEPT_MAX));
    this.first.sort((a, b) => a.line - b.line);
    this.first.splice(KEPT_MAX);
    const lines = failed.map(({ line, id, status, reason }) => csvLine([String(line), id, status, reason]));
    // A file is written to by one at a time.
    this.#written = this.#written.then(() => this.#file?.appendFile(lines.join('')));
    await this.#written;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
