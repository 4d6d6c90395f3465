import { type HttpServer, RETRY_AFTER_SECONDS } from '@lastro/service';
import type { DataServiceClient } from '../data-service-client.ts';
import type { Intake } from '../intake.ts';
import type { OperationQueue } from '../queue/queue.ts';

/** How long one look at the ledger serves for all who ask. */
const LEDGER_LOOK_MS = 1000;

/**
 * GET /readyz: 200 when operations are accepted, 503 when not. The ledger's absence does not count (I9), but the
 * body tells of it.
 */
export function addReadinessRoute(
  app: HttpServer,
  intake: Intake,
  queue: OperationQueue,
  client: DataServiceClient,
): void {
  let look: Promise<unknown> = Promise.resolve();
  let lookedAtMs = -Infinity;
  app.get('/readyz', { config: { scope: 'public' }, schema: { hide: true } }, async (_request, reply) => {
    if (performance.now() - lookedAtMs > LEDGER_LOOK_MS) {
      lookedAtMs = performance.now();
      look = client.probe();
    }
    await look;
    const queueHealth = intake.leaving ? 'stopping' : queue.health;
    const ready = queueHealth === 'writable';
    if (!ready) reply.code(503).header('retry-after', RETRY_AFTER_SECONDS);
    return {
      status: ready ? 'ready' : 'not_ready',
      queue: queueHealth,
      queueDepth: queue.depth,
      deadLetters: queue.deadLetterCount,
      ledger: client.state,
    };
  });
}
