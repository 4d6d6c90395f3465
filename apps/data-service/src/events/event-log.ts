import { ProblemError } from '@lastro/service';
import { findCrossings } from './balance-crossings.ts';
import type { LedgerNews } from './ledger-news.ts';
import { eventsOf, type LogEvent } from './log-event.ts';
import type { LoggedOperation, OperationLog } from './operation-log.ts';

/** All events after one sequence up to and with another. */
export interface EventPage {
  readonly through: number;
  readonly events: readonly LogEvent[];
}

export interface PageRequest {
  /** Sequence. */
  readonly after: number;
  /** Most operations. */
  readonly limit: number;
}

export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The events of the ledger in order, read from the operations themselves; nothing else is kept. */
export class EventLog {
  readonly #log: OperationLog;
  readonly #news: LedgerNews;
  readonly #waitersMax: number;
  readonly #underWay = new Map<string, Promise<EventPage>>();

  /** `waitersMax`: most that may wait for news at a time. */
  constructor(log: OperationLog, news: LedgerNews, waitersMax: number) {
    this.#log = log;
    this.#news = news;
    this.#waitersMax = waitersMax;
  }

  /** Where the log ends now. */
  async end(): Promise<EventPage> {
    return { through: await this.#log.newest(), events: [] };
  }

  /** One page. Those who ask for the same one while it is read share it, unless something was committed since. */
  read({ after, limit }: PageRequest): Promise<EventPage> {
    const key = `${this.#news.version}:${after}:${limit}`;
    const others = this.#underWay.get(key);
    if (others !== undefined) return others;
    const reading = this.#readPage(after, limit).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }

  /**
   * One page; while it would be empty it waits, for `waitMs` at most.
   *
   * @throws ProblemError `too_many_streams` when as many wait as may.
   */
  async follow(request: PageRequest, { waitMs, signal }: Patience): Promise<EventPage> {
    const deadlineMs = performance.now() + waitMs;
    for (;;) {
      const { version } = this.#news;
      const page = await this.read(request);
      const leftMs = deadlineMs - performance.now();
      if (page.events.length > 0 || leftMs <= 0 || signal?.aborted === true || this.#news.isStopped)
        return page;
      if (this.#news.waiterCount >= this.#waitersMax) throw new ProblemError('too_many_streams');
      await this.#news.wait(request.after, { version, waitMs: leftMs, signal });
    }
  }

  async #readPage(after: number, limit: number): Promise<EventPage> {
    const operations = await this.#log.operationsAfter(after, limit);
    const last = operations.at(-1);
    if (last === undefined) return { through: after, events: [] };
    return { through: last.sequence, events: await this.#withCrossings(operations) };
  }

  async #withCrossings(operations: readonly LoggedOperation[]): Promise<LogEvent[]> {
    const crossings = await findCrossings(this.#log, operations);
    return operations.flatMap((operation) => eventsOf(operation, crossings.get(operation.sequence) ?? []));
  }
}
