import type pg from 'pg';
import type { LedgerStore } from '../store.ts';
import { selectStatement } from './account-chain.ts';
import { selectAccount, selectTrialBalance } from './account-reads.ts';
import { inSnapshot, type PostgresSettings, readPool, withAnyConnection } from './connections.ts';
import { headSequence } from './moments.ts';

/** Reads of what may be a little older than the ledger is. */
export type LaggingReads = Pick<LedgerStore, 'findAccount' | 'statement' | 'trialBalance'>;

/** How far what was read goes. */
export interface ReadStanding {
  /** The newest operation that it counts. */
  readonly sequence: number;
  /** All that was committed so long before is in it. Grows while nothing is committed; 0 on the primary. Absent: nobody knows. */
  readonly ageMaxMs: number | undefined;
}

const AGE_SQL = `
  SELECT CASE WHEN pg_is_in_recovery() AND at IS NULL THEN NULL
              WHEN pg_is_in_recovery()
              THEN greatest(0, ceil(extract(epoch FROM clock_timestamp() - at) * 1000))::bigint
              ELSE 0::bigint END AS age
  FROM pg_last_xact_replay_timestamp() AS at`;

/** Reads from standbys, which say how far they go. */
export class StandbyReads {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;

  /** `settings.databaseUrl`: of the standbys; with several, any of them, and the primary while none answers. */
  constructor(settings: PostgresSettings) {
    this.#pool = readPool({ ...settings, role: 'prefer-standby' });
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
  }

  /** `onStanding` is told of each read how far it goes, before the read has its result. */
  telling(onStanding: (standing: ReadStanding) => void): LaggingReads {
    const read = <Result>(work: (client: pg.PoolClient) => Promise<Result>) => this.#read(work, onStanding);
    return {
      findAccount: (id) => read((client) => selectAccount(client, id)),
      statement: (id, range) =>
        read(async (client) => {
          const account = await selectAccount(client, id);
          return account && selectStatement(client, account, range);
        }),
      trialBalance: () => read(selectTrialBalance),
    };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #read<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    onStanding: (standing: ReadStanding) => void,
  ): Promise<Result> {
    return withAnyConnection(this.#pool, this.#exchangeTimeoutMs, async (client) => {
      // Asked before the snapshot is taken, which is then no older.
      const { rows } = await client.query<{ age: number | null }>(AGE_SQL);
      return inSnapshot(client, async () => {
        onStanding({ sequence: await headSequence(client), ageMaxMs: rows[0]!.age ?? undefined });
        return work(client);
      });
    });
  }
}
