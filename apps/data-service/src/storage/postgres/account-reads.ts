import type { AccountListQuery, Moment } from '@lastro/contract';
import type pg from 'pg';
import type { AccountView, BalanceView, TrialBalanceLine } from '../store.ts';
import { ACCOUNT_VIEW_SQL, type AccountViewRow, accountViewOf } from './account-rows.ts';
import { entryAtOrBefore } from './account-chain.ts';
import { openAccountsAt, sequenceAt, wasOpen } from './moments.ts';
import { overdraftLimitAt } from './overdraft-limit-at.ts';

export async function selectAccount(client: pg.PoolClient, id: string): Promise<AccountView | undefined> {
  const { rows } = await client.query<AccountViewRow>({
    name: 'account',
    text: `${ACCOUNT_VIEW_SQL} WHERE a.id = $1`,
    values: [id],
  });
  return rows[0] && accountViewOf(rows[0]);
}

/** A page of accounts in the order of their ids, after `cursor`. */
export async function selectAccountPage(
  client: pg.PoolClient,
  { cursor, limit, prefix }: AccountListQuery & { readonly limit: number },
): Promise<AccountView[]> {
  // Ids are ASCII in the "C" collation: everything with the prefix lies between it and the prefix with DEL behind.
  const text = `${ACCOUNT_VIEW_SQL} WHERE a.id > $1 AND a.id >= $2 AND a.id < $3 ORDER BY a.id LIMIT $4`;
  const values = [cursor ?? '', prefix ?? '', `${prefix ?? ''}\x7f`, limit];
  const { rows } = await client.query<AccountViewRow>({ name: 'account-page', text, values });
  return rows.map(accountViewOf);
}

/** Balances with the newest sequence that they count: one statement, and so of one state. */
export async function selectBalances(
  client: pg.PoolClient,
  ids: readonly string[],
): Promise<(BalanceView | undefined)[]> {
  const text = `
    SELECT a.id, a.currency, s.overdraft_limit AS "overdraftLimit", s.balance, s.held, h.sequence
    FROM account a JOIN account_balance s ON s.account = a.number, ledger_head h WHERE a.id = ANY($1::text[])`;
  type Row = BalanceView['account'] & Pick<BalanceView, 'sequence'>;
  const { rows } = await client.query<Row>({ name: 'balances', text, values: [ids] });
  const views = new Map(rows.map((row) => [row.id, { account: row, sequence: row.sequence }]));
  return ids.map((id) => views.get(id));
}

/** The balance as it stood at the moment `at`. Runs in a snapshot of the caller's. */
export async function selectBalanceAt(
  client: pg.PoolClient,
  id: string,
  at: Moment,
): Promise<BalanceView | undefined> {
  const now = await selectAccount(client, id);
  if (now === undefined) return undefined;
  const sequence = await sequenceAt(client, at, 'inclusive');
  if (!wasOpen(await openAccountsAt(client, sequence), now)) return undefined;
  const entry = await entryAtOrBefore(client, now, sequence);
  const held = await heldAt(client, now.number, sequence);
  const overdraftLimit = await overdraftLimitAt(client, now, sequence);
  return { sequence, account: { ...now, balance: entry?.balance ?? 0, held, overdraftLimit } };
}

/** What holds reserved on an account right after operation `sequence`. */
async function heldAt(client: pg.PoolClient, account: number, sequence: number): Promise<number> {
  const text = `
    SELECT coalesce(sum(amount), 0)::bigint AS held FROM hold
    WHERE account = $1 AND opened_sequence <= $2 AND (closed_sequence IS NULL OR closed_sequence > $2)`;
  const { rows } = await client.query<{ held: number }>({
    name: 'held-at',
    text,
    values: [account, sequence],
  });
  return rows[0]?.held ?? 0;
}

export async function selectTrialBalance(
  client: pg.PoolClient,
): Promise<{ sequence: number; lines: TrialBalanceLine[] }> {
  const text = `
    SELECT a.currency, count(*) AS accounts,
           coalesce(-sum(s.balance) FILTER (WHERE s.balance < 0), 0)::text AS debit,
           coalesce(sum(s.balance) FILTER (WHERE s.balance > 0), 0)::text AS credit
    FROM account a JOIN account_balance s ON s.account = a.number
    GROUP BY a.currency ORDER BY a.currency`;
  const { rows } = await client.query<TrialBalanceLine>(text);
  const head = await client.query<{ sequence: number }>('SELECT sequence FROM ledger_head');
  return { sequence: head.rows[0]?.sequence ?? 0, lines: rows };
}
