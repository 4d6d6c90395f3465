import { cutIntoRuns, packRecord, type RecordEntry, type RecordLimits } from '../operation-record.ts';
import { tracesOf } from '../operation-traces.ts';
import type { QueuedRecord } from '../queue.ts';
import type { RecordLog } from './record-log.ts';

/**
 * The operations that go into the queue with one transaction, in the order of their appends. Neighbours that
 * are no atomic group share records: one value on disk for many requests.
 */
export class GatheredAppends {
  readonly #runs: { readonly atomic: boolean; readonly entries: RecordEntry[] }[] = [];
  #count = 0;
  #length = 0;

  /** How many operations. */
  get count(): number {
    return this.#count;
  }

  /** How much text, in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  add(entries: readonly RecordEntry[], atomic: boolean): void {
    const last = this.#runs.at(-1);
    if (atomic || last === undefined || last.atomic) this.#runs.push({ atomic, entries: [...entries] });
    else for (const entry of entries) last.entries.push(entry);
    this.#count += entries.length;
    for (const { json } of entries) this.#length += json.length;
  }

  /** The ids of all operations. */
  *ids(): Iterable<string> {
    for (const { entries } of this.#runs) for (const { id } of entries) yield id;
  }

  /** Puts them in the log as records, which it returns. */
  putInto(log: RecordLog, limits: RecordLimits, nowMs: number): QueuedRecord[] {
    return this.#runs.flatMap(({ atomic, entries }) =>
      (atomic ? [entries] : cutIntoRuns(entries, limits)).map((run) =>
        log.put(packRecord(run, atomic, nowMs), run.keys(), log.keepsTraces ? tracesOf(run) : undefined),
      ),
    );
  }
}
