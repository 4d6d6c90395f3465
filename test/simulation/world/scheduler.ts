/** Whoever an event belongs to: what is dead does nothing any more, what is frozen does it later. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  readonly frozenUntilMs: number;
}

export interface ScheduledEvent<Process extends Owner> {
  readonly owner: Process | undefined;
  readonly what: string;
  readonly run: () => void;
  atMs: number;
  order: number;
  cancelled: boolean;
}

/**
 * The simulated time and everything that will happen in it, one event at a time. An event runs with all the
 * promises that it settles before the next one begins, so each event belongs to one process, and killing a
 * process is not to run its events any more. (That, and times finer than a millisecond, is why this is not a
 * library of fake timers.)
 */
export class Scheduler<Process extends Owner> {
  readonly #heap: ScheduledEvent<Process>[] = [];
  readonly #onEvent: (event: ScheduledEvent<Process>, nowMs: number) => void;
  #nowMs = 0;
  #order = 0;
  #owner: Process | undefined;

  constructor(onEvent: (event: ScheduledEvent<Process>, nowMs: number) => void) {
    this.#onEvent = onEvent;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The process whose event is running; `undefined`: the world itself. */
  get owner(): Process | undefined {
    return this.#owner;
  }

  after(delayMs: number, owner: Process | undefined, what: string, run: () => void): ScheduledEvent<Process> {
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const event = { atMs, order: this.#order++, owner, what, run, cancelled: false };
    this.#push(event);
    return event;
  }

  /** Runs events until `done` says so, or none is left, or `untilMs` is reached; whether it was `done`. */
  async run(done: () => boolean, untilMs: number): Promise<boolean> {
    while (!done()) {
      const event = this.#heap[0];
      if (event === undefined || event.atMs > untilMs) return false;
      this.#pop();
      if (event.cancelled || event.owner?.alive === false) continue;
      this.#nowMs = event.atMs;
      if (event.owner !== undefined && event.owner.frozenUntilMs > this.#nowMs) {
        event.atMs = event.owner.frozenUntilMs;
        event.order = this.#order++;
        this.#push(event);
        continue;
      }
      this.#onEvent(event, this.#nowMs);
      this.#owner = event.owner;
      event.run();
      await settled();
      this.#owner = undefined;
    }
    return true;
  }

  #push(event: ScheduledEvent<Process>): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: ScheduledEvent<Owner>, b: ScheduledEvent<Owner>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/**
 * Resolves when every promise that could go on has gone on. A tick runs only when no microtask is left, and the
 * event loop, where the real world could come in, is not entered in between.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
