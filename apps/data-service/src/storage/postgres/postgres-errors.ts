import { DatabaseError } from 'pg';
import { StoreUnavailableError, StoreUnsafeError } from '../store.ts';
import { HEAD_MOVED_SQLSTATE, STANDBYS_MISSING_SQLSTATE } from './batch-steps.ts';

/**
 * SQLSTATEs, or their classes (two characters), that say "not now" rather than "never": the same
 * statement can succeed later, here or on the new primary. Appendix A of PostgreSQL's manual.
 */
const RETRYABLE_SQLSTATES: ReadonlySet<string> = new Set([
  '08', // connection exception
  '40', // transaction rollback: serialization failure, deadlock
  '53', // insufficient resources: disk full, out of memory, too many connections
  '57', // operator intervention: shutdown, crash recovery, statement timeout
  '58', // system error: I/O
  '25006', // read-only transaction: this server became a standby
  '25P03', // the session was idle in a transaction for too long, for instance while this process was stopped
  '55P03', // lock not available within lock_timeout
]);

/**
 * Turns "not now" into `StoreUnavailableError` and leaves everything else as it is: a fault of ours that
 * must not be retried in silence. A lost connection carries no SQLSTATE.
 */
export function classifyError(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    if (state === STANDBYS_MISSING_SQLSTATE) return new StoreUnsafeError(error.message, { cause: error });
    const retryable = RETRYABLE_SQLSTATES.has(state) || RETRYABLE_SQLSTATES.has(state.slice(0, 2));
    return retryable ? new StoreUnavailableError(`${state} ${error.message}`, { cause: error }) : error;
  }
  return isConnectionFault(error) ? new StoreUnavailableError(error.message, { cause: error }) : error;
}

const UNIQUE_VIOLATION = '23505';

/** Whether what was written blindly does not fit: the ledger has moved on, or it has one of the ids already. */
export function isPassedBy(error: unknown): boolean {
  const { code } = error instanceof DatabaseError ? error : {};
  return code === HEAD_MOVED_SQLSTATE || code === UNIQUE_VIOLATION;
}

const PG_CONNECTION_MESSAGE =
  /connection terminated|connection ended|client has encountered a connection error|timeout (exceeded|expired)|query read timeout|connect timeout|client was closed/i;

function isConnectionFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return (code !== undefined && syscall !== undefined) || PG_CONNECTION_MESSAGE.test(error.message);
}
