import assert from 'node:assert/strict';
import { type Account, HOLD_STATUSES, holdStatusOf } from '@lastro/ledger';
import type pg from 'pg';
import type { HoldPage, HoldRange, HoldView } from '../store.ts';
import { uuidArray } from './binary-arrays.ts';

const HOLD_SQL = `
  SELECT h.id, h.account, h.payee, h.amount, h.expires_at, h.status, h.captured, h.opened_sequence, h.closed_sequence,
         f.id AS from_id, t.id AS to_id, f.currency, ob.posted_at AS opened_at, cb.posted_at AS closed_at
  FROM hold h JOIN account f ON f.number = h.account JOIN account t ON t.number = h.payee
  JOIN operation o ON o.sequence = h.opened_sequence JOIN batch ob ON ob.number = o.batch
  LEFT JOIN operation c ON c.sequence = h.closed_sequence LEFT JOIN batch cb ON cb.number = c.batch`;

interface HoldRow {
  readonly id: string;
  readonly account: number;
  readonly payee: number;
  readonly amount: number;
  readonly expires_at: string | null;
  readonly status: number;
  readonly captured: number;
  readonly opened_sequence: number;
  readonly closed_sequence: number | null;
  readonly from_id: string;
  readonly to_id: string;
  readonly currency: string;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

function viewOf(row: HoldRow): HoldView {
  const status = holdStatusOf(row.status);
  assert(status !== undefined, `hold ${row.id} has status ${row.status}, which this version does not know`);
  return {
    id: row.id,
    from: row.from_id,
    to: row.to_id,
    fromNumber: row.account,
    toNumber: row.payee,
    amount: row.amount,
    expiresAt: row.expires_at ?? undefined,
    status,
    captured: row.captured,
    openedSequence: row.opened_sequence,
    closedSequence: row.closed_sequence ?? 0,
    currency: row.currency,
    openedAt: row.opened_at,
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
  };
}

/** The holds with these ids. */
export async function selectHolds(
  client: pg.PoolClient,
  ids: readonly string[],
): Promise<Map<string, HoldView>> {
  const { rows } = await client.query<HoldRow>({
    name: 'holds',
    text: `${HOLD_SQL} WHERE h.id = ANY($1::uuid[])`,
    values: [uuidArray(ids)],
  });
  return new Map(rows.map((row) => [row.id, viewOf(row)]));
}

/** Ids of open holds whose time is over at `at`, those that were over first. */
export async function selectDueHolds(client: pg.PoolClient, at: string, limit: number): Promise<string[]> {
  const text = `
    SELECT id FROM hold WHERE closed_sequence IS NULL AND expires_at <= $1 ORDER BY expires_at, opened_sequence LIMIT $2`;
  const { rows } = await client.query<{ id: string }>({ name: 'due-holds', text, values: [at, limit] });
  return rows.map(({ id }) => id);
}

/** One page of the holds on an account, newest first. */
export async function selectHoldPage(
  client: pg.PoolClient,
  account: Account,
  { cursor, status, limit }: HoldRange,
): Promise<HoldPage> {
  const text = `${HOLD_SQL} WHERE h.account = $1 AND h.opened_sequence <= $2 AND ($3::smallint IS NULL OR h.status = $3)
    ORDER BY h.opened_sequence DESC LIMIT $4`;
  const values = [
    account.number,
    cursor ?? Number.MAX_SAFE_INTEGER,
    status === undefined ? null : HOLD_STATUSES[status],
    limit + 1,
  ];
  const { rows } = await client.query<HoldRow>({ name: 'hold-page', text, values });
  const next = rows[limit];
  return {
    account,
    holds: rows.slice(0, limit).map(viewOf),
    ...(next === undefined ? {} : { nextCursor: next.opened_sequence }),
  };
}
