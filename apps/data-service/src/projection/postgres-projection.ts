import type { Moment } from '@lastro/contract';
import type pg from 'pg';
import {
  inSnapshot,
  type PostgresSettings,
  projectionPool,
  searchPool,
  withConnection,
} from '../storage/postgres/connections.ts';
import type { TrialBalanceLine } from '../storage/store.ts';
import { findAccounts } from './find-accounts.ts';
import { findOperations } from './find-operations.ts';
import type {
  AccountSearch,
  FoundAccounts,
  FoundOperations,
  LedgerFinder,
  OperationSearch,
} from './ledger-finder.ts';
import { type Pause, STEP_PAUSES_MAX_MS } from './pacer.ts';
import { selectTrialBalanceAt } from './past-trial-balance.ts';
import { type FeedStep, ProjectionFeed } from './projection-feed.ts';

export interface ProjectionSettings extends Pick<PostgresSettings, 'databaseUrl' | 'connectTimeoutMs'> {
  /** Standbys, for what says how far it goes. */
  readonly readDatabaseUrl?: string | undefined;
  readonly searchConnectionsMax: number;
  /** Longest wait for one statement of a search, or of a step that feeds. */
  readonly searchTimeoutMs: number;
  /** Most accounts of a customer that one search looks at. */
  readonly searchAccountsMax: number;
  /** After so long, a search answers with what it has found. */
  readonly searchTimeMaxMs: number;
}

/** The projection in the ledger's own PostgreSQL: searches in it, and what feeds it, each on connections of its own. */
export class PostgresProjection implements LedgerFinder {
  readonly #searches: pg.Pool;
  /** For what says how far it goes; perhaps of standbys. */
  readonly #laggingSearches: pg.Pool;
  readonly #feeding: pg.Pool;
  readonly #settings: ProjectionSettings;
  readonly #feed = new ProjectionFeed();

  constructor(settings: ProjectionSettings) {
    const { databaseUrl, connectTimeoutMs, searchTimeoutMs } = settings;
    const common = { databaseUrl, connectTimeoutMs, statementTimeoutMs: searchTimeoutMs };
    this.#searches = searchPool({ ...common, connectionsMax: settings.searchConnectionsMax });
    this.#laggingSearches =
      settings.readDatabaseUrl === undefined
        ? this.#searches
        : searchPool({
            ...common,
            databaseUrl: settings.readDatabaseUrl,
            role: 'prefer-standby',
            connectionsMax: settings.searchConnectionsMax,
          });
    this.#feeding = projectionPool(common);
    this.#settings = settings;
  }

  /** Feeds the projection with the next operations, `operationsMax` at most, with a `pause` after each slice. @throws StoreUnavailableError */
  step(operationsMax: number, pause?: Pause): Promise<FeedStep> {
    return withConnection(this.#feeding, this.#exchangeTimeoutMs + STEP_PAUSES_MAX_MS, (client) =>
      this.#feed.step(client, operationsMax, pause),
    );
  }

  operations(search: OperationSearch): Promise<FoundOperations> {
    return this.#inSnapshot(
      (client) => findOperations(client, search, this.#settings),
      this.#laggingSearches,
    );
  }

  accounts(search: AccountSearch): Promise<FoundAccounts> {
    return this.#inSnapshot((client) => findAccounts(client, search, this.#settings.searchAccountsMax));
  }

  trialBalanceAt(at: Moment): Promise<{ sequence: number; lines: readonly TrialBalanceLine[] }> {
    return this.#inSnapshot((client) => selectTrialBalanceAt(client, at), this.#laggingSearches);
  }

  async close(): Promise<void> {
    const pools = new Set([this.#searches, this.#laggingSearches, this.#feeding]);
    await Promise.all([...pools].map((pool) => pool.end()));
  }

  /** Several statements that see one state of the ledger and of the projection. */
  #inSnapshot<Result>(
    read: (client: pg.PoolClient) => Promise<Result>,
    pool = this.#searches,
  ): Promise<Result> {
    return withConnection(pool, this.#exchangeTimeoutMs, (client) => inSnapshot(client, () => read(client)));
  }

  /** A few statements, of which each may take as long as it is allowed. */
  get #exchangeTimeoutMs(): number {
    return this.#settings.searchTimeoutMs * 2;
  }
}
