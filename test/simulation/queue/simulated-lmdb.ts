import type { Databases } from '../../../apps/business-service/src/queue/lmdb/databases.ts';
import { DiskBrokenError, type Key, type MountedDisk, type Table, type Write } from './simulated-disk.ts';

interface RangeOptions {
  readonly start?: number;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/**
 * The LMDB environment of a business service, as `LmdbQueue` uses it, on a simulated disk: reads see what is
 * synced, and the puts and removes of one `batch` become one transaction.
 */
export function simulatedLmdb(disk: MountedDisk): Databases {
  const environment = new Environment(disk);
  const open = (name: string) => new SimulatedDatabase(environment, name, disk.table(name));
  return {
    root: environment,
    queue: open('queue'),
    results: open('results'),
    deadLetters: open('dead-letters'),
    lock: { release: () => Promise.resolve() },
  } as unknown as Databases;
}

class Environment {
  readonly #disk: MountedDisk;
  #transaction: Write[] | undefined;
  #broken = false;

  constructor(disk: MountedDisk) {
    this.#disk = disk;
  }

  /** As lmdb does: rejects with an error whose `commitError` says, later, what went wrong. */
  async batch(action: () => void): Promise<boolean> {
    this.#transaction = [];
    action();
    const writes = this.#transaction;
    this.#transaction = undefined;
    try {
      await this.#disk.write(writes);
      return true;
    } catch (error) {
      this.#broken = error instanceof DiskBrokenError;
      throw Object.assign(new Error('Commit failed'), { commitError: Promise.reject(error as Error) });
    }
  }

  write(write: Write): void {
    if (this.#transaction === undefined) throw new Error('a write outside of a transaction');
    this.#transaction.push(write);
  }

  resetReadTxn(): void {}

  /** Any read: refused once the environment is broken. */
  getBinary(): undefined {
    if (this.#broken) throw new Error('MDB_PANIC');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class SimulatedDatabase {
  readonly #environment: Environment;
  readonly #name: string;
  readonly #table: Table;

  constructor(environment: Environment, name: string, table: Table) {
    this.#environment = environment;
    this.#name = name;
    this.#table = table;
  }

  put(key: Key, value: Buffer): Promise<boolean> {
    this.#environment.write({ table: this.#name, key: own(key), value });
    return Promise.resolve(true);
  }

  remove(key: Key): Promise<boolean> {
    this.#environment.write({ table: this.#name, key: own(key), value: undefined });
    return Promise.resolve(true);
  }

  getBinary(key: Key): Buffer | undefined {
    return this.#table.get(key);
  }

  *getRange(options: RangeOptions = {}): Generator<{ key: number; value: Buffer }> {
    for (const key of this.getKeys(options)) yield { key, value: this.#table.get(key)! };
  }

  getKeys({ start, reverse = false, limit = Infinity }: RangeOptions = {}): readonly number[] {
    const keys = this.#table
      .keys()
      .filter((key) => start === undefined || (reverse ? key <= start : key >= start));
    if (reverse) keys.reverse();
    return keys.slice(0, limit);
  }

  getKeysCount(): number {
    return this.#table.size;
  }
}

/** lmdb copies keys when they are written; a view into a buffer of somebody else's may change after. */
function own(key: Key): Key {
  return typeof key === 'number' ? key : Buffer.from(key);
}
