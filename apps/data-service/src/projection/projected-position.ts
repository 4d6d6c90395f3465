import assert from 'node:assert/strict';
import type pg from 'pg';

/** How far the projection has followed the ledger. */
export interface ProjectedPosition {
  /** The newest operation that can be found. */
  readonly sequence: number;
  /** The newest operation that ranges of balances count. */
  readonly balanceSequence: number;
}

/**
 * Where the projection stands. Whoever reads the projection in a transaction asks this first: from then on, until it
 * ends, a rebuilt projection does not take the place of the one that is read.
 */
export async function projectedPosition(client: pg.PoolClient): Promise<ProjectedPosition> {
  const { rows } = await client.query<ProjectedPosition>(
    'SELECT sequence, balance_sequence AS "balanceSequence" FROM projection.position',
  );
  assert(rows[0] !== undefined, "projection.position has no row: run 'lastro reindex'");
  return rows[0];
}
