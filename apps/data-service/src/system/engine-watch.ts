import { RecurringLook } from '../recurring-look.ts';
import type { EngineVitals, SystemStore } from './system-store.ts';

/** What is known of the engine under the ledger. */
export interface EngineSight extends EngineVitals {
  /** How far the clock of this machine is ahead of the engine's, give or take half of the time that the look took. */
  readonly clockAheadMs: number;
}

/** Looks at the engine under the ledger, again and again, for those who watch the figures. */
export class EngineWatch {
  readonly #store: SystemStore;
  readonly #looks: RecurringLook;
  #newest: EngineSight | undefined;
  #isReachable = true;

  constructor(store: SystemStore, intervalMs: number) {
    this.#store = store;
    this.#looks = new RecurringLook(
      () => this.#look(),
      intervalMs,
      () => (this.#isReachable = false),
    );
  }

  /** What the newest look saw that was answered, if one was. */
  get newest(): EngineSight | undefined {
    return this.#newest;
  }

  /** Whether the newest look was answered; true before the first. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  start(): void {
    this.#looks.start();
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    await this.#looks.stop();
  }

  async #look(): Promise<boolean> {
    const before = Date.now();
    const vitals = await this.#store.vitals();
    const middle = (before + Date.now()) / 2;
    this.#newest = { ...vitals, clockAheadMs: middle - Date.parse(vitals.at) };
    this.#isReachable = true;
    return false;
  }
}
