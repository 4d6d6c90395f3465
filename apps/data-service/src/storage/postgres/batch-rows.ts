import type { CommittedBatch } from '@lastro/contract';
import type pg from 'pg';
import type { StoredOperation } from '../store.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

/** What its operations have become is counted when it is shown: a page of batches reads no more of them than this, if not one batch has more. */
const OPERATIONS_COUNTED_MAX = 50_000;

interface BatchRow {
  readonly number: number;
  readonly first_sequence: number;
  readonly operation_count: number;
  readonly posted_at: string;
  readonly hash: Buffer;
  /** Null for the first. */
  readonly previous_hash: Buffer | null;
  readonly posted: number;
  readonly accepted_by: readonly string[] | null;
}

const BATCH_COLUMNS = 'b.number, b.first_sequence, b.operation_count, b.posted_at, b.hash';
const COUNTED = `
  ${BATCH_COLUMNS}, (SELECT p.hash FROM batch p WHERE p.number = b.number - 1) AS previous_hash, counted.*`;
const COUNTS = `
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.reason IS NULL) AS posted,
           array_agg(DISTINCT o.accepted_by ORDER BY o.accepted_by) AS accepted_by
    FROM operation o WHERE o.sequence >= b.first_sequence AND o.sequence < b.first_sequence + b.operation_count
  ) counted`;

/** Batches with a number below `before`, newest first: up to `limit`, and at least one where there is any. */
export async function selectBatches(
  client: pg.PoolClient,
  before: number | undefined,
  limit: number,
): Promise<CommittedBatch[]> {
  const text = `
    SELECT ${COUNTED} FROM (
      SELECT b.*, sum(b.operation_count) OVER (ORDER BY b.number DESC ROWS UNBOUNDED PRECEDING) - b.operation_count AS newer
      FROM (SELECT * FROM batch WHERE number < $1 ORDER BY number DESC LIMIT $2) b
    ) b ${COUNTS} WHERE b.newer < $3 ORDER BY b.number DESC`;
  const values = [before ?? Number.MAX_SAFE_INTEGER, limit, OPERATIONS_COUNTED_MAX];
  const { rows } = await client.query<BatchRow>({ name: 'batches', text, values });
  return rows.map(committedBatch);
}

export async function selectBatch(
  client: pg.PoolClient,
  number: number,
): Promise<CommittedBatch | undefined> {
  const text = `SELECT ${COUNTED} FROM batch b ${COUNTS} WHERE b.number = $1`;
  const { rows } = await client.query<BatchRow>({ name: 'batch', text, values: [number] });
  return rows[0] && committedBatch(rows[0]);
}

/** Operations with a sequence from `first` to `last`, in order, up to `limit`. */
export async function selectOperations(
  client: pg.PoolClient,
  { first, last, limit }: { readonly first: number; readonly last: number; readonly limit: number },
): Promise<StoredOperation[]> {
  const text = `
    SELECT ${OPERATION_COLUMNS} FROM (
      SELECT * FROM operation WHERE sequence BETWEEN $1 AND $2 ORDER BY sequence LIMIT $3
    ) o ${OPERATION_JOINS} ORDER BY o.sequence`;
  const values = [first, last, limit];
  const { rows } = await client.query<OperationRow>({ name: 'operations-of-batch', text, values });
  return rows.map(storedOperation);
}

function committedBatch(row: BatchRow): CommittedBatch {
  return {
    number: row.number,
    firstSequence: row.first_sequence,
    lastSequence: row.first_sequence + row.operation_count - 1,
    operations: row.operation_count,
    posted: row.posted,
    rejected: row.operation_count - row.posted,
    postedAt: row.posted_at,
    hash: row.hash.toString('hex'),
    previousHash: row.previous_hash?.toString('hex') ?? '0'.repeat(row.hash.length * 2),
    acceptedBy: [...(row.accepted_by ?? [])],
  };
}
