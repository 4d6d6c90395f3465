import type pg from 'pg';
import { projectionPool, withConnection } from '../storage/postgres/connections.ts';
import { migrate } from '../storage/postgres/migrate.ts';
import { Pacer } from './pacer.ts';
import { LIVE_SCHEMA, ProjectionFeed } from './projection-feed.ts';

/** What is being built; it takes the place of the projection in one transaction. */
const NEXT_SCHEMA = 'projection_next';

/** Any number that no other program takes for an advisory lock: "reindex" in ASCII. */
const REBUILD_LOCK = '0x7265696e646578';

/** Longest that one statement may take, such as a snapshot of all balances. */
const STATEMENT_TIMEOUT_MS = 600_000;
const CONNECT_TIMEOUT_MS = 5_000;
const REBUILD_TIMEOUT_MS = 24 * 3_600_000;
/** Longest wait for searches that are under way to end, before the new projection takes the place of the old. */
const SWAP_TIMEOUT_MS = 30_000;

export interface RebuildOptions {
  readonly databaseUrl: string;
  /** Part of the time that it works while commits are under way. */
  readonly busyShareMax: number;
  readonly stepOperationsMax: number;
  readonly onProgress?: (sequence: number, head: number) => void;
}

export interface RebuildReport {
  /** Operations in the new projection. */
  readonly operations: number;
}

/** Another rebuild is under way on the same ledger. */
export class RebuildUnderWayError extends Error {
  override readonly name = 'RebuildUnderWayError';
}

/**
 * Builds the projection again from the ledger, beside the one in use, which answers until the new one takes its place.
 * Works on a running bank, and yields to its commits. When it dies in the middle nothing has changed, and the next
 * rebuild begins anew.
 *
 * @throws StoreUnavailableError, NewerSchemaError, RebuildUnderWayError
 */
export async function rebuildProjection(options: RebuildOptions): Promise<RebuildReport> {
  const pool = projectionPool({
    databaseUrl: options.databaseUrl,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    await migrate(pool);
    return await withConnection(pool, REBUILD_TIMEOUT_MS, (client) => rebuild(client, options));
  } finally {
    await pool.end();
  }
}

async function rebuild(client: pg.PoolClient, options: RebuildOptions): Promise<RebuildReport> {
  // Held by the session: whatever becomes of it, the next rebuild finds it free.
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(${BigInt(REBUILD_LOCK)}) AS locked`,
  );
  if (rows[0]?.locked !== true)
    throw new RebuildUnderWayError('another rebuild of what is searched is under way');
  await client.query(`DROP SCHEMA IF EXISTS ${NEXT_SCHEMA} CASCADE`);
  await client.query('SELECT create_projection($1)', [NEXT_SCHEMA]);
  const feed = new ProjectionFeed(NEXT_SCHEMA);
  await catchUp(client, feed, options);
  const operations = await takePlace(client, feed);
  await client.query(`SELECT pg_advisory_unlock(${BigInt(REBUILD_LOCK)})`);
  return { operations };
}

async function catchUp(client: pg.PoolClient, feed: ProjectionFeed, options: RebuildOptions): Promise<void> {
  const { stepOperationsMax, busyShareMax, onProgress } = options;
  const pacer = new Pacer(busyShareMax);
  for (;;) {
    const step = await feed.step(client, pacer.begin(stepOperationsMax), pacer.pause);
    onProgress?.(step.sequence, step.head);
    if (step.head - step.sequence <= stepOperationsMax) return;
    await pacer.rest(step.head, 0);
  }
}

/** The new projection takes the place of the old, complete to the newest operation; searches wait for that moment. */
async function takePlace(client: pg.PoolClient, feed: ProjectionFeed): Promise<number> {
  await client.query(
    `ANALYZE ${NEXT_SCHEMA}.operation, ${NEXT_SCHEMA}.entry, ${NEXT_SCHEMA}.metadata, ${NEXT_SCHEMA}.balance`,
  );
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = ${SWAP_TIMEOUT_MS}`);
  // Whoever reads or feeds the projection has touched this table first: nobody is in the middle of anything.
  await client.query(`LOCK TABLE ${LIVE_SCHEMA}.position IN ACCESS EXCLUSIVE MODE`);
  const operations = await feed.finish(client);
  await client.query(`DROP SCHEMA ${LIVE_SCHEMA} CASCADE`);
  await client.query(`ALTER SCHEMA ${NEXT_SCHEMA} RENAME TO ${LIVE_SCHEMA}`);
  await client.query('COMMIT');
  return operations;
}
