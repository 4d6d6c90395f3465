import { setTimeout as sleep } from 'node:timers/promises';

/** Longest that the pauses inside one step may be together, and the one after it: its connection is given up when it idles for too long. */
export const STEP_PAUSES_MAX_MS = 30_000;
/** Most operations in a step while the ledger grows: some milliseconds' work. */
const BUSY_STEP_OPERATIONS_MAX = 250;

/** Called between two slices of a step; resolves when the next may begin. */
export type Pause = () => Promise<void>;

/**
 * Lets what feeds a projection work for a part of the time while the ledger grows: commits come first. It pauses after every
 * slice of some milliseconds, as each takes a core from what clients wait for; while the ledger stands still it never does.
 */
export class Pacer {
  readonly #owedPerWork: number;
  readonly #wait: (ms: number) => Promise<void>;
  /** The pauses that the work so far asks for, and that have not been made. */
  #owedMs = 0;
  #workedFrom = 0;
  #pausedInsideMs = 0;
  #head: number | undefined;
  /** At first it cannot know, and takes it so. */
  #isBusy = true;

  /** `busyShareMax`: that part of the time, above 0, 1 at most. */
  constructor(busyShareMax: number, wait: (ms: number) => Promise<void> = sleep) {
    this.#owedPerWork = 1 / busyShareMax - 1;
    this.#wait = wait;
  }

  /** A step begins now, with so many operations of `operationsMax`. */
  begin(operationsMax: number): number {
    this.#workedFrom = performance.now();
    this.#pausedInsideMs = 0;
    return this.#isBusy ? Math.min(operationsMax, BUSY_STEP_OPERATIONS_MAX) : operationsMax;
  }

  /** To be called between two slices of the step. */
  readonly pause: Pause = async () => {
    this.#countWork();
    const pauseMs = Math.min(this.#owedMs, STEP_PAUSES_MAX_MS - this.#pausedInsideMs);
    if (pauseMs <= 0) return;
    this.#pausedInsideMs += pauseMs;
    await this.#pauseFor(pauseMs);
  };

  /** The step has ended, and `head` was the newest sequence in the ledger: pauses for what is still owed, and for `atLeastMs`. */
  async rest(head: number, atLeastMs: number): Promise<void> {
    this.#isBusy = head !== this.#head;
    this.#head = head;
    this.#countWork();
    if (!this.#isBusy) this.#owedMs = 0;
    await this.#pauseFor(Math.max(this.#owedMs, atLeastMs));
  }

  #countWork(): void {
    const workMs = performance.now() - this.#workedFrom;
    if (this.#isBusy) this.#owedMs = Math.min(STEP_PAUSES_MAX_MS, this.#owedMs + workMs * this.#owedPerWork);
    this.#workedFrom = performance.now();
  }

  async #pauseFor(ms: number): Promise<void> {
    await this.#wait(ms);
    this.#owedMs = Math.max(0, this.#owedMs - ms);
    this.#workedFrom = performance.now();
  }
}
