import type { Moment } from '@lastro/contract';
import type pg from 'pg';
import { headSequence, openAccountsAt, sequenceAt } from '../storage/postgres/moments.ts';
import type { TrialBalanceLine } from '../storage/store.ts';
import { projectedPosition } from './projected-position.ts';

/** Every balance as it stood after operation `sequence`: where the way to another moment can start. */
interface KnownBalances {
  readonly sequence: number;
  /** A query for `account` and `balance`; what it does not name has 0. */
  readonly query: string;
}

const NOTHING: KnownBalances = {
  sequence: 0,
  query: 'SELECT NULL::bigint AS account, 0::bigint AS balance WHERE false',
};

/**
 * The trial balance as it stood at a past moment. It starts at the nearest moment of which every balance is known (the
 * beginning, a snapshot of the projection, now) and adds or takes back what was posted between the two: a few
 * hundred thousand operations at most, read once by their primary key, however many there are. Where the projection
 * has not come so far yet, it is half of the operations. Takes no lock, and runs in a snapshot of the caller's.
 */
export async function selectTrialBalanceAt(
  client: pg.PoolClient,
  at: Moment,
): Promise<{ sequence: number; lines: TrialBalanceLine[] }> {
  await projectedPosition(client);
  const sequence = await sequenceAt(client, at, 'inclusive');
  const { openedUpTo, openedLater } = await openAccountsAt(client, sequence);
  if (openedUpTo === undefined) return { sequence, lines: [] };
  const start = await nearestKnown(client, sequence);
  // Every account is counted, so here the whole of their tables is what has to be read.
  await client.query('SET LOCAL enable_seqscan = on');
  const { rows } = await client.query<TrialBalanceLine>(sumsFrom(start, sequence), [
    Math.min(start.sequence, sequence),
    Math.max(start.sequence, sequence),
    openedUpTo,
    openedLater,
  ]);
  return { sequence, lines: rows };
}

async function nearestKnown(client: pg.PoolClient, sequence: number): Promise<KnownBalances> {
  const { rows } = await client.query<{ sequence: number }>(
    `(SELECT sequence FROM projection.snapshot_taken WHERE sequence <= $1 ORDER BY sequence DESC LIMIT 1)
     UNION ALL
     (SELECT sequence FROM projection.snapshot_taken WHERE sequence > $1 ORDER BY sequence LIMIT 1)`,
    [sequence],
  );
  const now = {
    sequence: await headSequence(client),
    query: 'SELECT account, balance FROM account_balance',
  };
  const snapshots = rows.map((row) => ({
    sequence: row.sequence,
    query: `SELECT account, balance FROM projection.snapshot WHERE sequence = ${row.sequence}`,
  }));
  const distance = (from: KnownBalances) => Math.abs(from.sequence - sequence);
  return [NOTHING, now, ...snapshots].reduce((best, candidate) =>
    distance(candidate) < distance(best) ? candidate : best,
  );
}

function sumsFrom(start: KnownBalances, sequence: number): string {
  const direction = start.sequence <= sequence ? '' : '-';
  return `
    WITH leg AS (
      SELECT debit_account AS account, -amount AS change FROM operation
      WHERE sequence > $1 AND sequence <= $2 AND debit_entry IS NOT NULL
      UNION ALL
      SELECT credit_account, amount FROM operation
      WHERE sequence > $1 AND sequence <= $2 AND credit_entry IS NOT NULL
    ), moved AS (
      SELECT account, ${direction}sum(change) AS change FROM leg GROUP BY account
    ), past AS (
      SELECT a.currency, coalesce(k.balance, 0) + coalesce(m.change, 0) AS balance
      FROM account a
      LEFT JOIN (${start.query}) k ON k.account = a.number
      LEFT JOIN moved m ON m.account = a.number
      WHERE a.opened_at <= $3 AND a.id <> ALL($4::text[])
    )
    SELECT currency, count(*) AS accounts,
           coalesce(-sum(balance) FILTER (WHERE balance < 0), 0)::text AS debit,
           coalesce(sum(balance) FILTER (WHERE balance > 0), 0)::text AS credit
    FROM past GROUP BY currency ORDER BY currency`;
}
