import type pg from 'pg';
import type { ReversalsView } from '../store.ts';
import { selectReversibles } from './locked-ledger.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

/** Most reversals of one operation that are shown: the first ones. */
const REVERSALS_SHOWN_MAX = 1000;

/** An operation with its reversals. Runs in a snapshot of the caller's. */
export async function selectReversals(client: pg.PoolClient, id: string): Promise<ReversalsView | undefined> {
  const original = (await selectReversibles(client, [id])).get(id);
  if (original === undefined) return undefined;
  const text = `
    SELECT ${OPERATION_COLUMNS} FROM reversal r JOIN operation o ON o.sequence = r.sequence ${OPERATION_JOINS}
    WHERE r.original = $1 ORDER BY r.sequence LIMIT ${REVERSALS_SHOWN_MAX}`;
  const { rows } = await client.query<OperationRow>({ name: 'reversals', text, values: [original.sequence] });
  return { original, reversals: rows.map(storedOperation) };
}
