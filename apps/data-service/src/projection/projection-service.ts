import type { Logger, Registry } from '@lastro/service';
import type { DataServiceConfig } from '../config.ts';
import { watchProjection } from '../metrics.ts';
import { Feeder } from './feeder.ts';
import { PostgresProjection } from './postgres-projection.ts';

/** Pause after a step of the feed that failed. */
const RETRY_DELAY_MS = 1_000;

/** What finds things in the ledger, and keeps itself up to date. */
export interface ProjectionService {
  readonly finder: PostgresProjection;
  /** From now on it follows the ledger. */
  start(metrics: Registry, logger: Logger): void;
  /** Ends the step that is under way, and every connection. */
  close(): Promise<void>;
}

/** The projection of a data service, with its settings; connects when it is first needed. */
export function createProjectionService(config: DataServiceConfig): ProjectionService {
  const finder = new PostgresProjection({
    databaseUrl: config.DATABASE_URL,
    readDatabaseUrl: config.LASTRO_READ_DATABASE_URL,
    connectTimeoutMs: config.LASTRO_DATABASE_CONNECT_TIMEOUT_MS,
    searchConnectionsMax: config.LASTRO_SEARCH_CONNECTIONS_MAX,
    searchTimeoutMs: config.LASTRO_SEARCH_TIMEOUT_MS,
    searchAccountsMax: config.LASTRO_SEARCH_ACCOUNTS_MAX,
    searchTimeMaxMs: config.LASTRO_SEARCH_TIME_MAX_MS,
  });
  let feeder: Feeder | undefined;
  return {
    finder,
    start(metrics, logger) {
      const settings = {
        busyShareMax: config.LASTRO_PROJECTION_BUSY_SHARE_MAX,
        stepOperationsMax: config.LASTRO_PROJECTION_STEP_OPERATIONS_MAX,
        pollMs: config.LASTRO_PROJECTION_POLL_MS,
        retryDelayMs: RETRY_DELAY_MS,
      };
      feeder = new Feeder((operationsMax, pause) => finder.step(operationsMax, pause), settings, logger);
      watchProjection(metrics, feeder);
      feeder.start();
    },
    async close() {
      await feeder?.stop();
      await finder.close();
    },
  };
}
