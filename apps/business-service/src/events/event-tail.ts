import type { Logger } from '@lastro/service';
import { type BackoffLimits, pauseAfter } from '../worker/backoff.ts';
import { type EventLogClient, EventLogUnavailableError } from './event-log-client.ts';
import type { EventPage } from './logged-event.ts';
import { RecentEvents, type RecentEventsLimits } from './recent-events.ts';

export interface EventTailSettings {
  readonly recent: RecentEventsLimits;
  /** Most operations read at a time. */
  readonly pageOperationsMax: number;
  /** How long the data service is asked to wait for news. */
  readonly waitSeconds: number;
  readonly backoff: BackoffLimits;
}

/**
 * Follows the end of the log for everybody in this service who is up to date, with one request at a time; only while
 * somebody is there. When the data services are away it waits for them.
 */
export class EventTail {
  readonly #client: EventLogClient;
  readonly #settings: EventTailSettings;
  readonly #logger: Logger;
  #recent: RecentEvents | undefined;
  #followers = 0;
  #running: { readonly ending: AbortController; readonly ended: Promise<void> } | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(client: EventLogClient, settings: EventTailSettings, logger: Logger) {
    this.#client = client;
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Somebody follows, until they `unfollow`. */
  follow(): void {
    this.#followers += 1;
    if (this.#running !== undefined) return;
    const ending = new AbortController();
    this.#running = { ending, ended: this.#run(ending.signal) };
  }

  unfollow(): void {
    this.#followers -= 1;
    if (this.#followers === 0) void this.stop();
  }

  /** Resolves when nothing is under way any more; whoever waits for news is woken. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#recent = undefined;
    running?.ending.abort();
    this.#wakeAll();
    await running?.ended;
  }

  /** About `count` of the events after operation `sequence`; `undefined` when they are not all in memory. */
  after(sequence: number, count: number): EventPage | undefined {
    return this.#recent?.after(sequence, count);
  }

  /** Resolves when there is more in memory than up to `sequence`, or something else is to be known; or on `signal`. */
  async news(sequence: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#recent !== undefined && this.#recent.through > sequence)) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#readMore(signal);
        if (failures > 0) this.#logger.info('the log of events can be followed again');
        failures = 0;
      } catch (error) {
        if (!(error instanceof EventLogUnavailableError)) throw error;
        if (signal.aborted) return;
        failures += 1;
        if (failures === 1) this.#logger.warn({ err: error }, 'the log of events cannot be followed');
        await pauseAfter(failures, this.#settings.backoff, signal);
      }
    }
  }

  async #readMore(signal: AbortSignal): Promise<void> {
    const { pageOperationsMax: limit, waitSeconds, recent: limits } = this.#settings;
    if (this.#recent === undefined) {
      const { through } = await this.#client.page({ limit }, signal);
      if (signal.aborted) return;
      this.#recent = new RecentEvents(through, limits);
    } else {
      const recent = this.#recent;
      const page = await this.#client.page({ after: recent.through, limit, waitSeconds }, signal);
      if (page.events.length === 0) return;
      recent.push(page);
    }
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
