import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { BatchRow, ChainPlace } from './chain-check.ts';
import { RowReader } from './row-reader.ts';
import { ACCOUNT_FIELDS, CHECKPOINT_ENTRIES } from './table-columns.ts';
import { RECORD_FIELDS } from '@lastro/ledger';
import { connectionTo } from '../storage/postgres/database-url.ts';

const PAGE_SIZE = 10_000;

/** The newest committed batch, as the head row says. */
export interface HeadRow extends ChainPlace {
  readonly accountCount: number;
  readonly postedAt: string;
}

/** What an account is, without its balance. */
export interface AccountTerms {
  readonly number: number;
  readonly id: string;
  readonly currency: string;
  readonly overdraftLimit: number;
}

export interface CheckpointCount {
  readonly account: number;
  /** Of its checkpoints, and how many of these are no entry of the account that should have one. */
  readonly count: number;
  readonly wrong: number;
}

/**
 * A number that somebody has put outside of the range of I10 must be a finding, not a fault of the driver: a double
 * holds it, if not exactly.
 */
const inexact = (expression: string, name: string): string => `(${expression})::float8 AS "${name}"`;
const instant = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "postedAt"`;

const HEAD_SQL = `
  SELECT ${inexact('batch', 'batch')}, ${inexact('sequence', 'sequence')}, hash, ${inexact('account_count', 'accountCount')},
         ${instant('posted_at')}
  FROM ledger_head`;

const BATCHES_SQL = `
  SELECT ${inexact('number', 'number')}, ${inexact('first_sequence', 'firstSequence')}, ${inexact('operation_count', 'operationCount')},
         ${instant('posted_at')}, hash
  FROM batch`;

const TERMS_SQL = `
  SELECT ${inexact('a.number', 'number')}, a.id, a.currency, ${inexact('s.overdraft_limit', 'overdraftLimit')}
  FROM account a JOIN account_balance s ON s.account = a.number WHERE a.number = ANY($1::bigint[])`;

/** A checkpoint is right when the operation that it names has an entry of the account there, with a number that asks for one. */
const CHECKPOINTS_SQL = (which: string): string => `
  SELECT ${inexact('k.account', 'account')}, ${inexact('count(*)', 'count')},
         ${inexact(
           `count(*) FILTER (WHERE ((o.debit_account = k.account AND o.debit_entry % ${CHECKPOINT_ENTRIES} = 0)
                                 OR (o.credit_account = k.account AND o.credit_entry % ${CHECKPOINT_ENTRIES} = 0)) IS NOT TRUE)`,
           'wrong',
         )}
  FROM account_checkpoint k LEFT JOIN operation o ON o.sequence = k.sequence
  ${which} GROUP BY k.account ORDER BY k.account`;

/**
 * One state of the whole ledger, read while it is in use: two connections that share a snapshot. One streams the large
 * tables in the order of their keys, the other looks things up meanwhile. Nothing is ever in memory as a whole.
 */
export class LedgerSnapshot {
  readonly #stream: pg.Client;
  readonly #lookUp: pg.Client;

  private constructor(stream: pg.Client, lookUp: pg.Client) {
    this.#stream = stream;
    this.#lookUp = lookUp;
  }

  static async open(databaseUrl: string, connectTimeoutMs: number): Promise<LedgerSnapshot> {
    const connect = async (): Promise<pg.Client> => {
      const client = new pg.Client({
        ...connectionTo(databaseUrl),
        connectionTimeoutMillis: connectTimeoutMs,
        keepAlive: true,
        application_name: 'lastro verify',
        // No statement timeout: reading all of a large ledger takes as long as it takes. In the order of an index rather
        // than sorted, which would take the ledger's size again in temporary files.
        options: '-c timezone=UTC -c jit=off -c enable_seqscan=off -c enable_sort=off -c enable_hashjoin=off',
      });
      // A lost connection fails the statement under way, or the next one; the event itself must not end the process.
      client.on('error', () => undefined);
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return client;
    };
    const stream = await connect();
    try {
      const lookUp = await connect();
      const { rows } = await stream.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
      await lookUp.query(`SET TRANSACTION SNAPSHOT '${rows[0]?.id}'`);
      // Look-ups are few at a time: each by its key.
      await lookUp.query('SET LOCAL enable_mergejoin = off');
      return new LedgerSnapshot(stream, lookUp);
    } catch (error) {
      await stream.end();
      throw error;
    }
  }

  /** `undefined`: the row is gone. */
  async head(): Promise<HeadRow | undefined> {
    return (await this.#lookUp.query<HeadRow>(HEAD_SQL)).rows[0];
  }

  /**
   * Every operation, or every one after a sequence, in order and in pieces: the reader is always the same, with the
   * rows of the next piece.
   */
  operations(after: number | undefined): AsyncGenerator<RowReader> {
    const which = after === undefined ? '' : `WHERE sequence > ${after}`;
    const sql = `SELECT ${RECORD_FIELDS.join(', ')} FROM operation ${which} ORDER BY sequence`;
    return this.#copy(sql, RECORD_FIELDS.length);
  }

  /** Every account, by number, in pieces. What an account without a balance holds is absent. */
  accounts(): AsyncGenerator<RowReader> {
    return this.#copy(
      `SELECT ${ACCOUNT_FIELDS.join(', ')} FROM account a LEFT JOIN account_balance s ON s.account = a.number ORDER BY a.number`,
      ACCOUNT_FIELDS.length,
    );
  }

  /** Every batch, or every one after a number, in order. */
  batches(after: number | undefined): AsyncGenerator<BatchRow> {
    const which = after === undefined ? '' : `WHERE number > ${after}`;
    return this.#cursor<BatchRow>('batches', `${BATCHES_SQL} ${which} ORDER BY batch.number`);
  }

  /** What is known beforehand of the accounts with these numbers. */
  async terms(numbers: readonly number[]): Promise<readonly AccountTerms[]> {
    return (await this.#lookUp.query<AccountTerms>(TERMS_SQL, [numbers])).rows;
  }

  /** The checkpoints of every account that has any, by number. */
  checkpoints(): AsyncGenerator<CheckpointCount> {
    return this.#cursor<CheckpointCount>('checkpoints', CHECKPOINTS_SQL(''));
  }

  /** The checkpoints after `sequence` of the accounts with these numbers. */
  async checkpointsSince(sequence: number, numbers: readonly number[]): Promise<readonly CheckpointCount[]> {
    const sql = CHECKPOINTS_SQL('WHERE k.account = ANY($1::bigint[]) AND k.sequence > $2');
    return (await this.#lookUp.query<CheckpointCount>(sql, [numbers, sequence])).rows;
  }

  async batch(number: number): Promise<BatchRow | undefined> {
    return (await this.#lookUp.query<BatchRow>(`${BATCHES_SQL} WHERE number = $1`, [number])).rows[0];
  }

  /** Balances that belong to no account: their numbers, a few of them. */
  async orphanedBalances(limit: number): Promise<readonly number[]> {
    const { rows } = await this.#stream.query<{ account: number }>(
      `SELECT ${inexact('s.account', 'account')} FROM account_balance s LEFT JOIN account a ON a.number = s.account
       WHERE a.number IS NULL ORDER BY s.account LIMIT ${limit}`,
    );
    return rows.map(({ account }) => account);
  }

  /** Ids that more than one account has: a few of them. */
  async repeatedIds(limit: number): Promise<readonly string[]> {
    const { rows } = await this.#stream.query<{ id: string }>(
      `SELECT id FROM account GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT ${limit}`,
    );
    return rows.map(({ id }) => id);
  }

  async close(): Promise<void> {
    await Promise.all([this.#stream.end(), this.#lookUp.end()]);
  }

  async *#copy(sql: string, fieldCount: number): AsyncGenerator<RowReader> {
    const reader = new RowReader(fieldCount);
    const pieces = this.#stream.query(
      copyTo(`COPY (${sql}) TO STDOUT (FORMAT binary)`),
    ) as AsyncIterable<Buffer>;
    for await (const piece of pieces) {
      reader.feed(piece);
      yield reader;
    }
  }

  async *#cursor<Row extends object>(name: string, sql: string): AsyncGenerator<Row> {
    await this.#lookUp.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const { rows } = await this.#lookUp.query<Row>(`FETCH ${PAGE_SIZE} FROM ${name}`);
      if (rows.length === 0) return;
      yield* rows;
    }
  }
}
