import { Counter, Gauge, type Logger, type Registry } from '@lastro/service';
import type { DataServiceConfig } from '../config.ts';
import type { EventLog } from '../events/event-log.ts';
import type { PostgresSettings } from '../storage/postgres/connections.ts';
import { PostgresWebhookStore } from '../storage/postgres/postgres-webhook-store.ts';
import { Slots } from './slots.ts';
import { WebhookDeliveries } from './webhook-deliveries.ts';
import type { DeliveryObserver } from './webhook-delivery.ts';
import { WebhookSender } from './webhook-sender.ts';

/** What delivers the webhooks of a data service. */
export interface Webhooks {
  start(): void;
  /** A webhook was changed. */
  changed(): void;
  stop(): Promise<void>;
}

export function openWebhooks(
  config: DataServiceConfig,
  postgres: PostgresSettings,
  log: EventLog,
  { metrics, logger }: { readonly metrics: Registry; readonly logger: Logger },
): Webhooks {
  const store = new PostgresWebhookStore(postgres);
  const sender = new WebhookSender({
    timeoutMs: config.LASTRO_WEBHOOK_TIMEOUT_MS,
    allowPrivate: config.LASTRO_WEBHOOK_PRIVATE_ADDRESSES === 'allow',
  });
  const limits = {
    attemptsMax: config.LASTRO_WEBHOOK_ATTEMPTS_MAX,
    eventAgeMaxMs: config.LASTRO_WEBHOOK_EVENT_AGE_MAX_MS,
    retryDelayMinMs: config.LASTRO_WEBHOOK_RETRY_DELAY_MIN_MS,
    retryDelayMaxMs: config.LASTRO_WEBHOOK_RETRY_DELAY_MAX_MS,
    disableAfterMs: config.LASTRO_WEBHOOK_DISABLE_AFTER_MS,
    deadLettersMax: config.LASTRO_WEBHOOK_DEAD_LETTERS_MAX,
  };
  const slots = new Slots(config.LASTRO_WEBHOOK_REQUESTS_MAX);
  const deliveries = new WebhookDeliveries(
    { store, log, sender, slots, limits, observer: observerOf(metrics), logger },
    { leaseMs: config.LASTRO_WEBHOOK_LEASE_MS },
  );
  const delivers = config.LASTRO_WEBHOOK_REQUESTS_MAX > 0;
  watchLag(metrics, deliveries, log);
  return {
    start: () => void (delivers && deliveries.start()),
    changed: () => void (delivers && deliveries.lookSoon()),
    async stop() {
      await deliveries.stop();
      await sender.close();
      await store.close();
    },
  };
}

function observerOf(registry: Registry): DeliveryObserver {
  const requests = new Counter({
    name: 'lastro_webhook_requests_total',
    help: 'Events sent to webhooks, by how it ended.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const buried = new Counter({
    name: 'lastro_webhook_dead_letters_total',
    help: 'Events that went to the dead-letter list of their webhook.',
    registers: [registry],
  });
  return {
    delivered: () => requests.inc({ outcome: 'delivered' }),
    failed: () => requests.inc({ outcome: 'failed' }),
    buried: () => buried.inc(),
  };
}

function watchLag(registry: Registry, deliveries: WebhookDeliveries, log: EventLog): void {
  new Gauge({
    name: 'lastro_webhook_lag_operations',
    help: 'Operations that a webhook has not been told of yet; those that this data service delivers for.',
    labelNames: ['webhook'],
    registers: [registry],
    async collect() {
      this.reset();
      const { all } = deliveries;
      if (all.length === 0) return;
      // Figures are asked for also while the ledger is away: then these are missing.
      const end = await log.end().catch(() => undefined);
      if (end === undefined) return;
      for (const { webhook, sequence } of all)
        this.set({ webhook: webhook.id }, Math.max(0, end.through - sequence));
    },
  });
}
