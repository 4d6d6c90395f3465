import type { SubmittedMonitor } from '@lastro/contract';
import type pg from 'pg';
import { type PostgresSettings, sidePool, withConnection } from './connections.ts';
import {
  insertMonitor,
  type MonitorAdded,
  type NumberedMonitor,
  removeMonitor,
  selectMonitors,
} from './monitor-rows.ts';

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

  addMonitor(monitor: SubmittedMonitor, countMax: number): Promise<MonitorAdded> {
    return this.#change((client) => insertMonitor(client, monitor, countMax));
  }

  monitors(query: Parameters<typeof selectMonitors>[1]): Promise<NumberedMonitor[]> {
    return this.#change((client) => selectMonitors(client, query));
  }

  removeMonitor(id: string): Promise<boolean> {
    return this.#change((client) => removeMonitor(client, id));
  }

  async close(): Promise<void> {
    await this.#changes.end();
  }

  #change<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withConnection(this.#changes, this.#exchangeTimeoutMs, work);
  }
}
