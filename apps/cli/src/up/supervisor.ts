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
  /** Ends it as nothing else does: kill -9, whatever that leaves behind. */
  crash(): void;
}

/** Begins a life; resolves when it works. Aborting ends what has begun, and rejects. */
export type Launch = (signal: AbortSignal) => Promise<Incarnation>;

/** What a supervisor tells of. */
export interface SupervisorObserver {
  /** It ended although nobody stopped it, or could not be started again; the next attempt is in `delayMs`. */
  onDown(name: string, reason: string, delayMs: number): void;
  /** It works: for the first time, or again. */
  onUp(name: string, pid: number): void;
  /** It was stopped by `hold`. */
  onHeld(name: string): void;
}

/** `restarting`: it ended, or could not be started, and is started next at `startsAt`. */
export interface SupervisedState {
  readonly state: 'up' | 'restarting' | 'stopped';
  readonly startsAt?: string;
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
  #isHeld = false;
  /** It was told to end, and still runs. */
  #isLeaving = false;
  /** Since `crash`, until it has ended of it: how long it stays away then. */
  #crashDelayMs: number | undefined;
  #startsAt: string | undefined;
  /** Ends the wait that is under way, if one is. */
  #wake: AbortController | undefined;

  constructor(name: string, launch: Launch, observer: SupervisorObserver) {
    this.name = name;
    this.#launch = launch;
    this.#observer = observer;
  }

  /** Undefined while nothing runs. */
  get pid(): number | undefined {
    return this.#current?.pid;
  }

  get state(): SupervisedState {
    if (this.#isHeld) return { state: 'stopped' };
    if (this.#current !== undefined && !this.#isLeaving) return { state: 'up' };
    return { state: 'restarting', ...(this.#startsAt === undefined ? {} : { startsAt: this.#startsAt }) };
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

  /**
   * Kills it `inMs` from now, as a crash would; it is started again `restartDelayMs` after it has ended.
   *
   * @returns whether there was anything to kill.
   */
  crash(restartDelayMs: number, inMs = 0): boolean {
    const current = this.#current;
    if (current === undefined || this.state.state !== 'up') return false;
    this.#crashDelayMs = restartDelayMs;
    this.#isLeaving = true;
    setTimeout(() => this.#current === current && current.crash(), inMs);
    return true;
  }

  /** Ends it in order, also when it is just being started, and starts it again only at `release`. */
  hold(): void {
    this.#isHeld = true;
    this.#wake?.abort();
    if (this.#current !== undefined) this.#endInOrder(this.#current);
  }

  /** Starts it at once if it is held, or waits to be started. */
  release(): void {
    this.#isHeld = false;
    this.#wake?.abort();
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
        if (this.#isHeld) this.#endInOrder(current);
        reason = await current.ended;
        if (this.#stopping.signal.aborted) return;
        this.#current = undefined;
        this.#isLeaving = false;
        await current.stop();
        current = undefined;
        if (performance.now() - bornAt > GOOD_LIFE_MS) delayMs = DELAY_MIN_MS;
      }
      delayMs = await this.#stayAway(reason, delayMs);
      if (this.#isHeld || this.#stopping.signal.aborted) continue;
      bornAt = performance.now();
      current = await this.#begin().catch((error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
        return undefined;
      });
    }
  }

  /** Waits until it may be started again. @returns how long to wait the next time. */
  async #stayAway(reason: string, delayMs: number): Promise<number> {
    const crashDelayMs = this.#crashDelayMs;
    this.#crashDelayMs = undefined;
    if (this.#isHeld) {
      this.#observer.onHeld(this.name);
      await this.#wait();
      return DELAY_MIN_MS;
    }
    const pauseMs = crashDelayMs ?? delayMs;
    this.#startsAt = new Date(Date.now() + pauseMs).toISOString();
    this.#observer.onDown(this.name, reason, pauseMs);
    await this.#wait(pauseMs);
    this.#startsAt = undefined;
    return crashDelayMs === undefined ? Math.min(delayMs * 2, DELAY_MAX_MS) : DELAY_MIN_MS;
  }

  /** Until it is stopped, held or released; or until `delayMs` have passed. */
  async #wait(delayMs?: number): Promise<void> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#wake.signal, this.#stopping.signal]);
    if (delayMs !== undefined) await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    else if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    this.#wake = undefined;
  }

  /** What does not end in order is ended. */
  #endInOrder(incarnation: Incarnation): void {
    this.#isLeaving = true;
    incarnation.stop().catch(() => incarnation.kill());
  }
}
