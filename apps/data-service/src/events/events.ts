import type { HttpServer, Logger, Registry } from '@lastro/service';
import { addEventLogRoute } from '../api/event-log-route.ts';
import { addMonitorRoutes } from '../api/monitor-routes.ts';
import { addWebhookRoutes } from '../api/webhook-routes.ts';
import type { DataServiceConfig } from '../config.ts';
import type { PostgresSettings } from '../storage/postgres/connections.ts';
import { PostgresOperationLog } from '../storage/postgres/postgres-operation-log.ts';
import { PostgresSubscriptions } from '../storage/postgres/postgres-subscriptions.ts';
import { openWebhooks, type Webhooks } from '../webhooks/open-webhooks.ts';
import { EventLog } from './event-log.ts';
import { LedgerNews } from './ledger-news.ts';

/** Everything of a data service that tells others what the ledger has done. */
export class Events {
  readonly #config: DataServiceConfig;
  readonly #postgres: PostgresSettings;
  readonly #operations: PostgresOperationLog;
  readonly #subscriptions: PostgresSubscriptions;
  readonly #news: LedgerNews;
  readonly #log: EventLog;
  #webhooks: Webhooks | undefined;

  constructor(config: DataServiceConfig, postgres: PostgresSettings) {
    this.#config = config;
    this.#postgres = postgres;
    this.#operations = new PostgresOperationLog({
      ...postgres,
      readConnectionsMax: config.LASTRO_EVENT_CONNECTIONS_MAX,
    });
    this.#subscriptions = new PostgresSubscriptions(postgres);
    this.#news = new LedgerNews(() => this.#operations.newest(), {
      pollIntervalMs: config.LASTRO_EVENT_POLL_INTERVAL_MS,
    });
    this.#log = new EventLog(this.#operations, this.#news, config.LASTRO_EVENT_WAITERS_MAX);
  }

  /** This process has committed. */
  committed(): void {
    this.#news.tell();
  }

  addRoutes(app: HttpServer): void {
    const config = this.#config;
    addEventLogRoute(app, this.#log, config.LASTRO_EVENT_WAIT_MAX_MS);
    addMonitorRoutes(app, this.#subscriptions, config.LASTRO_MONITORS_MAX);
    addWebhookRoutes(app, this.#subscriptions, {
      webhooksMax: config.LASTRO_WEBHOOKS_MAX,
      allowPrivate: config.LASTRO_WEBHOOK_PRIVATE_ADDRESSES === 'allow',
      secretOverlapMs: config.LASTRO_WEBHOOK_SECRET_OVERLAP_MS,
      changed: () => this.#webhooks?.changed(),
    });
  }

  /** Begins to deliver. */
  start(metrics: Registry, logger: Logger): void {
    this.#webhooks = openWebhooks(this.#config, this.#postgres, this.#log, { metrics, logger });
    this.#webhooks.start();
  }

  /** Ends the deliveries; whoever waits is answered, so that the HTTP server can close. */
  async stop(): Promise<void> {
    await this.#webhooks?.stop();
    this.#news.stop();
  }

  async close(): Promise<void> {
    await Promise.all([this.#operations.close(), this.#subscriptions.close()]);
  }
}
