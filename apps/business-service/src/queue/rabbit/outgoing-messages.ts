import { endOfTurn } from '../../end-of-turn.ts';
import {
  type OperationRecord,
  packRecord,
  type RecordEntry,
  type RecordLimits,
} from '../operation-record.ts';
import { type OperationTrace, tracesOf } from '../operation-traces.ts';

/** Operations that share a message: an atomic group, or neighbours that are none. */
interface Outgoing {
  readonly atomic: boolean;
  readonly entries: RecordEntry[];
  length: number;
  readonly sent: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends a record; `traces`: which of its operations are traced. Resolves when it is safe. */
type Send = (record: OperationRecord, traces: readonly OperationTrace[] | undefined) => Promise<void>;

/** Most messages that are on their way at a time; those that come meanwhile are gathered. */
const MESSAGES_IN_FLIGHT_MAX = 64;

/**
 * Sends operations as messages, in the order of the calls. While some are on their way, the next gather and share messages:
 * the more arrive, the larger the messages, with no lingering. What came in one call is never cut, so that it is in the
 * queue as a whole or not at all.
 */
export class OutgoingMessages {
  readonly #limits: RecordLimits;
  readonly #keepsTraces: boolean;
  readonly #send: Send;
  #waiting: Outgoing[] = [];
  #running: Promise<void> | undefined;
  #flightStartedAtMs: number | undefined;
  #length = 0;

  /** `limits`: what calls share one message up to. `keepsTraces`: whether to say what is traced. */
  constructor(limits: RecordLimits, keepsTraces: boolean, send: Send) {
    this.#limits = limits;
    this.#keepsTraces = keepsTraces;
    this.#send = send;
  }

  /** How much text, in UTF-16 units, is not known to be safe yet. */
  get length(): number {
    return this.#length;
  }

  /** How long the messages that are on their way have been there. */
  get busyForMs(): number {
    return this.#flightStartedAtMs === undefined ? 0 : performance.now() - this.#flightStartedAtMs;
  }

  /** Resolves when the message that has the operations is safe; rejects as `send` does. */
  add(entries: readonly RecordEntry[], atomic: boolean): Promise<void> {
    const length = entries.reduce((sum, { json }) => sum + json.length, 0);
    const last = this.#waiting.at(-1);
    const outgoing =
      last !== undefined && !atomic && this.#fits(last, entries.length, length) ? last : this.#begin(atomic);
    for (const entry of entries) outgoing.entries.push(entry);
    outgoing.length += length;
    this.#length += length;
    this.#running ??= this.#run();
    return outgoing.sent;
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #fits(last: Outgoing, count: number, length: number): boolean {
    const { operationsMax, bytesMax } = this.#limits;
    return !last.atomic && last.entries.length + count <= operationsMax && last.length + length <= bytesMax;
  }

  #begin(atomic: boolean): Outgoing {
    let resolve!: () => void;
    let reject!: (error: unknown) => void;
    const sent = new Promise<void>((resolvePromise, rejectPromise) => {
      resolve = resolvePromise;
      reject = rejectPromise;
    });
    const outgoing: Outgoing = { atomic, entries: [], length: 0, sent, resolve, reject };
    this.#waiting.push(outgoing);
    return outgoing;
  }

  async #run(): Promise<void> {
    await endOfTurn();
    while (this.#waiting.length > 0) {
      const flight = this.#waiting.splice(0, MESSAGES_IN_FLIGHT_MAX);
      this.#flightStartedAtMs = performance.now();
      await Promise.all(
        flight.map(async ({ entries, atomic, length, resolve, reject }) => {
          const traces = this.#keepsTraces ? tracesOf(entries) : undefined;
          await this.#send(packRecord(entries, atomic, Date.now()), traces).then(resolve, reject);
          this.#length -= length;
        }),
      );
    }
    this.#flightStartedAtMs = undefined;
    this.#running = undefined;
  }
}
