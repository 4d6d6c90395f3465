import { type HttpServer, ProblemError } from '@lastro/service';
import type { LedgerStore } from '../storage/store.ts';

/** What speaks against committing batches, before PostgreSQL is asked. */
export interface Obstacles {
  /** The service will stop. */
  readonly isLeaving: boolean;
  /** Why nothing is posted although PostgreSQL may answer. */
  readonly fault: Error | undefined;
}

/** GET /readyz: whether batches can be committed now; if not, the code of the problem says why. */
export function addReadinessRoute(app: HttpServer, store: LedgerStore, obstacles: () => Obstacles): void {
  app.get('/readyz', { config: { scope: 'public' } }, async () => {
    const { isLeaving, fault } = obstacles();
    if (isLeaving) throw new ProblemError('stopping');
    if (fault !== undefined) throw fault;
    await store.ping();
    return { status: 'ready' };
  });
}
