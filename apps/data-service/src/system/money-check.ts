import type { MoneyCheck } from '@lastro/contract';
import type { SystemStore } from './system-store.ts';

/** Adding up may take at most this part of the time, however many accounts there are. */
const BUSY_SHARE_MAX = 0.02;

/** Whether debits equal credits (I4): added up over all accounts from time to time, while somebody looks. */
export class MoneyChecks {
  readonly #store: SystemStore;
  readonly #intervalMs: number;
  readonly #onError: (error: unknown) => void;
  #newest: MoneyCheck | undefined;
  #nextAtMs = -Infinity;
  #underWay: Promise<void> | undefined;

  /** `intervalMs`: least time between two of them. */
  constructor(store: SystemStore, intervalMs: number, onError: (error: unknown) => void) {
    this.#store = store;
    this.#intervalMs = intervalMs;
    this.#onError = onError;
  }

  /** The newest, at once; another is begun when it is time for it. */
  look(): MoneyCheck | null {
    if (this.#underWay === undefined && performance.now() >= this.#nextAtMs) {
      this.#underWay = this.#compute().finally(() => (this.#underWay = undefined));
    }
    return this.#newest ?? null;
  }

  /** Resolves when none is under way. */
  async ended(): Promise<void> {
    await this.#underWay;
  }

  async #compute(): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const { sequence, lines } = await this.#store.trialBalance();
      const currencies = lines.map(({ currency, debit, credit }) => ({
        ...{ currency, debit, credit },
        balanced: debit === credit,
      }));
      const balanced = currencies.every((line) => line.balanced);
      this.#newest = { at: new Date().toISOString(), sequence, balanced, currencies };
    } catch (error) {
      this.#onError(error);
    }
    const endedAtMs = performance.now();
    const restMs = (endedAtMs - startedAtMs) / BUSY_SHARE_MAX;
    this.#nextAtMs = endedAtMs + Math.max(this.#intervalMs, restMs);
  }
}
