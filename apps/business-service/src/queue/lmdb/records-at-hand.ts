import { RenewedMap } from '../../renewed-map.ts';
import type { QueuedRecord } from '../queue.ts';

/**
 * Records that are on disk and were not delivered yet, in memory as well, so that most of them are never read back. There are
 * as many as fit in `bytesMax`; the others are only on disk.
 */
export class RecordsAtHand {
  readonly #bytesMax: number;
  /** By position, and in this order. */
  readonly #records = new RenewedMap<number, QueuedRecord>();
  #bytes = 0;
  #releasedUpTo = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Keeps a record that is on disk, if it fits; its position is higher than those before. */
  keep(queued: QueuedRecord): void {
    const { position, record } = queued;
    // It may have been read from the disk and delivered already.
    if (position <= this.#releasedUpTo || this.#bytes + record.bytes.length > this.#bytesMax) return;
    this.#records.set(position, queued);
    this.#bytes += record.bytes.length;
  }

  at(position: number): QueuedRecord | undefined {
    return this.#records.get(position);
  }

  /** Nobody asks any more for what is up to this position. */
  releaseUpTo(position: number): void {
    for (const [at, { record }] of this.#records) {
      if (at > position) break;
      this.#records.delete(at);
      this.#bytes -= record.bytes.length;
    }
    this.#releasedUpTo = Math.max(this.#releasedUpTo, position);
  }
}
