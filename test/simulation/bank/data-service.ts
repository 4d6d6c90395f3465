import { ProblemError } from '@lastro/service';
import { addBatchRoutes } from '../../../apps/data-service/src/api/batch-routes.ts';
import { addDryRunRoutes } from '../../../apps/data-service/src/api/dry-run-routes.ts';
import { addFindingRoutes } from '../../../apps/data-service/src/api/finding-routes.ts';
import { addHoldRoutes } from '../../../apps/data-service/src/api/hold-routes.ts';
import { addReadRoutes } from '../../../apps/data-service/src/api/read-routes.ts';
import { storeProblem } from '../../../apps/data-service/src/api/store-problem.ts';
import { AccountCache } from '../../../apps/data-service/src/commit/account-cache.ts';
import { CommitQueue } from '../../../apps/data-service/src/commit/commit-queue.ts';
import { decideBatch } from '../../../apps/data-service/src/commit/decide-batch.ts';
import { LedgerWriter } from '../../../apps/data-service/src/commit/ledger-writer.ts';
import { HoldExpiry } from '../../../apps/data-service/src/expiry/hold-expiry.ts';
import type { LedgerHead, LedgerStore } from '../../../apps/data-service/src/storage/store.ts';
import { SimulatedLink } from '../ledger/database-link.ts';
import { SimulatedStore } from '../ledger/simulated-store.ts';
import { mutated, replaceMethods } from '../mutations/mutation.ts';
import { RouteTable } from '../network/route-table.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import { traceLogger } from '../world/trace-logger.ts';
import type { World } from '../world/world.ts';
import type { Ground, Service } from './service.ts';

const COMMIT_RETRY_DELAY_MS = 20;

/** One life of a data service: what `startDataService` puts together, on simulated ground. */
export function startDataService(ground: Ground, process: SimulatedProcess): Service {
  const { world, network, settings, mutation, server } = ground;
  const { coverage } = world.faults;
  const logger = traceLogger(world, process.name);
  const link = new SimulatedLink({
    world,
    network,
    process,
    server,
    statementTimeoutMs: settings.statementTimeoutMs,
    statementMaxMs: () => ground.statementMaxMs,
  });
  const plainCache = new WatchedCache(settings.accountCacheSizeMax, () =>
    coverage.count('commit_by_another_data_service_in_between'),
  );
  const cache = mutation?.accountCache?.(settings.accountCacheSizeMax) ?? plainCache;
  const store = mutated(mutation?.store, countingAppends(new SimulatedStore(link), coverage));
  const plainCommits = new CommitQueue(
    new LedgerWriter(store, cache, mutated(mutation?.decide, decideBatch)),
    {
      commitOperationsMax: settings.commitOperationsMax,
      commitsUnderWayMax: settings.commitsUnderWayMax,
      commitBesideOperationsMin: settings.commitBesideOperationsMin,
      pendingOperationsMax: settings.pendingOperationsMax,
      commitAttemptsMax: settings.commitAttemptsMax,
      retryDelayMs: COMMIT_RETRY_DELAY_MS,
    },
    {
      committed: ({ submissions }) => submissions > 1 && coverage.count('batches_merged'),
      retried: () => undefined,
    },
    logger,
  );
  const routes = new RouteTable({
    logger,
    bodySizeMaxBytes: settings.bodySizeMaxBytes,
    toProblem(error) {
      if (error instanceof ProblemError && error.code === 'ledger_busy')
        coverage.count('refused_because_the_ledger_is_busy');
      return storeProblem(error);
    },
    onTooLarge: () => coverage.count('batch_halved'),
  });
  addBatchRoutes(routes.app, mutated(mutation?.commits, plainCommits));
  addDryRunRoutes(routes.app, store);
  addReadRoutes(routes.app, store, notSimulated);
  addFindingRoutes(routes.app, store, {
    operations: notSimulated,
    accounts: notSimulated,
    trialBalanceAt: notSimulated,
  });
  addHoldRoutes(routes.app, store);
  network.listen(process, (request, onGone) => routes.handle(request, onGone));
  const expiry = new HoldExpiry(
    store,
    plainCommits,
    { intervalMs: settings.holdExpiryIntervalMs, holdsPerLookMax: settings.holdsExpiredAtOnceMax },
    logger,
  );
  expiry.start();
  return {
    async stop() {
      await expiry.stop();
      await plainCommits.stop();
      await routes.idle();
      await store.close();
    },
  };
}

/** Simulated clients search for nothing: what is searched is no part of the promises. */
function notSimulated(): Promise<never> {
  return Promise.reject(new Error('there is no projection in the simulation'));
}

function countingAppends(store: LedgerStore, coverage: World['faults']['coverage']): LedgerStore {
  return replaceMethods(store, {
    async append(onto, write) {
      const written = await store.append(onto, write);
      coverage.count(written ? 'batch_decided_ahead' : 'batch_decided_ahead_in_vain');
      return written;
    },
  });
}

/** The real cache; it counts how often its fence was needed. */
class WatchedCache extends AccountCache {
  readonly #onStale: () => void;
  #hasCommitted = false;

  constructor(sizeMax: number, onStale: () => void) {
    super(sizeMax);
    this.#onStale = onStale;
  }

  override fence(head: LedgerHead): boolean {
    const holds = super.fence(head);
    if (!holds && this.#hasCommitted) this.#onStale();
    return holds;
  }

  override advance(...args: Parameters<AccountCache['advance']>): void {
    this.#hasCommitted = true;
    super.advance(...args);
  }

  override forget(): void {
    this.#hasCommitted = false;
    super.forget();
  }
}
