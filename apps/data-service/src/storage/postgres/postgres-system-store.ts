import type pg from 'pg';
import type { LedgerHead, TrialBalanceLine } from '../store.ts';
import type { EngineVitals, SystemStore } from '../../system/system-store.ts';
import { selectTrialBalance } from './account-reads.ts';
import { inSnapshot, type PostgresSettings, readPool, withAnyConnection } from './connections.ts';
import { HEAD_SQL, type HeadRow, headOf } from './head-row.ts';

const VITALS_SQL = `
  SELECT clock_timestamp() AS at, pg_database_size(current_database()) AS "sizeBytes",
    (SELECT count(*) FROM pg_stat_replication) AS standbys,
    (SELECT taken_at FROM newest_backup) AS "backupTakenAt"`;

/** One connection for the head, so that it is answered while the other adds up. Unused, they are closed after a while. */
const CONNECTIONS_MAX = 2;

export class PostgresSystemStore implements SystemStore {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;

  constructor(settings: PostgresSettings) {
    this.#pool = readPool({ ...settings, readConnectionsMax: CONNECTIONS_MAX });
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
  }

  head(): Promise<LedgerHead> {
    return this.#read(async (client) => headOf((await client.query<HeadRow>(HEAD_SQL)).rows));
  }

  trialBalance(): Promise<{ sequence: number; lines: readonly TrialBalanceLine[] }> {
    return this.#read((client) => inSnapshot(client, () => selectTrialBalance(client)));
  }

  async vitals(): Promise<EngineVitals> {
    return this.#read(async (client) => (await client.query<EngineVitals>(VITALS_SQL)).rows[0]!);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #read<Result>(read: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withAnyConnection(this.#pool, this.#exchangeTimeoutMs, read);
  }
}
