import type { Outcome } from './queue/queue.ts';

interface Waiter {
  /** Operations it still waits for. */
  readonly pending: Set<string>;
  readonly outcomes: Map<string, Outcome>;
  readonly finish: () => void;
}

/** Requests that wait for operations to become final. */
export class Waiters {
  readonly #countMax: number;
  readonly #byId = new Map<string, Set<Waiter>>();
  #count = 0;
  #released = false;

  /** `countMax`: most ids that may be waited for at a time, each counted as often as somebody waits for it. */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** How many ids are waited for. */
  get count(): number {
    return this.#count;
  }

  /** Whether somebody else may wait for `count` more ids. Nobody is turned away: they are answered at once. */
  hasRoomFor(count: number): boolean {
    return this.#count + count <= this.#countMax;
  }

  /**
   * Waits until each operation is final or dead, for `timeoutMs` at most, or until `signal` says that nobody
   * wants the answer. Begins to listen at once. Returns what has become of the operations so far.
   */
  wait(ids: Iterable<string>, timeoutMs: number, signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        for (const id of waiter.pending) this.#remove(id, waiter);
        resolve(waiter.outcomes);
      };
      const timer = setTimeout(finish, timeoutMs);
      const waiter: Waiter = { pending: new Set(ids), outcomes: new Map(), finish };
      for (const id of waiter.pending) this.#add(id, waiter);
      if (this.#released || signal.aborted || waiter.pending.size === 0) finish();
      else signal.addEventListener('abort', finish);
    });
  }

  /** Tells those who wait for operation `id`. */
  settle(id: string, outcome: Outcome): void {
    for (const waiter of this.#byId.get(id) ?? []) {
      this.#remove(id, waiter);
      waiter.pending.delete(id);
      waiter.outcomes.set(id, outcome);
      if (waiter.pending.size === 0) waiter.finish();
    }
  }

  /** Nobody waits any longer, now or later: the service is stopping. */
  releaseAll(): void {
    this.#released = true;
    for (const waiters of [...this.#byId.values()]) {
      for (const waiter of waiters) waiter.finish();
    }
  }

  #add(id: string, waiter: Waiter): void {
    const waiters = this.#byId.get(id);
    if (waiters === undefined) this.#byId.set(id, new Set([waiter]));
    else waiters.add(waiter);
    this.#count += 1;
  }

  #remove(id: string, waiter: Waiter): void {
    const waiters = this.#byId.get(id);
    if (waiters?.delete(waiter) !== true) return;
    this.#count -= 1;
    if (waiters.size === 0) this.#byId.delete(id);
  }
}
