import { setTimeout as sleep } from 'node:timers/promises';

/** One life of something that runs until it ends. */
export interface Incarnation {
  readonly pid: number;
  /** Resolves with the reason, in words, when it has ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** Ends it in order. Also frees what it leaves when it has ended by itself. */
  stop(): Promise<void>;
  /** Ends it at once, without waiting. */
  kill(): void;
}

/** Begins a life; resolves when it works. Aborting ends what has begun, and rejects. */
export type Launch = (signal: AbortSignal) => Promise<Incarnation>;

/** What a supervisor tells of. */
export interface SupervisorObserver {
  /** It ended although nobody stopped it, or could not be started again; the next attempt is in `delayMs`. */
  onDown(name: string, reason: string, delayMs: number): void;
  /** It works: for the first time, or again. */
  onUp(name: string, pid: number): void;
}

const DELAY_MIN_MS = 250;
const DELAY_MAX_MS = 5_000;
/** A life this long was a good one: the next restart is quick again. */
const GOOD_LIFE_MS = 10_000;

/** Keeps one thing running: starts it again, with growing delays, whenever it ends by itself. */
export class Supervisor {
  readonly name: string;
  readonly #launch: Launch;
  readonly #observer: SupervisorObserver;
  readonly #stopping = new AbortController();
  #current: Incarnation | undefined;
  #beginning: Promise<unknown> | undefined;
  #watching: Promise<void> | undefined;

  constructor(name: string, launch: Launch, observer: SupervisorObserver) {
    this.name = name;
    this.#launch = launch;
    this.#observer = observer;
  }

  /** Undefined while nothing runs. */
  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** The first start. It must succeed: what fails here would fail again. Throws what the launch throws. */
  async start(): Promise<void> {
    const first = await this.#begin();
    this.#watching = this.#watch(first);
  }

  /** Ends it in order, and starts it no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#beginning;
    await this.#current?.stop();
    this.#current = undefined;
    await this.#watching;
  }

  /** Ends it at once, and starts it no more. */
  kill(): void {
    this.#stopping.abort();
    this.#current?.kill();
  }

  #begin(): Promise<Incarnation> {
    const beginning = this.#launchOnce();
    this.#beginning = beginning.catch(() => undefined);
    return beginning;
  }

  async #launchOnce(): Promise<Incarnation> {
    const incarnation = await this.#launch(this.#stopping.signal);
    if (this.#stopping.signal.aborted) {
      // A launch that cannot be interrupted ends here.
      await incarnation.stop();
      throw this.#stopping.signal.reason;
    }
    this.#current = incarnation;
    this.#observer.onUp(this.name, incarnation.pid);
    return incarnation;
  }

  async #watch(first: Incarnation): Promise<void> {
    let current: Incarnation | undefined = first;
    let bornAt = performance.now();
    let delayMs = DELAY_MIN_MS;
    let reason = '';
    while (!this.#stopping.signal.aborted) {
      if (current !== undefined) {
        reason = await current.ended;
        if (this.#stopping.signal.aborted) return;
        this.#current = undefined;
        await current.stop();
        if (performance.now() - bornAt > GOOD_LIFE_MS) delayMs = DELAY_MIN_MS;
      }
      this.#observer.onDown(this.name, reason, delayMs);
      await this.#pause(delayMs);
      delayMs = Math.min(delayMs * 2, DELAY_MAX_MS);
      bornAt = performance.now();
      current = await this.#begin().catch((error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
        return undefined;
      });
    }
  }

  async #pause(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
