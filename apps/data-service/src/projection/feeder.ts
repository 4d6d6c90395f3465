import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@lastro/service';
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

/**
 * Keeps a projection fed. It yields to the write path: while the ledger grows it works for `busyShareMax` of the time,
 * and when the ledger stands still it catches up without a pause.
 */
export class Feeder {
  readonly #step: (operationsMax: number) => Promise<FeedStep>;
  readonly #settings: FeederSettings;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #newest: FeedStep | undefined;
  #failing = false;

  constructor(step: (operationsMax: number) => Promise<FeedStep>, settings: FeederSettings, logger: Logger) {
    this.#step = step;
    this.#settings = settings;
    this.#logger = logger;
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
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#feedOnce();
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One step; how long to pause after it. */
  async #feedOnce(): Promise<number> {
    const startedAt = performance.now();
    try {
      const step = await this.#step(this.#settings.stepOperationsMax);
      const pauseMs = pauseAfter(step, this.#newest, performance.now() - startedAt, this.#settings);
      this.#newest = step;
      this.#failing = false;
      return pauseMs;
    } catch (error) {
      // Said once: the next steps fail for the same reason, again and again.
      if (!this.#failing) this.#logger.warn({ err: error }, 'the projection could not be fed');
      this.#failing = true;
      return this.#settings.retryDelayMs;
    }
  }
}

/** How long to pause after a step that took `workMs`, so that commits come first. */
export function pauseAfter(
  step: FeedStep,
  before: FeedStep | undefined,
  workMs: number,
  { busyShareMax, pollMs }: Pick<FeederSettings, 'busyShareMax' | 'pollMs'>,
): number {
  const isBusy = step.head !== before?.head;
  const yieldMs = isBusy ? workMs * (1 / busyShareMax - 1) : 0;
  const hasMore = step.fed > 0 && step.sequence < step.head;
  return hasMore ? yieldMs : Math.max(yieldMs, pollMs);
}
