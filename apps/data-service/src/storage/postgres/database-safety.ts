import type { Logger } from '@lastro/service';
import type pg from 'pg';
import { StoreUnsafeError } from '../store.ts';
import { type PostgresSettings, sidePool, withAnyConnection } from './connections.ts';
import { faultsOf, readFacts } from './database-faults.ts';

export interface SafetyDemands {
  /** So many standbys must have a commit on disk before it counts. */
  readonly synchronousStandbysMin: number;
  /** Only warn where a promise would not hold. */
  readonly allowUnsafe: boolean;
}

/**
 * Whether PostgreSQL is set up so that the promises hold, after the start: its settings may be changed at any time, and
 * another server may be the primary. Each new connection that commits is asked, whoever calls `look` asks again, and with
 * `standbysMin` the commits themselves (`batch-steps.ts`). While something is wrong nothing is committed.
 */
export class DatabaseSafety {
  readonly #demands: SafetyDemands;
  readonly #settings: PostgresSettings;
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  readonly #asked = new WeakSet<pg.PoolClient>();
  /** What was wrong at the newest look, as one text; empty: nothing. */
  #faults = '';

  constructor(settings: PostgresSettings, demands: SafetyDemands, logger: Logger) {
    this.#demands = demands;
    this.#settings = settings;
    this.#pool = sidePool(settings, 1, 'durable');
    this.#logger = logger;
  }

  /** For how many standbys PostgreSQL has to wait with each commit; 0 where it is not refused for that. */
  get standbysMin(): number {
    return this.#demands.allowUnsafe ? 0 : this.#demands.synchronousStandbysMin;
  }

  /** Whether something was wrong at the newest look, be it allowed or not. */
  get isUnsafe(): boolean {
    return this.#faults !== '';
  }

  /** Why nothing is committed; `undefined`: nothing was wrong at the newest look, or it is allowed. */
  get fault(): StoreUnsafeError | undefined {
    if (this.#faults === '' || this.#demands.allowUnsafe) return undefined;
    return new StoreUnsafeError(`PostgreSQL does not keep the promises: ${this.#faults}`);
  }

  /** @throws StoreUnsafeError when it is known that nothing may be committed on `client`, which is asked once. */
  async requireOn(client: pg.PoolClient): Promise<void> {
    if (!this.#asked.has(client)) await this.#ask(client);
    this.#asked.add(client);
    if (this.fault !== undefined) throw this.fault;
  }

  /** Asks PostgreSQL again. @throws StoreUnavailableError: it did not answer, and nothing new is known. */
  async look(): Promise<void> {
    await withAnyConnection(this.#pool, this.#settings.exchangeTimeoutMs, (client) => this.#ask(client));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #ask(client: pg.PoolClient): Promise<void> {
    const facts = await readFacts(client, this.#settings.connectTimeoutMs);
    const faults = faultsOf(facts, this.#demands.synchronousStandbysMin).join('; ');
    if (faults === this.#faults) return;
    this.#faults = faults;
    if (faults === '') this.#logger.warn('PostgreSQL keeps the promises again');
    else if (this.#demands.allowUnsafe)
      this.#logger.warn(`UNSAFE, and going on because of LASTRO_ALLOW_UNSAFE: ${faults}`);
    else
      this.#logger.fatal(
        `PostgreSQL does not keep the promises any more, so nothing is posted until it does: ${faults}`,
      );
  }
}
