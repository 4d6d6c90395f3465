import { StoreUnavailableError } from '../storage/store.ts';

export interface LedgerNewsSettings {
  /** How often to look whether another data service has committed, while somebody waits. */
  readonly pollIntervalMs: number;
}

interface Waiter {
  readonly sequence: number;
  readonly wake: () => void;
}

/**
 * Knows when the ledger may have gone on. Commits of this process tell it at once, and cost nothing but that; for those of
 * others one statement looks at the head row every now and then, for everybody, and only while somebody waits.
 */
export class LedgerNews {
  readonly #newest: () => Promise<number>;
  readonly #settings: LedgerNewsSettings;
  readonly #waiters = new Set<Waiter>();
  #version = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(newest: () => Promise<number>, settings: LedgerNewsSettings) {
    this.#newest = newest;
    this.#settings = settings;
  }

  /** Another number after every commit: what was read before is not what would be read now. */
  get version(): number {
    return this.#version;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  get waiterCount(): number {
    return this.#waiters.size;
  }

  /** This process has committed. */
  tell(): void {
    this.#version += 1;
    for (const { wake } of [...this.#waiters]) wake();
  }

  /** Nobody waits any longer, now or later. */
  stop(): void {
    this.#stopped = true;
    this.tell();
  }

  /**
   * Resolves when the ledger may have gone beyond `sequence`: at once when that has happened since `version`, at the latest after
   * `waitMs`, and when `signal` is aborted.
   */
  wait(
    sequence: number,
    { version, waitMs, signal }: { version: number; waitMs: number; signal?: AbortSignal | undefined },
  ): Promise<void> {
    if (this.#stopped || version !== this.#version || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      const waiter: Waiter = { sequence, wake };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', wake);
      this.#pollSoon();
    });
  }

  #pollSoon(): void {
    if (this.#timer !== undefined || this.#waiters.size === 0) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#settings.pollIntervalMs);
  }

  async #poll(): Promise<void> {
    try {
      if (this.#waiters.size > 0) this.#wakeBehind(await this.#newest());
    } catch (error) {
      // Whoever waits will ask for itself in the end, and is told then.
      if (!(error instanceof StoreUnavailableError)) throw error;
    } finally {
      this.#timer = undefined;
      this.#pollSoon();
    }
  }

  #wakeBehind(newest: number): void {
    for (const { sequence, wake } of [...this.#waiters]) if (sequence < newest) wake();
  }
}
