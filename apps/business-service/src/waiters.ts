import type { Outcome } from './queue/queue.ts';
import { RenewedMap } from './renewed-map.ts';

/** A client that wants the final result rather than a quick answer. */
export interface Patience {
  readonly waitMs: number;
  /** Has `tell` called when nobody is there any more to be answered; also after the answer. */
  readonly onGone: (tell: () => void) => void;
}

/** One request that waits. */
interface Waiter {
  /** For each of the operations, in the order asked for. */
  readonly waits: Wait[];
  /** What is known so far, in the same order. */
  outcomes: (Outcome | undefined)[];
  /** How many are not known yet. */
  left: number;
  /** Ends the wait; does nothing the second time. */
  finish: () => void;
}

/** That a request waits for an operation: the one at `index` of those that it waits for. */
interface Wait {
  readonly id: string;
  readonly waiter: Waiter;
  readonly index: number;
}

/** Requests that wait for operations to become final. */
export class Waiters {
  readonly #countMax: number;
  /** Nearly always one request waits for an operation, and then no set is made. */
  readonly #byId = new RenewedMap<string, Wait | Set<Wait>>();
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
   * Waits until each operation is final or dead, as long as there is patience. Begins to listen at once. Returns
   * what has become of the operations so far, in the order of `ids`, which must all differ.
   */
  wait(ids: readonly string[], { waitMs, onGone }: Patience): Promise<readonly (Outcome | undefined)[]> {
    if (this.#released || ids.length === 0) return Promise.resolve(ids.map(() => undefined));
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        if (waiter.left > 0) this.#forget(waiter);
        resolve(waiter.outcomes);
        letGo(waiter);
      };
      const outcomes = Array<Outcome | undefined>(ids.length).fill(undefined);
      const waiter: Waiter = { waits: [], outcomes, left: ids.length, finish };
      const tell = () => waiter.finish();
      const timer = setTimeout(tell, waitMs);
      for (const [index, id] of ids.entries()) this.#add({ id, waiter, index });
      onGone(tell);
    });
  }

  /** Tells those who wait for operation `id`. */
  settle(id: string, outcome: Outcome): void {
    const waits = this.#byId.get(id);
    if (waits === undefined) return;
    this.#byId.delete(id);
    if (!(waits instanceof Set)) return this.#tell(waits, outcome);
    for (const wait of waits) this.#tell(wait, outcome);
  }

  #tell({ waiter, index }: Wait, outcome: Outcome): void {
    this.#count -= 1;
    waiter.outcomes[index] = outcome;
    waiter.left -= 1;
    if (waiter.left === 0) waiter.finish();
  }

  /** Nobody waits any longer, now or later: the service is stopping. */
  releaseAll(): void {
    this.#released = true;
    const waits = [...this.#byId.values()].flatMap((one) => (one instanceof Set ? [...one] : [one]));
    for (const { waiter } of waits) waiter.finish();
  }

  #add(wait: Wait): void {
    const others = this.#byId.get(wait.id);
    if (others === undefined) this.#byId.set(wait.id, wait);
    else if (others instanceof Set) others.add(wait);
    else this.#byId.set(wait.id, new Set([others, wait]));
    wait.waiter.waits.push(wait);
    this.#count += 1;
  }

  /** Its time is over: what it still waits for is no longer its business. */
  #forget({ waits, outcomes }: Waiter): void {
    for (const wait of waits) {
      if (outcomes[wait.index] !== undefined) continue;
      this.#count -= 1;
      const all = this.#byId.get(wait.id);
      if (all instanceof Set && all.size > 1) all.delete(wait);
      else this.#byId.delete(wait.id);
    }
  }
}

const nothing = () => undefined;

/**
 * A Map that grows or is tidied makes a new table, and the old one, with all that was in it then, points to the new: tables
 * that have grown old keep all that came after from the small collections (a third of all that was allocated was
 * copied). So a wait that is over must not lead to its request.
 */
function letGo(waiter: Waiter): void {
  waiter.finish = nothing;
  waiter.outcomes = [];
}
