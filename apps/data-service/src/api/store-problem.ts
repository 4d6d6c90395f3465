import { ProblemError } from '@lastro/service';
import { InvalidCursorError, StoreUnavailableError } from '../storage/store.ts';

/** What a client is told when the storage engine refuses; any other error comes back as it is. */
export function storeProblem(error: unknown): unknown {
  if (error instanceof StoreUnavailableError)
    return new ProblemError('ledger_unavailable', undefined, { cause: error });
  if (error instanceof InvalidCursorError)
    return new ProblemError('invalid_cursor', undefined, { cause: error });
  return error;
}
