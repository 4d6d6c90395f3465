import assert from 'node:assert/strict';
import type pg from 'pg';
import { feedStatements, snapshotStatements } from './feed-statements.ts';
import type { Pause } from './pacer.ts';

/** The tables that are read. */
export const LIVE_SCHEMA = 'projection';

/** Balances are kept once in so many operations, or twice as many as there are accounts: rows stay fewer than operations. */
export const SNAPSHOT_OPERATIONS_MIN = 2 ** 18;
const SNAPSHOT_OPERATIONS_PER_ACCOUNT = 2;

/** Where a projection stands, after one step of feeding it. */
export interface FeedStep {
  /** Operations that were fed meanwhile. */
  readonly fed: number;
  /** Up to this sequence it is fed. */
  readonly sequence: number;
  /** The newest sequence in the ledger. */
  readonly head: number;
  /** When the first operation was posted that is not fed; RFC 3339. Absent when all are. */
  readonly oldestUnfedAt?: string;
}

/** While there is more to feed, balances are fed once in so many operations: an account's newest balance is all that counts. */
const BALANCE_STRIDE_OPERATIONS = 50_000;

/** Any number that no other program takes for an advisory lock: "balances" in ASCII. */
const BALANCES_LOCK = '0x62616c616e636573';

export interface FeedSizes {
  /** Balances are kept once in so many operations, if that is more than twice the number of accounts. */
  readonly snapshotOperationsMin: number;
  /** Operations whose balances are gathered between two pauses: some milliseconds' work. */
  readonly sliceOperations: number;
}

const USUAL_SIZES: FeedSizes = {
  snapshotOperationsMin: SNAPSHOT_OPERATIONS_MIN,
  sliceOperations: 1_000,
};

interface PositionRow {
  readonly sequence: number;
  readonly balance_sequence: number;
  readonly snapshot_sequence: number;
  readonly head: number;
  readonly account_count: number;
}

/**
 * Feeds one set of projection tables from the ledger. A step is one transaction that also moves the position, so that
 * whatever dies in the middle, each operation counts once. Of several feeds of one set, one is at work at a time. Its transactions
 * are short: while one is open, what every commit changes cannot be pruned, and commits become slower.
 */
export class ProjectionFeed {
  readonly #schema: string;
  readonly #sizes: FeedSizes;
  readonly #statements: ReturnType<typeof feedStatements>;

  constructor(schema: string = LIVE_SCHEMA, sizes: Partial<FeedSizes> = {}) {
    this.#schema = schema;
    this.#sizes = { ...USUAL_SIZES, ...sizes };
    this.#statements = feedStatements(schema);
  }

  /**
   * Feeds the next operations, `operationsMax` at most; none when there are none, or another feed is at work. When balances are
   * due they follow; what leads up to that is done in slices, with a `pause` after each, as no lock is held meanwhile.
   *
   * @throws Error when the projection is ahead of the ledger: then it is of another one.
   */
  async step(client: pg.PoolClient, operationsMax: number, pause: Pause = goOn): Promise<FeedStep> {
    const seen = await this.#position(client, '');
    assert(seen !== undefined, `${this.#schema}.position has no row: run 'lastro reindex'`);
    assert(seen.sequence <= seen.head, "the projection is ahead of the ledger: run 'lastro reindex'");
    const listed = seen.sequence === seen.head ? seen : await this.#listNext(client, seen, operationsMax);
    if (areBalancesDue(listed)) await this.#feedBalances(client, listed, pause);
    const { sequence, head } = listed;
    const step = { fed: sequence - seen.sequence, sequence, head };
    return sequence === head ? step : { ...step, oldestUnfedAt: await postedAt(client, sequence + 1) };
  }

  /** Feeds all there is, inside a transaction of the caller's. The newest sequence that is fed then. */
  async finish(client: pg.PoolClient): Promise<number> {
    const position = await this.#position(client, 'FOR UPDATE OF p');
    assert(position !== undefined);
    const { sequence, balance_sequence, head } = position;
    if (sequence < head) await this.#list(client, sequence, head);
    if (balance_sequence < head) {
      const balances = await this.#gatherBalances(client, balance_sequence, head, goOn);
      await this.#writeBalances(client, position, head, balances);
    }
    return head;
  }

  /** Where the projection stands then. */
  async #listNext(client: pg.PoolClient, seen: PositionRow, operationsMax: number): Promise<PositionRow> {
    await client.query('BEGIN');
    const position = await this.#position(client, 'FOR UPDATE OF p SKIP LOCKED');
    if (position === undefined) {
      // Another feed is at work.
      await client.query('ROLLBACK');
      return seen;
    }
    const sequence = Math.min(position.head, position.sequence + operationsMax);
    if (sequence > position.sequence) await this.#list(client, position.sequence, sequence);
    await client.query('COMMIT');
    return { ...position, sequence };
  }

  async #position(client: pg.PoolClient, lock: string): Promise<PositionRow | undefined> {
    const { rows } = await client.query<PositionRow>(
      `SELECT p.sequence, p.balance_sequence, p.snapshot_sequence, h.sequence AS head, h.account_count
       FROM ${this.#schema}.position p, ledger_head h ${lock}`,
    );
    return rows[0];
  }

  /** What the operations after `from` up to `to` are found by. */
  async #list(client: pg.PoolClient, from: number, to: number): Promise<void> {
    await client.query({ ...this.#statements.listing, values: [from, to] });
    await client.query(`UPDATE ${this.#schema}.position SET sequence = $1`, [to]);
  }

  /** Of the services that have a feed, one does it: gathering takes a while, and holds up nobody else. */
  async #feedBalances(client: pg.PoolClient, seen: PositionRow, pause: Pause): Promise<void> {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(${BigInt(BALANCES_LOCK)}) AS locked`,
    );
    if (rows[0]?.locked !== true) return;
    const from = seen.balance_sequence;
    const to = Math.min(seen.sequence, from + BALANCE_STRIDE_OPERATIONS);
    const balances = await this.#gatherBalances(client, from, to, pause);
    await client.query('BEGIN');
    const position = await this.#position(client, 'FOR UPDATE OF p');
    // Otherwise the tables are others meanwhile, as after a rebuild.
    if (position?.balance_sequence === from && position.sequence >= to)
      await this.#writeBalances(client, position, to, balances);
    await client.query('COMMIT');
    await client.query(`SELECT pg_advisory_unlock(${BigInt(BALANCES_LOCK)})`);
  }

  /** The newest balance of each account (by its number) that has one among the operations after `from` up to `to`. */
  async #gatherBalances(
    client: pg.PoolClient,
    from: number,
    to: number,
    pause: Pause,
  ): Promise<Map<number, number>> {
    const newest = new Map<number, number>();
    for (let start = from; start < to; start += this.#sizes.sliceOperations) {
      const end = Math.min(to, start + this.#sizes.sliceOperations);
      const { rows } = await client.query<[account: number, balance: number]>({
        ...this.#statements.movements,
        values: [start, end],
        rowMode: 'array',
      });
      for (const [account, balance] of rows) newest.set(account, balance);
      await pause();
    }
    return newest;
  }

  /** `balances` become those at `to`; from time to time all are kept. */
  async #writeBalances(
    client: pg.PoolClient,
    from: PositionRow,
    to: number,
    balances: ReadonlyMap<number, number>,
  ): Promise<void> {
    const values = [[...balances.keys()], [...balances.values()]];
    await client.query({ ...this.#statements.balances, values });
    await client.query(`UPDATE ${this.#schema}.position SET balance_sequence = $1`, [to]);
    const snapshotOperations = Math.max(
      this.#sizes.snapshotOperationsMin,
      from.account_count * SNAPSHOT_OPERATIONS_PER_ACCOUNT,
    );
    if (to - from.snapshot_sequence < snapshotOperations) return;
    for (const text of snapshotStatements(this.#schema)) await client.query(text, [to]);
  }
}

const goOn: Pause = () => Promise.resolve();

/** While there is more to list, balances are fed in strides. */
function areBalancesDue({ sequence, balance_sequence, head }: PositionRow): boolean {
  const ahead = sequence - balance_sequence;
  return ahead >= BALANCE_STRIDE_OPERATIONS || (ahead > 0 && sequence === head);
}

async function postedAt(client: pg.PoolClient, sequence: number): Promise<string> {
  const { rows } = await client.query<{ posted_at: string }>(
    'SELECT b.posted_at FROM operation o JOIN batch b ON b.number = o.batch WHERE o.sequence = $1',
    [sequence],
  );
  assert(rows[0] !== undefined);
  return rows[0].posted_at;
}
