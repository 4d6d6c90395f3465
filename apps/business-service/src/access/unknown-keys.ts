import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '@lastro/service';
import type { KeyRing } from './key-ring.ts';

/** The form of the keys that the bank makes (`KeyIssuer`). Nothing else can be in the ledger. */
const ISSUED_KEY = /^lastro_[0-9a-f]{64}$/;

export interface UnknownKeysOptions {
  readonly ring: KeyRing;
  /** Makes the ring as the ledger is at some moment after the call. */
  readonly refresh: () => Promise<void>;
  /** Least time between two looks for the sake of unknown keys, however many of them come. */
  readonly intervalMinMs: number;
  /** Longest wait for one look: after it, what the ring does not know is refused. */
  readonly waitMaxMs: number;
  /** Most requests that may wait for a look; beyond, unknown keys are refused at once. */
  readonly waitingMax: number;
}

/**
 * Looks for keys that this service does not know: one may have been made at another a moment ago. Requests that come while
 * a look is awaited share it, so whoever makes keys up costs the ledger no more than one look in each interval.
 */
export class UnknownKeys {
  readonly #options: UnknownKeysOptions;
  #waiting = 0;
  /** The look that begins next. */
  #next: Promise<void> | undefined;
  #begunAtMs = -Infinity;

  constructor(options: UnknownKeysOptions) {
    this.#options = options;
  }

  /** Whose key this is, once the ledger was looked at; `undefined` at once for what can be no key of the bank. */
  find(bearer: string, digest: string): Promise<Principal | undefined> | undefined {
    if (this.#waiting >= this.#options.waitingMax || !ISSUED_KEY.test(bearer)) return undefined;
    return this.#find(digest);
  }

  async #find(digest: string): Promise<Principal | undefined> {
    this.#waiting += 1;
    this.#next ??= this.#look();
    await this.#next;
    this.#waiting -= 1;
    return this.#options.ring.find(digest);
  }

  /** Never fails: while the ledger is away, keys are those that were known last. */
  async #look(): Promise<void> {
    const { refresh, intervalMinMs, waitMaxMs } = this.#options;
    await sleep(Math.max(0, this.#begunAtMs + intervalMinMs - performance.now()));
    this.#next = undefined;
    this.#begunAtMs = performance.now();
    const enough = new AbortController();
    await Promise.race([refresh(), sleep(waitMaxMs, undefined, { signal: enough.signal })]).catch(
      () => undefined,
    );
    enough.abort();
  }
}
