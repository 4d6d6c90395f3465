import { Clocks } from './clocks.ts';
import { Faults } from './faults.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { Trace } from './trace.ts';

/** Everything that is one for a whole simulated bank: time, chance, faults, and the record of what happened. */
export class World {
  readonly seed: number;
  readonly trace: Trace;
  readonly scheduler: Scheduler<SimulatedProcess>;
  readonly faults: Faults;
  /** What the product draws: Math.random. */
  readonly productRandom: Random;
  /** What the world draws: latencies, and how bad a fault is. */
  readonly random: Random;
  /** Of the machines, by the names of their processes. */
  readonly clocks: Clocks;

  constructor(seed: number, listener?: (line: string) => void) {
    const random = new Random(String(seed));
    this.seed = seed;
    this.productRandom = random.fork('product');
    this.random = random.fork('world');
    this.faults = new Faults(random.fork('faults'));
    this.trace = new Trace(listener);
    this.scheduler = new Scheduler((event, nowMs) =>
      this.trace.event(`${nowMs.toFixed(3)} ${event.owner?.name ?? '-'} ${event.what}`),
    );
    this.clocks = new Clocks(() => this.scheduler.nowMs);
  }

  note(what: string): void {
    this.trace.note(`${this.scheduler.nowMs.toFixed(3)} ${what}`);
  }
}
