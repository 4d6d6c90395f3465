import type { SystemSample } from '@lastro/contract';
import type { Activity } from './activity.ts';
import { SampleRing } from './sample-ring.ts';

const SECOND_MS = 1000;
/** A timer may go off a moment before its time. */
const EARLY_MS_MAX = 50;

/** What is counted from the start of the service, and never goes back. */
interface Totals {
  readonly accepted: number;
  readonly posted: number;
  readonly rejected: number;
  readonly batches: number;
  readonly batchOperations: number;
}

/** Notes down every second what a business service has done in it, whoever looks. */
export class Sampler {
  readonly ring = new SampleRing();
  readonly #activity: Activity;
  readonly #acceptedCount: () => number;
  readonly #queueDepth: () => number;
  #before: Totals = { accepted: 0, posted: 0, rejected: 0, batches: 0, batchOperations: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(activity: Activity, acceptedCount: () => number, queueDepth: () => number) {
    this.#activity = activity;
    this.#acceptedCount = acceptedCount;
    this.#queueDepth = queueDepth;
  }

  /** Each second ends on a whole one, so that those of several services lie beside each other. */
  start(): void {
    const untilNextMs = SECOND_MS - (Date.now() % SECOND_MS);
    const waitMs = untilNextMs > EARLY_MS_MAX ? untilNextMs : untilNextMs + SECOND_MS;
    this.#timer = setTimeout(() => {
      this.take(Date.now());
      this.start();
    }, waitMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The second that ends at `nowMs` is over. One that the process was too busy for becomes part of the next. */
  take(nowMs: number): void {
    const { posted, rejected, batches, batchOperations, timesToPost } = this.#activity;
    const totals = { accepted: this.#acceptedCount(), posted, rejected, batches, batchOperations };
    const before = this.#before;
    this.#before = totals;
    const sample: SystemSample = {
      at: new Date(Math.floor((nowMs + EARLY_MS_MAX) / SECOND_MS) * SECOND_MS).toISOString(),
      accepted: totals.accepted - before.accepted,
      posted: posted - before.posted,
      rejected: rejected - before.rejected,
      batches: batches - before.batches,
      batchOperations: batchOperations - before.batchOperations,
      timeToPostP50Ms: timesToPost.quantileMs(0.5),
      timeToPostP99Ms: timesToPost.quantileMs(0.99),
      queueDepth: this.#queueDepth(),
    };
    timesToPost.clear();
    this.ring.add(sample);
  }
}
