import { RECORD_FIELDS, type LedgerRecord, RecordReader } from '@lastro/ledger';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { LedgerHead } from '../storage/store.ts';
import { HEAD_SQL, type HeadRow, headOf } from '../storage/postgres/head-row.ts';
import { readPool } from '../storage/postgres/connections.ts';
import type { BatchRow } from './chain-check.ts';

const PAGE_SIZE = 10_000;
const COPY_HEADER_BYTES = 19;
const COPY_TRAILER = -1;

export interface StoredAccountRow {
  readonly number: number;
  readonly id: string;
  readonly currency: string;
  readonly name: string | null;
  readonly metadata: string | null;
  readonly balance: number | null;
  readonly overdraft_limit: number | null;
  readonly entry_count: number | null;
  readonly last_sequence: number | null;
}

export interface CheckpointRow {
  readonly account: number;
  readonly count: number;
  readonly sum: string;
}

export interface RecordWithBytes {
  readonly record: LedgerRecord;
  readonly bytes: Buffer;
}

/** One state of the whole ledger, read while it is in use: two connections that share a snapshot. */
export class LedgerSnapshot {
  readonly #pool: pg.Pool;
  readonly #records: pg.PoolClient;
  readonly #rows: pg.PoolClient;

  private constructor(pool: pg.Pool, records: pg.PoolClient, rows: pg.PoolClient) {
    this.#pool = pool;
    this.#records = records;
    this.#rows = rows;
  }

  static async open(databaseUrl: string, connectTimeoutMs: number): Promise<LedgerSnapshot> {
    // No statement timeout: reading all of a large ledger takes as long as it takes.
    const pool = readPool({
      databaseUrl,
      connectTimeoutMs,
      readConnectionsMax: 2,
      statementTimeoutMs: 0,
      exchangeTimeoutMs: 0,
      stalledCommitTimeoutMs: 0,
    });
    try {
      const [records, rows] = await Promise.all([pool.connect(), pool.connect()]);
      // A lost connection fails the statement under way, or the next one; the event itself must not end the process.
      for (const client of [records, rows]) client.on('error', () => undefined);
      await records.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const exported = await records.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
      await rows.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await rows.query(`SET TRANSACTION SNAPSHOT '${exported.rows[0]?.id}'`);
      return new LedgerSnapshot(pool, records, rows);
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  async head(): Promise<LedgerHead> {
    return headOf((await this.#rows.query<HeadRow>(HEAD_SQL)).rows);
  }

  /** Every operation in sequence order, in pieces, with the bytes that the hash chain covers. */
  async *records(): AsyncGenerator<readonly RecordWithBytes[]> {
    const sql = `COPY (SELECT ${RECORD_FIELDS.join(', ')} FROM operation ORDER BY sequence) TO STDOUT (FORMAT binary)`;
    let rest: Buffer = Buffer.alloc(0);
    let headerIsRead = false;
    for await (const piece of this.#records.query(copyTo(sql)) as AsyncIterable<Buffer>) {
      let bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      if (!headerIsRead) {
        if (bytes.length < COPY_HEADER_BYTES) {
          rest = bytes;
          continue;
        }
        bytes = bytes.subarray(COPY_HEADER_BYTES);
        headerIsRead = true;
      }
      const { records, end } = readAll(bytes);
      rest = bytes.subarray(end);
      if (records.length > 0) yield records;
    }
  }

  async *batches(): AsyncGenerator<BatchRow> {
    for (let after = 0; ;) {
      const { rows } = await this.#rows.query<BatchRow>(
        `SELECT number, first_sequence AS "firstSequence", operation_count AS "operationCount", posted_at AS "postedAt", hash
         FROM batch WHERE number > $1 ORDER BY number LIMIT ${PAGE_SIZE}`,
        [after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.number;
    }
  }

  /** Every account that has a row of either kind. */
  async *accounts(): AsyncGenerator<StoredAccountRow> {
    for (let after = 0; ;) {
      const { rows } = await this.#rows.query<StoredAccountRow>(
        `SELECT coalesce(a.number, s.account) AS number, coalesce(a.id, '(no account row)') AS id, coalesce(a.currency, '') AS currency,
                a.name, a.metadata, s.balance, s.overdraft_limit, s.entry_count, s.last_sequence
         FROM account a FULL JOIN account_balance s ON s.account = a.number
         WHERE coalesce(a.number, s.account) > $1 ORDER BY 1 LIMIT ${PAGE_SIZE}`,
        [after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.number;
    }
  }

  /** Number and sum of the checkpoints of every account that has any. */
  async *checkpoints(): AsyncGenerator<CheckpointRow> {
    for (let after = 0; ;) {
      const { rows } = await this.#rows.query<CheckpointRow>(
        `SELECT account, count(*) AS count, sum(sequence)::text AS sum FROM account_checkpoint
         WHERE account > $1 GROUP BY account ORDER BY account LIMIT ${PAGE_SIZE}`,
        [after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.account;
    }
  }

  async batchHash(number: number): Promise<Buffer | undefined> {
    const { rows } = await this.#rows.query<{ hash: Buffer }>('SELECT hash FROM batch WHERE number = $1', [
      number,
    ]);
    return rows[0]?.hash;
  }

  async close(): Promise<void> {
    this.#records.release(true);
    this.#rows.release(true);
    await this.#pool.end();
  }
}

function readAll(bytes: Buffer): { records: RecordWithBytes[]; end: number } {
  const reader = new RecordReader(bytes);
  const records: RecordWithBytes[] = [];
  for (;;) {
    const start = reader.offset;
    const isTrailer = start + 2 <= bytes.length && bytes.readInt16BE(start) === COPY_TRAILER;
    const record = isTrailer ? undefined : reader.next();
    if (record === undefined) return { records, end: start };
    records.push({ record, bytes: bytes.subarray(start, reader.offset) });
  }
}
