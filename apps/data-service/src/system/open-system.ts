import type { HttpServer, Logger, Registry } from '@lastro/service';
import { addSystemRoute } from '../api/system-route.ts';
import { addVerificationRoutes } from '../api/verification-routes.ts';
import type { CommitQueue } from '../commit/commit-queue.ts';
import type { DataServiceConfig } from '../config.ts';
import type { PostgresSettings } from '../storage/postgres/connections.ts';
import { watchEngine } from '../metrics.ts';
import { PostgresSystemStore } from '../storage/postgres/postgres-system-store.ts';
import { EngineWatch } from './engine-watch.ts';
import { MoneyChecks } from './money-check.ts';
import { SystemReport } from './system-report.ts';
import { Verifications } from './verifications.ts';

export interface OpenSystem {
  addRoutes(app: HttpServer): void;
  close(): Promise<void>;
}

/** What the console is shown of this service and the ledger, as the settings say. */
export function openSystem(
  config: DataServiceConfig,
  settings: PostgresSettings,
  {
    commits,
    metrics,
    logger,
  }: { readonly commits: CommitQueue; readonly metrics: Registry; readonly logger: Logger },
): OpenSystem {
  const store = new PostgresSystemStore(settings);
  const money = new MoneyChecks(store, config.LASTRO_MONEY_CHECK_INTERVAL_MS, (error) =>
    logger.warn({ err: error }, 'the accounts cannot be added up; trying again later'),
  );
  const verifications = new Verifications(config.DATABASE_URL, config.LASTRO_VERIFICATION_TIMEOUT_MS);
  const report = new SystemReport(
    {
      store,
      money,
      pendingOperations: () => commits.pendingOperations,
      verification: () => verifications.latest,
    },
    {
      databaseTimeoutMs: config.LASTRO_SYSTEM_DATABASE_TIMEOUT_MS,
      ageMaxMs: config.LASTRO_SYSTEM_AGE_MAX_MS,
    },
  );
  const watch = new EngineWatch(store, config.LASTRO_ENGINE_LOOK_INTERVAL_MS);
  watchEngine(metrics, watch);
  watch.start();
  return {
    addRoutes(app) {
      addSystemRoute(app, report);
      addVerificationRoutes(app, verifications);
    },
    async close() {
      await watch.stop();
      await verifications.stop();
      await store.close();
      await money.ended();
    },
  };
}
