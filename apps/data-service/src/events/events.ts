import type { HttpServer } from '@lastro/service';
import { addEventLogRoute } from '../api/event-log-route.ts';
import { addMonitorRoutes } from '../api/monitor-routes.ts';
import type { DataServiceConfig } from '../config.ts';
import type { PostgresSettings } from '../storage/postgres/connections.ts';
import { PostgresOperationLog } from '../storage/postgres/postgres-operation-log.ts';
import { PostgresSubscriptions } from '../storage/postgres/postgres-subscriptions.ts';
import { EventLog } from './event-log.ts';
import { LedgerNews } from './ledger-news.ts';

/** Everything of a data service that tells others what the ledger has done. */
export interface Events {
  /** This process has committed. */
  committed(): void;
  addRoutes(app: HttpServer): void;
  /** Whoever waits is answered, so that the HTTP server can close. */
  release(): void;
  close(): Promise<void>;
}

export function createEvents(config: DataServiceConfig, postgres: PostgresSettings): Events {
  const log = new PostgresOperationLog({
    ...postgres,
    readConnectionsMax: config.LASTRO_EVENT_CONNECTIONS_MAX,
  });
  const subscriptions = new PostgresSubscriptions(postgres);
  const news = new LedgerNews(() => log.newest(), { pollIntervalMs: config.LASTRO_EVENT_POLL_INTERVAL_MS });
  const events = new EventLog(log, news, config.LASTRO_EVENT_WAITERS_MAX);
  return {
    committed: () => news.tell(),
    addRoutes(app) {
      addEventLogRoute(app, events, config.LASTRO_EVENT_WAIT_MAX_MS);
      addMonitorRoutes(app, subscriptions, config.LASTRO_MONITORS_MAX);
    },
    release: () => news.stop(),
    async close() {
      await Promise.all([log.close(), subscriptions.close()]);
    },
  };
}
