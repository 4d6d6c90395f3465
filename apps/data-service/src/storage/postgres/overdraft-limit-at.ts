import { TYPE_NUMBERS } from '@lastro/ledger';
import type pg from 'pg';
import type { AccountView } from '../store.ts';
import { sequenceAt } from './moments.ts';

const LIMIT = `(details::json ->> 'overdraftLimit')::bigint`;

/** Posted changes of the limit of account $1; the partial index `operation_update` has all updates. */
const CHANGES = `
  FROM operation
  WHERE debit_account = $1 AND type = ${TYPE_NUMBERS.update} AND reason IS NULL AND ${LIMIT} IS NOT NULL`;

/**
 * The overdraft limit that was in force right after operation `sequence`, when the account was open: what the newest change
 * until then said, or else its opening. Runs in a snapshot of the caller's.
 */
export async function overdraftLimitAt(
  client: pg.PoolClient,
  account: AccountView,
  sequence: number,
): Promise<number> {
  const text = `
    SELECT (SELECT ${LIMIT} ${CHANGES} AND sequence <= $2 ORDER BY sequence DESC LIMIT 1) AS "changedTo",
           EXISTS (SELECT ${CHANGES} AND sequence > $2) AS "changedLater"`;
  const { rows } = await client.query<{ changedTo: number | null; changedLater: boolean }>({
    name: 'limit-at',
    text,
    values: [account.number, sequence],
  });
  const { changedTo, changedLater } = rows[0]!;
  if (changedTo !== null) return changedTo;
  return changedLater ? openingLimit(client, account) : account.overdraftLimit;
}

/** What the account was opened with: said by an operation that was posted at that instant. */
async function openingLimit(client: pg.PoolClient, { id, openedAt }: AccountView): Promise<number> {
  const text = `
    SELECT ${LIMIT} AS "limit" FROM operation
    WHERE sequence > $1 AND sequence <= $2 AND type = ${TYPE_NUMBERS.open} AND reason IS NULL
      AND details::json ->> 'account' = $3`;
  const after = await sequenceAt(client, openedAt, 'exclusive');
  const last = await sequenceAt(client, openedAt, 'inclusive');
  const { rows } = await client.query<{ limit: number | null }>(text, [after, last, id]);
  return rows[0]?.limit ?? 0;
}
