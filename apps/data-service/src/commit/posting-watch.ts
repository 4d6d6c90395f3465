import type { Logger } from '@lastro/service';
import { RecurringLook } from '../recurring-look.ts';
import type { DatabaseSafety } from '../storage/postgres/database-safety.ts';
import { StoreUnavailableError } from '../storage/store.ts';
import type { KnownHeads } from './known-heads.ts';
import type { LedgerWriter } from './ledger-writer.ts';

/** What decides whether anything is posted. */
export interface PostingParts {
  readonly safety: DatabaseSafety;
  readonly heads: KnownHeads;
  readonly writer: LedgerWriter;
}

/**
 * Looks from time to time whether anything may be posted, also while nothing comes: whether PostgreSQL is set up as it must
 * be, and, once the ledger has been found behind, whether it is still.
 */
export class PostingWatch extends RecurringLook {
  readonly #parts: PostingParts;

  constructor(parts: PostingParts, intervalMs: number, logger: Logger) {
    super(
      async () => {
        await parts.safety.look();
        // Under the lock, on the server that takes commits, and nothing is written.
        if (parts.heads.fault !== undefined) await parts.writer.commit([]);
        return false;
      },
      intervalMs,
      (error) => {
        // That the ledger is behind was said when it was found; that PostgreSQL is away, whoever needs it says.
        if (!(error instanceof StoreUnavailableError))
          logger.warn({ err: error }, 'PostgreSQL could not be asked how it is set up; trying again');
      },
    );
    this.#parts = parts;
  }

  /** Why nothing is posted although PostgreSQL may answer; `undefined`: nothing is known that speaks against it. */
  get fault(): Error | undefined {
    return this.#parts.heads.fault ?? this.#parts.safety.fault;
  }
}
