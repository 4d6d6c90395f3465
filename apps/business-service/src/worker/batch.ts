import type { QueuedRecord } from '../queue/queue.ts';
import type { OperationRecord } from '../queue/operation-record.ts';

/** Neighbouring operations of one record. */
interface Part {
  readonly record: OperationRecord;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const OPENING = Buffer.from('{"operations":[');
const SEPARATOR = Buffer.from(',');
const CLOSING = Buffer.from(']}');

/**
 * Operations that go to the data service in one request, in order. It can be halved to find the one that
 * spoils the rest; an atomic group is never split (I3).
 */
export class Batch {
  readonly #parts: readonly Part[];

  private constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  static of(records: readonly QueuedRecord[]): Batch {
    return new Batch(records.map(({ record }) => ({ record, start: 0, end: record.count })));
  }

  /** How many operations. */
  get count(): number {
    return this.#parts.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** The ids of the operations, in order. */
  ids(): string[] {
    return this.#parts.flatMap(({ record, start, end }) => record.ids.slice(start, end));
  }

  /** The request's body: the bytes that were made when the operations were accepted, joined. */
  body(): Buffer {
    const pieces: Buffer[] = [OPENING];
    for (const { record, start, end } of this.#parts) {
      if (pieces.length > 1) pieces.push(SEPARATOR);
      pieces.push(record.joined(start, end));
    }
    pieces.push(CLOSING);
    return Buffer.concat(pieces);
  }

  /** Two batches that make up this one, or `undefined` for a single operation or a single atomic group. */
  halves(): readonly [Batch, Batch] | undefined {
    const first: Part[] = [];
    const second: Part[] = [];
    let wanted = Math.floor(this.#parts.reduce((sum, part) => sum + unitsOf(part), 0) / 2);
    if (wanted === 0) return undefined;
    for (const part of this.#parts) {
      const units = unitsOf(part);
      const taken = Math.min(units, wanted);
      wanted -= taken;
      const middle = taken === units ? part.end : part.start + taken;
      if (taken > 0) first.push({ ...part, end: middle });
      if (taken < units) second.push({ ...part, start: middle });
    }
    return [new Batch(first), new Batch(second)];
  }
}

/** What can be told apart: each operation, or the atomic group as a whole. */
function unitsOf({ record, start, end }: Part): number {
  return record.atomic ? 1 : end - start;
}
