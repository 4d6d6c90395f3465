import type {
  CreatedWebhook,
  EventPosition,
  SubmittedMonitor,
  SubmittedWebhook,
  Webhook,
  WebhookDeadLetter,
} from '@lastro/contract';
import type pg from 'pg';
import type { Author } from '../../audit/audit-trail.ts';
import { type PostgresSettings, sidePool, withConnection } from './connections.ts';
import {
  insertMonitor,
  type MonitorAdded,
  type NumberedMonitor,
  removeMonitor,
  selectMonitors,
} from './monitor-rows.ts';
import {
  deleteWebhook,
  enableWebhook,
  insertWebhook,
  moveWebhook,
  requestLetter,
  rotateSecret,
  selectLetters,
  selectWebhook,
  selectWebhooks,
} from './webhook-rows.ts';

/** Most connections for what people change of monitors and webhooks, which is seldom. */
const CHANGE_CONNECTIONS_MAX = 2;

/** Who wants to be told what, in PostgreSQL beside the ledger. Every method throws StoreUnavailableError. */
export class PostgresSubscriptions {
  readonly #changes: pg.Pool;
  readonly #exchangeTimeoutMs: number;

  constructor(settings: PostgresSettings) {
    this.#changes = sidePool(settings, CHANGE_CONNECTIONS_MAX, 'durable');
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
  }

  addMonitor(monitor: SubmittedMonitor, countMax: number, author: Author): Promise<MonitorAdded> {
    return this.#change((client) => insertMonitor(client, monitor, countMax, author));
  }

  monitors(query: Parameters<typeof selectMonitors>[1]): Promise<NumberedMonitor[]> {
    return this.#change((client) => selectMonitors(client, query));
  }

  removeMonitor(id: string, author: Author): Promise<boolean> {
    return this.#change((client) => removeMonitor(client, id, author));
  }

  addWebhook(
    webhook: SubmittedWebhook,
    countMax: number,
    author: Author,
  ): Promise<CreatedWebhook | undefined> {
    return this.#change((client) => insertWebhook(client, webhook, countMax, author));
  }

  webhook(id: string): Promise<Webhook | undefined> {
    return this.#change((client) => selectWebhook(client, id));
  }

  webhooks(): Promise<Webhook[]> {
    return this.#change(selectWebhooks);
  }

  deleteWebhook(id: string, author: Author): Promise<boolean> {
    return this.#change((client) => deleteWebhook(client, id, author));
  }

  moveWebhook(id: string, sequence: number, author: Author): Promise<boolean> {
    return this.#change((client) => moveWebhook(client, id, sequence, author));
  }

  enableWebhook(id: string, author: Author): Promise<boolean> {
    return this.#change((client) => enableWebhook(client, id, author));
  }

  rotateSecret(rotation: Parameters<typeof rotateSecret>[1], author: Author): Promise<string | undefined> {
    return this.#change((client) => rotateSecret(client, rotation, author));
  }

  letters(query: Parameters<typeof selectLetters>[1]): Promise<WebhookDeadLetter[] | undefined> {
    return this.#change((client) => selectLetters(client, query));
  }

  requestLetter(id: string, event: EventPosition, author: Author): Promise<boolean> {
    return this.#change((client) => requestLetter(client, id, event, author));
  }

  async close(): Promise<void> {
    await this.#changes.end();
  }

  #change<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withConnection(this.#changes, this.#exchangeTimeoutMs, work);
  }
}
