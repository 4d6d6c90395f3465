import { uuidv7 } from 'uuidv7';
import type { LocalOperations } from './local-operations.ts';

/** An operation that has been accepted for so long may be final, and its result lost on the way here. */
const INTERVAL_MS = 60_000;
/** More are not remembered; their answers would come too late to be of use. */
const RAISED_MAX = 1000;

export interface BarrierBroker {
  /** Sends the barrier `id` through the queue. */
  readonly publish: (id: string) => Promise<void>;
  /** A barrier does not come back, and nothing else comes: a node cut off from the others still answers. */
  readonly onSilence: () => void;
}

/**
 * Finds out which operations have left the queue although nobody told us what became of them, because results may be lost:
 * a barrier goes through the queue like an operation, and when it has come through, so has everything before it. Those
 * operations are forgotten here; the ledger knows them.
 */
export class Barriers {
  readonly #local: LocalOperations;
  readonly #broker: BarrierBroker;
  /** For each barrier on its way, by its id, in order: the last position before it. */
  readonly #raised = new Map<string, number>();
  #raisedAtMs = -Infinity;
  #heardAtMs = performance.now();

  constructor(local: LocalOperations, broker: BarrierBroker) {
    this.#local = local;
    this.#broker = broker;
  }

  /** Sends a barrier behind all that was accepted so far. */
  async raise(): Promise<void> {
    if (this.#local.depth === 0) return;
    const id = uuidv7();
    this.#raisedAtMs = performance.now();
    this.#raised.set(id, this.#local.lastPosition);
    if (this.#raised.size > RAISED_MAX) this.#raised.delete(this.#raised.keys().next().value!);
    // If it is lost the next one serves as well.
    await this.#broker.publish(id).catch(() => undefined);
  }

  /** Something has come from the broker. */
  heard(): void {
    this.#heardAtMs = performance.now();
  }

  /** Sends one when an operation has waited for long; when nothing comes at all, the connection may lead nowhere. */
  async look(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#raisedAtMs < INTERVAL_MS) return;
    const oldestAtMs = this.#local.oldestAcceptedAtMs;
    if (oldestAtMs === undefined || Date.now() - oldestAtMs < INTERVAL_MS) return;
    if (this.#raised.size > 0 && nowMs - this.#heardAtMs > INTERVAL_MS) this.#broker.onSilence();
    await this.raise();
  }

  /** Barrier `id` has come through. */
  async passed(id: string): Promise<void> {
    const position = this.#raised.get(id);
    if (position === undefined) return;
    for (const earlier of this.#raised.keys()) {
      this.#raised.delete(earlier);
      if (earlier === id) break;
    }
    await this.#local.forgetUpTo(position);
  }
}
