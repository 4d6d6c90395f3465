import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@lastro/service';
import { Pacer, type Pause } from './pacer.ts';
import type { FeedStep } from './projection-feed.ts';

export interface FeederSettings {
  /** Part of the time that it works while commits are under way: the write path comes first. */
  readonly busyShareMax: number;
  /** Most operations in one step. */
  readonly stepOperationsMax: number;
  /** Pause when there is nothing to feed. */
  readonly pollMs: number;
  /** Pause after a step that failed. */
  readonly retryDelayMs: number;
}

type Step = (operationsMax: number, pause: Pause) => Promise<FeedStep>;

/**
 * Keeps a projection fed. It yields to the write path: while the ledger grows it works for `busyShareMax` of the time,
 * and when the ledger stands still it catches up without a pause.
 */
export class Feeder {
  readonly #step: Step;
  readonly #settings: FeederSettings;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #pacer: Pacer;
  #running: Promise<void> = Promise.resolve();
  #newest: FeedStep | undefined;
  #failing = false;

  constructor(step: Step, settings: FeederSettings, logger: Logger) {
    this.#step = step;
    this.#settings = settings;
    this.#logger = logger;
    this.#pacer = new Pacer(settings.busyShareMax, (ms) => this.#wait(ms));
  }

  /** Where the projection stood after the newest step. */
  get newest(): FeedStep | undefined {
    return this.#newest;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the step that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) await this.#feedOnce();
  }

  /** One step, and the pause after it. */
  async #feedOnce(): Promise<void> {
    const { stepOperationsMax, pollMs, retryDelayMs } = this.#settings;
    try {
      this.#newest = await this.#step(this.#pacer.begin(stepOperationsMax), this.#pacer.pause);
      this.#failing = false;
    } catch (error) {
      // Said once: the next steps fail for the same reason, again and again.
      if (!this.#failing) this.#logger.warn({ err: error }, 'the projection could not be fed');
      this.#failing = true;
      return this.#wait(retryDelayMs);
    }
    const { fed, sequence, head } = this.#newest;
    await this.#pacer.rest(head, fed > 0 && sequence < head ? 0 : pollMs);
  }

  /** Not a moment longer than until `stop` is called. */
  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
