import { ProblemError } from '@lastro/service';
import { TooManyAccountsError } from '../projection/ledger-finder.ts';
import { InvalidCursorError, StoreUnavailableError } from '../storage/store.ts';

/** What a client is told when the storage engine refuses; any other error comes back as it is. */
export function storeProblem(error: unknown): unknown {
  if (error instanceof StoreUnavailableError)
    return new ProblemError('ledger_unavailable', undefined, { cause: error });
  if (error instanceof InvalidCursorError)
    return new ProblemError('invalid_cursor', undefined, { cause: error });
  if (error instanceof TooManyAccountsError)
    return new ProblemError('invalid_request', error.message, { cause: error });
  return error;
}
