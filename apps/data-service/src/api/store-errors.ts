import { type HttpServer, ProblemError } from '@lastro/service';
import { StoreUnavailableError } from '../storage/store.ts';

/** An engine that cannot be reached is a 503 wherever it shows. */
export function answerStoreErrors(app: HttpServer): void {
  const answerOthers = app.errorHandler;
  app.setErrorHandler((error, request, reply) => {
    const problem =
      error instanceof StoreUnavailableError
        ? new ProblemError('ledger_unavailable', undefined, { cause: error })
        : error;
    return answerOthers.call(app, problem as never, request, reply);
  });
}
