import { type FileHandle, open } from 'node:fs/promises';
import type { JournalEntry } from './journal-entry.ts';

/** A client's notes in a file. Whatever is to be counted is on disk first. */
export class Journal {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<Journal> {
    return new Journal(await open(path, 'wx'));
  }

  /** Notes it down; it is in the file at the latest with the next `write`. */
  note(entry: JournalEntry): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
  }

  /** Notes it down; resolves when it is on disk, with everything before it. Many share one sync. */
  write(entry: JournalEntry): Promise<void> {
    this.note(entry);
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#writing ??= this.#run();
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#writeOnce();
    await this.#file.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeOnce();
    this.#writing = undefined;
  }

  async #writeOnce(): Promise<void> {
    const [lines, waiting] = [this.#lines, this.#waiting];
    this.#lines = [];
    this.#waiting = [];
    try {
      await this.#file.appendFile(lines.join(''));
      await this.#file.datasync();
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
