import type { Ground, RunningContender } from '../contenders/contender.ts';
import { CONTENDERS, type ContenderName } from './cases.ts';

/** The contenders of a run: each is started when it is first measured, and stays, idle, while others are. */
export class LineUp {
  readonly #ground: Ground;
  readonly #running = new Map<ContenderName, RunningContender>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async get(name: ContenderName): Promise<RunningContender> {
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const started = await CONTENDERS[name](this.#ground);
    this.#running.set(name, started);
    return started;
  }
}
