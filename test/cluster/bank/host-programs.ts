import { signalIfThere } from '@lastro/service';
import { Keeper } from '../../faults/bank/keeper.ts';
import type { HostNetwork } from '../machine/network.ts';
import { type Program, programLaunch } from './program.ts';

/** What runs on hosts of its own, kept running, and killed host by host. */
export class HostPrograms {
  readonly #network: HostNetwork;
  readonly #onEvent: (text: string) => void;
  readonly #keepers = new Map<string, Keeper[]>();

  constructor(network: HostNetwork, onEvent: (text: string) => void) {
    this.#network = network;
    this.#onEvent = onEvent;
  }

  /** A program of `host`; it is not started by that. */
  add(host: string, name: string, program: Program): void {
    const command = [...this.#network.launcher(host), ...program.command];
    const keeper = new Keeper(`${name}-${host}`, programLaunch({ ...program, command }), this.#onEvent);
    this.#keepers.set(host, [...this.#on(host), keeper]);
  }

  startAll(): void {
    for (const host of this.#keepers.keys()) this.start(host);
  }

  start(host: string): void {
    for (const keeper of this.#on(host)) keeper.start();
  }

  /** `kill -9` of everything on the host at once, as when it loses its power; it stays down until `start`. */
  async kill(host: string): Promise<void> {
    const killing = this.#on(host).map((keeper) => keeper.kill());
    for (const pid of await this.#network.pids(host)) signalIfThere(pid, 'SIGKILL');
    await Promise.all(killing);
    // What was started meanwhile.
    for (const pid of await this.#network.pids(host)) signalIfThere(pid, 'SIGKILL');
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#keepers.keys()].map((host) => this.kill(host)));
  }

  #on(host: string): readonly Keeper[] {
    return this.#keepers.get(host) ?? [];
  }
}
