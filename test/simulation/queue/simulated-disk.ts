import type { Death, SimulatedProcess } from '../world/simulated-process.ts';
import type { World } from '../world/world.ts';

export type Key = number | Buffer;

/** One change of a transaction; without a value, the key is removed. */
export interface Write {
  readonly table: string;
  readonly key: Key;
  readonly value: Buffer | undefined;
}

/** One table of a key-value store, in the order of its keys where they are numbers. */
export class Table {
  readonly #values = new Map<number | string, Buffer>();
  #sorted: readonly number[] | undefined;

  get size(): number {
    return this.#values.size;
  }

  get(key: Key): Buffer | undefined {
    return this.#values.get(textOf(key));
  }

  /** Changes one value; returns what takes that back. */
  change(key: Key, value: Buffer | undefined): () => void {
    const name = textOf(key);
    const before = this.#values.get(name);
    this.#put(name, value);
    return () => this.#put(name, before);
  }

  keys(): readonly number[] {
    this.#sorted ??= [...this.#values.keys()].map(Number).sort((a, b) => a - b);
    return this.#sorted;
  }

  #put(name: number | string, value: Buffer | undefined): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
    this.#sorted = undefined;
  }
}

function textOf(key: Key): number | string {
  return typeof key === 'number' ? key : key.toString('hex');
}

/** A disk as one process sees it. */
export interface MountedDisk {
  table(name: string): Table;
  /** Writes a transaction; resolves when it would survive a power cut. */
  write(writes: readonly Write[]): Promise<void>;
}

/** The write failed, and nothing of it is there. */
export class DiskFullError extends Error {}

/** The write failed in a way that leaves open what is there: until the process starts again, nobody can say. */
export class DiskBrokenError extends Error {}

/**
 * The disk of one business service. It outlives the process; a transaction is there as a whole or not at all,
 * as LMDB has it. `syncs: false` is a mutation: what is written is there for every process, and gone after a
 * power cut.
 */
export class SimulatedDisk {
  readonly #world: World;
  readonly #syncs: boolean;
  readonly #tables = new Map<string, Table>();
  #unsynced: (() => void)[] = [];
  #fullUntilMs = 0;

  constructor(world: World, syncs = true) {
    this.#world = world;
    this.#syncs = syncs;
  }

  table(name: string): Table {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new Table();
    this.#tables.set(name, table);
    return table;
  }

  /** Until then, no write succeeds. */
  fill(durationMs: number): void {
    this.#fullUntilMs = this.#world.scheduler.nowMs + durationMs;
  }

  clear(): void {
    this.#fullUntilMs = 0;
  }

  mount(process: SimulatedProcess): MountedDisk {
    process.onDeath((death) => this.#loseUnsynced(death));
    return { table: (name) => this.table(name), write: (writes) => this.#write(process, writes) };
  }

  #write(process: SimulatedProcess, writes: readonly Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const { faults, random, scheduler } = this.#world;
      if (!process.step(`writes ${writes.length} values to its disk`)) return;
      if (faults.active && (this.#fullUntilMs > scheduler.nowMs || faults.strikes('queue_write_failed'))) {
        faults.coverage.count('refused_because_the_disk_fails');
        scheduler.after(this.#latencyMs(), process, 'its write fails', () =>
          reject(new DiskFullError('no space left on device')),
        );
        return;
      }
      const breaks = faults.strikes('queue_disk_broken');
      const writing = scheduler.after(this.#latencyMs(), undefined, `${process.name}: synced`, () => {
        forget();
        if (!breaks || random.chance(0.5)) this.#apply(writes);
        scheduler.after(0, process, 'knows what the disk says', () =>
          breaks ? reject(new DiskBrokenError('input/output error')) : resolve(),
        );
      });
      const forget = process.onDeath((death) => {
        // It was in the middle of it: what has reached the disk decides.
        writing.cancelled = true;
        if (random.chance(0.5)) this.#apply(writes);
        this.#loseUnsynced(death);
      });
    });
  }

  #latencyMs(): number {
    const { faults, random } = this.#world;
    return faults.strikes('queue_write_slow') ? random.between(20, 4000) : random.between(0.1, 2);
  }

  #apply(writes: readonly Write[]): void {
    for (const { table, key, value } of writes) {
      if (value !== undefined) this.#world.trace.data(value);
      const undo = this.table(table).change(key, value);
      if (!this.#syncs) this.#unsynced.push(undo);
    }
  }

  /** Called when the process is gone. */
  #loseUnsynced(death: Death): void {
    if (death !== 'power_cut') return;
    for (const undo of this.#unsynced.reverse()) undo();
    this.#unsynced = [];
  }
}
