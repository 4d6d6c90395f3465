import assert from 'node:assert/strict';
import type pg from 'pg';
import { feedStatements, snapshotStatements } from './feed-statements.ts';

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

interface PositionRow {
  readonly sequence: number;
  readonly balance_sequence: number;
  readonly snapshot_sequence: number;
  readonly head: number;
  readonly account_count: number;
}

/**
 * Feeds one set of projection tables from the ledger. A step is one transaction that also moves the position, so that
 * whatever dies in the middle, each operation counts once. Of several feeds of one set, one is at work at a time.
 */
export class ProjectionFeed {
  readonly #schema: string;
  readonly #snapshotOperationsMin: number;
  readonly #statements: ReturnType<typeof feedStatements>;

  constructor(schema: string = LIVE_SCHEMA, snapshotOperationsMin = SNAPSHOT_OPERATIONS_MIN) {
    this.#schema = schema;
    this.#snapshotOperationsMin = snapshotOperationsMin;
    this.#statements = feedStatements(schema);
  }

  /**
   * Feeds the next operations, `operationsMax` at most; none when there are none, or another feed is at work.
   *
   * @throws Error when the projection is ahead of the ledger: then it is of another one.
   */
  async step(client: pg.PoolClient, operationsMax: number): Promise<FeedStep> {
    const seen = await this.#position(client, '');
    assert(seen !== undefined, `${this.#schema}.position has no row: run 'lastro reindex'`);
    assert(seen.sequence <= seen.head, "the projection is ahead of the ledger: run 'lastro reindex'");
    const { sequence, head } =
      seen.sequence === seen.head ? seen : await this.#feedNext(client, seen, operationsMax);
    const step = { fed: sequence - seen.sequence, sequence, head };
    return sequence === head ? step : { ...step, oldestUnfedAt: await postedAt(client, sequence + 1) };
  }

  /** Where the projection stands then. */
  async #feedNext(client: pg.PoolClient, seen: PositionRow, operationsMax: number): Promise<PositionRow> {
    await client.query('BEGIN');
    const position = await this.#position(client, 'FOR UPDATE OF p SKIP LOCKED');
    if (position === undefined) {
      // Another feed is at work.
      await client.query('ROLLBACK');
      return seen;
    }
    const sequence = Math.min(position.head, position.sequence + operationsMax);
    if (sequence > position.sequence) await this.#feed(client, position, sequence);
    await client.query('COMMIT');
    return { ...position, sequence };
  }

  /** Feeds all there is, inside a transaction of the caller's. The newest sequence that is fed then. */
  async finish(client: pg.PoolClient): Promise<number> {
    const position = await this.#position(client, 'FOR UPDATE OF p');
    assert(position !== undefined);
    if (position.sequence < position.head) await this.#feed(client, position, position.head);
    return position.head;
  }

  async #position(client: pg.PoolClient, lock: string): Promise<PositionRow | undefined> {
    const { rows } = await client.query<PositionRow>(
      `SELECT p.sequence, p.balance_sequence, p.snapshot_sequence, h.sequence AS head, h.account_count
       FROM ${this.#schema}.position p, ledger_head h ${lock}`,
    );
    return rows[0];
  }

  async #feed(client: pg.PoolClient, from: PositionRow, to: number): Promise<void> {
    const { listing, balances } = this.#statements;
    for (const statement of listing) await client.query({ ...statement, values: [from.sequence, to] });
    await client.query(`UPDATE ${this.#schema}.position SET sequence = $1`, [to]);
    if (to < from.head && to - from.balance_sequence < BALANCE_STRIDE_OPERATIONS) return;
    for (const statement of balances)
      await client.query({ ...statement, values: [from.balance_sequence, to] });
    await client.query(`UPDATE ${this.#schema}.position SET balance_sequence = $1`, [to]);
    const snapshotOperations = Math.max(
      this.#snapshotOperationsMin,
      from.account_count * SNAPSHOT_OPERATIONS_PER_ACCOUNT,
    );
    if (to - from.snapshot_sequence < snapshotOperations) return;
    for (const text of snapshotStatements(this.#schema)) await client.query(text, [to]);
  }
}

async function postedAt(client: pg.PoolClient, sequence: number): Promise<string> {
  const { rows } = await client.query<{ posted_at: string }>(
    'SELECT b.posted_at FROM operation o JOIN batch b ON b.number = o.batch WHERE o.sequence = $1',
    [sequence],
  );
  assert(rows[0] !== undefined);
  return rows[0].posted_at;
}
