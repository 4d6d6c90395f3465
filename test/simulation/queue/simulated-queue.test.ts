import { describeQueue } from '../../../apps/business-service/test/queue-conformance.ts';
import { openSimulatedQueue } from './open-queue.ts';
import { type MountedDisk, Table, type Write } from './simulated-disk.ts';

/** A disk that never fails; a sync takes one turn of the event loop. */
class QuickDisk implements MountedDisk {
  readonly #tables = new Map<string, Table>();

  table(name: string): Table {
    const table = this.#tables.get(name) ?? new Table();
    this.#tables.set(name, table);
    return table;
  }

  async write(writes: readonly Write[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const { table, key, value } of writes) this.table(table).change(key, value);
  }
}

describeQueue('the queue on a simulated disk', async () => {
  const disk = new QuickDisk();
  return {
    givesAllAtOnce: true,
    open: async ({ depthMax, resultsKeptMax }) =>
      openSimulatedQueue(disk, {
        depthMax,
        resultsKeptMax,
        record: { operationsMax: 1000, bytesMax: 32 * 1024 },
        unwrittenLengthMax: 1e9,
        atHandBytesMax: 1e6,
        stalledAfterMs: 10_000,
        freeSpace: () => Infinity,
        freeBytesMin: 0,
        onBroken: (error) => {
          throw error;
        },
      }),
    destroy: async () => undefined,
  };
});
