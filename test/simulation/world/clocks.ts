/** Where every simulated clock begins. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

interface Move {
  readonly name: string;
  readonly atMs: number;
  readonly offsetMs: number;
}

/** The clocks of the machines: each runs with the simulated time, and may be moved. */
export class Clocks {
  readonly #now: () => number;
  readonly #offsetsMs = new Map<string, number>();
  readonly #moves: Move[] = [];

  /** `now`: the simulated time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Puts the clock of one machine so much ahead of the simulated time, or behind it. */
  move(name: string, offsetMs: number): void {
    this.#offsetsMs.set(name, offsetMs);
    this.#moves.push({ name, atMs: this.#now(), offsetMs });
  }

  /** What the clock of that machine says now, in milliseconds since 1970. */
  nowMs(name = ''): number {
    return shown(this.#now(), this.#offsetsMs.get(name) ?? 0);
  }

  /** What the clock of that machine says now. RFC 3339, UTC. */
  instantOn(name: string): string {
    return new Date(this.nowMs(name)).toISOString();
  }

  /** The earliest and the latest that any of these clocks has said from `fromMs` to `toMs` of the simulated time. RFC 3339, UTC. */
  between(names: readonly string[], fromMs: number, toMs: number): readonly [string, string] {
    const ends = names.flatMap((name) => {
      const moves = this.#moves.filter((move) => move.name === name && move.atMs <= toMs);
      const before = moves.findLast(({ atMs }) => atMs <= fromMs)?.offsetMs ?? 0;
      const offsetsMs = [before, ...moves.filter(({ atMs }) => atMs > fromMs).map((move) => move.offsetMs)];
      return offsetsMs.flatMap((offsetMs) => [shown(fromMs, offsetMs), shown(toMs, offsetMs)]);
    });
    return [new Date(Math.min(...ends)).toISOString(), new Date(Math.max(...ends)).toISOString()];
  }
}

function shown(simulatedMs: number, offsetMs: number): number {
  return Math.floor(EPOCH_MS + simulatedMs + offsetMs);
}
