import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { BatchRow, ChainPlace } from './chain-check.ts';
import { RowReader } from './row-reader.ts';
import { ACCOUNT_FIELDS, CHECKPOINT_ENTRIES, CHANGE_FIELDS, OPEN_HOLD_FIELDS } from './table-columns.ts';
import { RECORD_FIELDS, TYPE_NUMBERS } from '@lastro/ledger';
import { primaryAt } from '../storage/postgres/connections.ts';

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
  readonly status: number;
  readonly name: string | null;
  readonly metadata: string | null;
}

/** A row of the table of holds. */
export interface HoldRow {
  readonly id: string;
  readonly account: number;
  readonly payee: number;
  readonly amount: number;
  /** Microseconds since 2000. */
  readonly expiresAtMicros: number | null;
  readonly status: number;
  readonly captured: number;
  readonly openedSequence: number;
  readonly closedSequence: number | null;
}

/** What a reversal reverses, and what its row says beside it. */
export interface ReversalRow {
  /** Of the reversal. */
  readonly sequence: number;
  /** Of the original; null: there is no such operation. */
  readonly original: number | null;
  readonly type: number;
  readonly reason: number | null;
  readonly amount: number;
  readonly debit: number;
  readonly credit: number;
  /** Minor units of the original that were reversed before; null: none. */
  readonly before: number | null;
  /** The same after it; null: it has no row. */
  readonly reversed: number | null;
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
  SELECT ${inexact('a.number', 'number')}, a.id, a.currency, ${inexact('s.overdraft_limit', 'overdraftLimit')}, s.status,
         a.name, a.metadata
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

const MICROS_TO_2000 = 946_684_800_000_000;

const HOLDS_SQL = `
  SELECT id, ${inexact('account', 'account')}, ${inexact('payee', 'payee')}, ${inexact('amount', 'amount')},
         ${inexact(`extract(epoch FROM expires_at) * 1000000 - ${MICROS_TO_2000}`, 'expiresAtMicros')},
         status, ${inexact('captured', 'captured')}, ${inexact('opened_sequence', 'openedSequence')},
         ${inexact('closed_sequence', 'closedSequence')}
  FROM hold WHERE id = ANY($1::uuid[])`;

const REVERSALS_SQL = `
  SELECT ${inexact('n.sequence', 'sequence')}, ${inexact('o.sequence', 'original')}, o.type, o.reason, ${inexact('o.amount', 'amount')},
         ${inexact('o.debit_account', 'debit')}, ${inexact('o.credit_account', 'credit')}, ${inexact('r.reversed', 'reversed')},
         ${inexact(
           `SELECT b.reversed FROM reversal b WHERE b.original = o.sequence AND b.sequence < n.sequence
            ORDER BY b.sequence DESC LIMIT 1`,
           'before',
         )}
  FROM unnest($1::bigint[], $2::uuid[]) AS n (sequence, original) LEFT JOIN operation o ON o.id = n.original
  LEFT JOIN reversal r ON r.original = o.sequence AND r.sequence = n.sequence ORDER BY n.sequence`;

/** The types of operations that say what an account is. */
const TERMS_TYPES = ['open', 'freeze', 'unfreeze', 'close', 'update'] as const;
const CHANGES_SQL = TERMS_TYPES.map((type) => TYPE_NUMBERS[type]).join(', ');

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
    const connectionString = await primaryAt(databaseUrl, connectTimeoutMs);
    const connect = async (): Promise<pg.Client> => {
      const client = new pg.Client({
        connectionString,
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

  /** Whether the ledger is of a version that knows holds, reversals and the status of accounts. */
  async hasHolds(): Promise<boolean> {
    const { rows } = await this.#lookUp.query<{ hold: string | null }>("SELECT to_regclass('hold') AS hold");
    return rows[0]!.hold !== null;
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

  /**
   * The holds that were open when the ledger ended with `sequence`, by id, in pieces. What the row of one says of its end
   * is left out when that came later.
   */
  openHolds(sequence: number): AsyncGenerator<RowReader> {
    const open = 'closed_sequence IS NULL';
    const fields = OPEN_HOLD_FIELDS.map((field) => {
      if (field === 'status') return `CASE WHEN ${open} THEN status ELSE 0::smallint END`;
      return field === 'captured' ? `CASE WHEN ${open} THEN captured ELSE 0 END` : field;
    });
    return this.#copy(
      `SELECT ${fields.join(', ')} FROM hold
       WHERE opened_sequence <= ${sequence} AND (${open} OR closed_sequence > ${sequence}) ORDER BY id`,
      OPEN_HOLD_FIELDS.length,
    );
  }

  /** The rows of these holds, as far as there are any. */
  async holds(ids: readonly string[]): Promise<readonly HoldRow[]> {
    return (await this.#lookUp.query<HoldRow>(HOLDS_SQL, [ids])).rows;
  }

  /** What these reversals reverse, and what their rows say: one for each, in the order of their sequences. */
  async reversals(
    sequences: readonly number[],
    originals: readonly string[],
  ): Promise<readonly ReversalRow[]> {
    return (await this.#lookUp.query<ReversalRow>(REVERSALS_SQL, [sequences, originals])).rows;
  }

  /** How many rows these tables have. */
  async counts(): Promise<{ readonly holds: number; readonly reversals: number }> {
    const { rows } = await this.#lookUp.query<{ holds: number; reversals: number }>(
      `SELECT ${inexact('SELECT count(*) FROM hold', 'holds')}, ${inexact('SELECT count(*) FROM reversal', 'reversals')}`,
    );
    return rows[0]!;
  }

  /** Holds that no operation has made: their ids, a few of them. */
  async strangeHolds(limit: number): Promise<readonly string[]> {
    const { rows } = await this.#lookUp.query<{ id: string }>(
      `SELECT h.id FROM hold h WHERE NOT EXISTS (
         SELECT FROM operation o
         WHERE o.sequence = h.opened_sequence AND o.id = h.id AND o.type = ${TYPE_NUMBERS.hold} AND o.reason IS NULL)
       LIMIT ${limit}`,
    );
    return rows.map(({ id }) => id);
  }

  /** Rows of reversals that no operation is: their sequences, a few of them. */
  async strangeReversals(limit: number): Promise<readonly number[]> {
    const { rows } = await this.#lookUp.query<{ sequence: number }>(
      `SELECT ${inexact('r.sequence', 'sequence')} FROM reversal r LEFT JOIN operation o ON o.sequence = r.sequence
       WHERE (o.type = ${TYPE_NUMBERS.reversal} AND o.reason IS NULL) IS NOT TRUE LIMIT ${limit}`,
    );
    return rows.map(({ sequence }) => sequence);
  }

  /** The numbers of the accounts that were changed, beside their entries, after `sequence`. */
  async changedAfter(sequence: number): Promise<readonly number[]> {
    const { rows } = await this.#lookUp.query<{ number: number }>(
      `SELECT DISTINCT ${inexact('debit_account', 'number')} FROM operation
       WHERE sequence > $1 AND type IN (${CHANGES_SQL}) AND reason IS NULL AND debit_account IS NOT NULL`,
      [sequence],
    );
    return rows.map(({ number }) => number);
  }

  /** The posted operations up to `sequence` that say what an account is, in order and in pieces. */
  changes(sequence: number): AsyncGenerator<RowReader> {
    return this.#copy(
      `SELECT ${CHANGE_FIELDS.join(', ')} FROM operation
       WHERE sequence <= ${sequence} AND type IN (${CHANGES_SQL}) AND reason IS NULL ORDER BY operation.sequence`,
      CHANGE_FIELDS.length,
    );
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
