import type { EventPage, LoggedEvent } from './logged-event.ts';

export interface RecentEventsLimits {
  readonly eventsMax: number;
  /** Characters of their JSON. */
  readonly lengthMax: number;
}

/** The newest events, without a gap, in memory: what everybody who is up to date is served from. */
export class RecentEvents {
  readonly #limits: RecentEventsLimits;
  /** In order; those before `#first` were let go. */
  #events: LoggedEvent[] = [];
  #first = 0;
  #length = 0;
  /** All events of the operations after this one, up to `#through`, are here. */
  #floor: number;
  #through: number;

  /** Nothing yet, at the end of a log of `through` operations. */
  constructor(through: number, limits: RecentEventsLimits) {
    this.#limits = limits;
    this.#floor = through;
    this.#through = through;
  }

  get through(): number {
    return this.#through;
  }

  /** Adds the page that follows. The oldest operations are let go, each with all of its events. */
  push({ events, through }: EventPage): void {
    this.#events.push(...events);
    this.#through = through;
    for (const { json } of events) this.#length += json.length;
    while (this.#isTooMuch()) this.#letGo();
    if (this.#first > this.#events.length / 2) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }

  /**
   * What comes after operation `sequence`: about `count` events, of whole operations. `undefined`: some of it is not here any more.
   * A sequence past the end has nothing after it yet.
   */
  after(sequence: number, count: number): EventPage | undefined {
    if (sequence < this.#floor) return undefined;
    const begin = this.#indexAfter(sequence);
    if (begin + count >= this.#events.length)
      return { events: this.#events.slice(begin), through: Math.max(sequence, this.#through) };
    const through = this.#events[begin + count - 1]!.sequence;
    return { events: this.#events.slice(begin, this.#indexAfter(through)), through };
  }

  #isTooMuch(): boolean {
    const count = this.#events.length - this.#first;
    return count > 0 && (count > this.#limits.eventsMax || this.#length > this.#limits.lengthMax);
  }

  #letGo(): void {
    const { sequence } = this.#events[this.#first]!;
    for (; this.#events[this.#first]?.sequence === sequence; this.#first += 1) {
      this.#length -= this.#events[this.#first]!.json.length;
    }
    this.#floor = sequence;
  }

  /** Where the first event after operation `sequence` is, or would be. */
  #indexAfter(sequence: number): number {
    let low = this.#first;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
