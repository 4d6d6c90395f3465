import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How soon a process notices that its clock was moved. */
const CACHE_SECONDS = 1;

/** The clock of one process, moved with libfaketime while it runs; never the machine's. */
export class MovableClock {
  readonly #file: string;
  readonly #library: string;

  private constructor(file: string, library: string) {
    this.#file = file;
    this.#library = library;
  }

  /** Undefined where the library is not installed. */
  static async make(file: string): Promise<MovableClock | undefined> {
    const library = await findLibrary();
    if (library === undefined) return undefined;
    const clock = new MovableClock(file, library);
    await clock.moveBy(0);
    return clock;
  }

  /** What the process is started with. Its timers stay true, as they do when a real clock is set. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: String(CACHE_SECONDS),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** From the true time; 0 sets it right. */
  async moveBy(seconds: number): Promise<void> {
    // The process may be reading it.
    await writeFile(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }
}

async function findLibrary(): Promise<string | undefined> {
  for (const root of ['/usr/lib', '/usr/lib64', '/usr/local/lib']) {
    const directories = await namesIn(root);
    for (const directory of ['', ...directories]) {
      const path = join(root, directory, 'faketime');
      if ((await namesIn(path)).includes('libfaketime.so.1')) return join(path, 'libfaketime.so.1');
    }
  }
  return undefined;
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((): string[] => []);
}
