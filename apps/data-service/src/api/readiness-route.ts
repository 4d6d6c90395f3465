import type { HttpServer } from '@lastro/service';
import type { LedgerStore } from '../storage/store.ts';

/** GET /readyz: whether batches can be committed now. */
export function addReadinessRoute(app: HttpServer, store: LedgerStore): void {
  app.get('/readyz', { config: { scope: 'public' } }, async () => {
    await store.ping();
    return { status: 'ready' };
  });
}
