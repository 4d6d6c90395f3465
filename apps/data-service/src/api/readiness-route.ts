import { type HttpServer, ProblemError } from '@lastro/service';
import type { LedgerStore } from '../storage/store.ts';

/** GET /readyz: whether batches can be committed now, and `isLeaving` does not say that it will stop. */
export function addReadinessRoute(app: HttpServer, store: LedgerStore, isLeaving: () => boolean): void {
  app.get('/readyz', { config: { scope: 'public' } }, async () => {
    if (isLeaving()) throw new ProblemError('stopping');
    await store.ping();
    return { status: 'ready' };
  });
}
