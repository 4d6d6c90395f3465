import type { Owner } from './scheduler.ts';
import type { Faults } from './faults.ts';
import type { Trace } from './trace.ts';

/**
 * `killed`: the process is gone, the machine lives (connections break, what was written stays). `power_cut`: the
 * machine is gone too, without a word to anyone. `exited`: it ended itself.
 */
export type Death = 'killed' | 'power_cut' | 'exited';

/** What a process needs of its world. */
interface Surroundings {
  readonly trace: Trace;
  readonly faults: Faults;
  readonly scheduler: { readonly nowMs: number };
  note(what: string): void;
}

/** One life of a process: a restart is a new one with the same name. */
export class SimulatedProcess implements Owner {
  readonly name: string;
  readonly #world: Surroundings;
  readonly #onDeath = new Set<(death: Death) => void>();
  readonly #mayDie: boolean;
  #alive = true;
  #frozenUntilMs = 0;

  constructor(world: Surroundings, name: string, { mayDie = true } = {}) {
    this.#world = world;
    this.#mayDie = mayDie;
    this.name = name;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  /** Every effect on the outside begins with this: whether the process still lives to bring it about. */
  step(what: string): boolean {
    if (!this.#alive) return false;
    this.#world.trace.event(`${this.name} ${what}`);
    if (!this.#mayDie) return true;
    if (this.#world.faults.strikes('killed_between_steps')) this.die('killed', `before it ${what}`);
    else if (this.#world.faults.strikes('power_cut_between_steps'))
      this.die('power_cut', `before it ${what}`);
    return this.#alive;
  }

  die(death: Death, why: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#world.note(`${this.name} ${death} ${why}`);
    for (const listener of [...this.#onDeath]) listener(death);
  }

  /** Like SIGSTOP: nothing of it runs until then. */
  freeze(durationMs: number): void {
    this.#frozenUntilMs = this.#world.scheduler.nowMs + durationMs;
    this.#world.note(`${this.name} frozen for ${durationMs.toFixed(0)} ms`);
  }

  thaw(): void {
    this.#frozenUntilMs = 0;
  }

  /** Calls `listener` when the process dies; returns what takes it back. */
  onDeath(listener: (death: Death) => void): () => void {
    this.#onDeath.add(listener);
    return () => this.#onDeath.delete(listener);
  }
}
