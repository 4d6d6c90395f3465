import { type AcceptedOperation, expiryIdOf } from '@lastro/ledger';
import type { Logger } from '@lastro/service';
import type { CommitQueue } from '../commit/commit-queue.ts';
import type { LedgerStore } from '../storage/store.ts';

export interface HoldExpirySettings {
  /** How long after one look for holds whose time is over the next one comes. */
  readonly intervalMs: number;
  /** Most holds that one look ends; when there are more, the next look comes at once. */
  readonly holdsPerLookMax: number;
}

/** Who accepted the operations that nobody has sent. */
const BANK = 'bank';

/**
 * Releases the holds whose time is over. Nothing is kept in memory: what is due is asked of the ledger, so no restart loses
 * a timer. The operation that ends a hold has an id that follows from the hold's, so it is posted once, also where several
 * data services look at once, or one looks again after a doubtful commit (I2).
 */
export class HoldExpiry {
  readonly #store: LedgerStore;
  readonly #commits: CommitQueue;
  readonly #settings: HoldExpirySettings;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(store: LedgerStore, commits: CommitQueue, settings: HoldExpirySettings, logger: Logger) {
    this.#store = store;
    this.#commits = commits;
    this.#settings = settings;
    this.#logger = logger;
  }

  start(): void {
    this.#next(this.#settings.intervalMs);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#look;
  }

  #next(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#look = this.#lookOnce();
    }, delayMs);
  }

  async #lookOnce(): Promise<void> {
    const { intervalMs, holdsPerLookMax } = this.#settings;
    let ended = 0;
    try {
      ended = await endDueHolds(this.#store, this.#commits, new Date().toISOString(), holdsPerLookMax);
    } catch (error) {
      // Whatever it was, the holds are still due at the next look.
      this.#logger.warn({ err: error }, 'holds whose time is over could not be released; trying again');
    }
    this.#next(ended === holdsPerLookMax ? 0 : intervalMs);
  }
}

/**
 * Releases holds whose time is over at `now` (RFC 3339, UTC), `limit` at most; how many. It may be called again at any
 * time, and by anybody else at the same time.
 *
 * @throws what `LedgerStore.dueHolds` and `CommitQueue.submit` throw.
 */
export async function endDueHolds(
  store: LedgerStore,
  commits: CommitQueue,
  now: string,
  limit: number,
): Promise<number> {
  const holds = await store.dueHolds(now, limit);
  if (holds.length === 0) return 0;
  await commits.submit(holds.map((hold) => expiryOperation(hold, now)));
  return holds.length;
}

/** The operation by which the bank itself ends the hold with this id. */
export function expiryOperation(hold: string, acceptedAt: string): AcceptedOperation {
  return { id: expiryIdOf(hold), type: 'expiry', hold, acceptedBy: BANK, acceptedAt };
}
