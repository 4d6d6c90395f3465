import { ProblemError } from '@lastro/service';
import { TooManyAccountsError } from '../projection/ledger-finder.ts';
import {
  InvalidCursorError,
  LedgerBehindError,
  StoreUnavailableError,
  StoreUnsafeError,
} from '../storage/store.ts';

/** What a client is told when the storage engine refuses; any other error comes back as it is. */
export function storeProblem(error: unknown): unknown {
  if (error instanceof LedgerBehindError)
    return new ProblemError('ledger_behind', error.message, { cause: error });
  if (error instanceof StoreUnsafeError)
    return new ProblemError('ledger_unsafe', error.message, { cause: error });
  if (error instanceof StoreUnavailableError)
    return new ProblemError('ledger_unavailable', undefined, { cause: error });
  if (error instanceof InvalidCursorError)
    return new ProblemError('invalid_cursor', undefined, { cause: error });
  if (error instanceof TooManyAccountsError)
    return new ProblemError('invalid_request', error.message, { cause: error });
  return error;
}
