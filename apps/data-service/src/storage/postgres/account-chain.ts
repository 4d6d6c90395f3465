import type { Account } from '@lastro/ledger';
import type pg from 'pg';
import { InvalidCursorError, type StatementPage, type StatementRange } from '../store.ts';
import { firstMillisecondFrom, sequenceAt } from './moments.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

/**
 * An account's entries form a chain: each names the operation before it on the same account. Walking it
 * from the newest takes one primary-key look-up an entry; a checkpoint every 64 entries lets a walk
 * begin in the middle. So a statement needs no index by account (docs/adr/0002).
 */

/** Step of a recursive walk from operation `w` to the one before it on account $1. */
const STEP = 'o.sequence = CASE WHEN w.debit_account = $1 THEN w.debit_previous ELSE w.credit_previous END';

interface ChainEntry {
  readonly sequence: number;
  readonly entry: number;
  readonly balance: number;
}

/** The account's newest entry in an operation at or before `sequence`, if it has one. */
export async function entryAtOrBefore(
  client: pg.PoolClient,
  account: Account,
  sequence: number,
): Promise<ChainEntry | undefined> {
  const text = `
    WITH RECURSIVE start AS (
      SELECT CASE WHEN $3::bigint <= $2 THEN $3::bigint ELSE coalesce(
        (SELECT k.sequence FROM account_checkpoint k WHERE k.account = $1 AND k.sequence >= $2 ORDER BY k.sequence LIMIT 1),
        $3::bigint) END AS sequence
    ), walk AS (
      SELECT o.sequence, o.debit_account, o.debit_previous, o.credit_previous FROM operation o, start
      WHERE o.sequence = start.sequence
      UNION ALL
      SELECT o.sequence, o.debit_account, o.debit_previous, o.credit_previous
      FROM walk w JOIN operation o ON ${STEP} WHERE w.sequence > $2
    ), newest AS (
      SELECT sequence FROM walk WHERE sequence <= $2 ORDER BY sequence DESC LIMIT 1
    )
    SELECT o.sequence,
           CASE WHEN o.debit_account = $1 THEN o.debit_entry ELSE o.credit_entry END AS entry,
           CASE WHEN o.debit_account = $1 THEN o.debit_balance ELSE o.credit_balance END AS balance
    FROM operation o JOIN newest ON newest.sequence = o.sequence`;
  const { rows } = await client.query<ChainEntry>({
    name: 'entry-at',
    text,
    values: [account.number, sequence, account.lastSequence],
  });
  return rows[0];
}

/** One page of a statement, newest first. Runs in a snapshot of the caller's. */
export async function selectStatement(
  client: pg.PoolClient,
  account: Account,
  range: StatementRange,
): Promise<StatementPage> {
  const start = await startOf(client, account, range);
  // One row more than the page tells whether there is a next page, and where it starts.
  const rows = start === 0 ? [] : await walk(client, account, start, range.limit + 1);
  if (start !== 0 && !touches(rows[0], account))
    throw new InvalidCursorError('the cursor is not on this account');
  const from = range.from === undefined ? -Infinity : firstMillisecondFrom(range.from);
  const within = rows.filter((row) => Date.parse(row.posted_at) >= from);
  const next = within[range.limit];
  return {
    account,
    openingBalance: range.from === undefined ? 0 : await balanceBefore(client, account, range.from),
    closingBalance: range.to === undefined ? account.balance : await balanceBefore(client, account, range.to),
    operations: within.slice(0, range.limit).map(storedOperation),
    ...(next === undefined ? {} : { nextCursor: next.sequence }),
  };
}

async function balanceBefore(client: pg.PoolClient, account: Account, instant: string): Promise<number> {
  const entry = await entryAtOrBefore(client, account, await sequenceAt(client, instant, 'exclusive'));
  return entry?.balance ?? 0;
}

async function startOf(client: pg.PoolClient, account: Account, range: StatementRange): Promise<number> {
  if (range.cursor !== undefined) return range.cursor;
  if (range.to === undefined) return account.lastSequence;
  const entry = await entryAtOrBefore(client, account, await sequenceAt(client, range.to, 'exclusive'));
  return entry?.sequence ?? 0;
}

async function walk(
  client: pg.PoolClient,
  account: Account,
  start: number,
  limit: number,
): Promise<OperationRow[]> {
  const text = `
    WITH RECURSIVE walk AS (
      SELECT o.*, 1 AS step FROM operation o WHERE o.sequence = $2
      UNION ALL
      SELECT o.*, w.step + 1 FROM walk w JOIN operation o ON ${STEP} WHERE w.step < $3
    )
    SELECT ${OPERATION_COLUMNS} FROM walk o ${OPERATION_JOINS} ORDER BY o.sequence DESC`;
  const { rows } = await client.query<OperationRow>({
    name: 'statement',
    text,
    values: [account.number, start, limit],
  });
  return rows;
}

function touches(row: OperationRow | undefined, account: Account): boolean {
  return row?.debit_account === account.number || row?.credit_account === account.number;
}
