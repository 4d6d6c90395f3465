import { type AcceptedOperation, expiryIdOf } from '@lastro/ledger';
import type { Logger } from '@lastro/service';
import type { CommitQueue } from '../commit/commit-queue.ts';
import { RecurringLook } from '../recurring-look.ts';
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
export class HoldExpiry extends RecurringLook {
  constructor(store: LedgerStore, commits: CommitQueue, settings: HoldExpirySettings, logger: Logger) {
    const { intervalMs, holdsPerLookMax } = settings;
    super(
      async () => {
        const now = new Date().toISOString();
        return (await endDueHolds(store, commits, now, holdsPerLookMax)) === holdsPerLookMax;
      },
      intervalMs,
      // Whatever it was, the holds are still due at the next look.
      (error) => logger.warn({ err: error }, 'holds whose time is over could not be released; trying again'),
    );
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
