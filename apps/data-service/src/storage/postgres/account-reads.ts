import type { AccountListQuery } from '@lastro/contract';
import type pg from 'pg';
import type { AccountView, BalanceView, TrialBalanceLine } from '../store.ts';
import { type AccountRow, accountOf } from './account-rows.ts';
import { entryAtOrBefore, sequenceAt } from './account-chain.ts';

const VIEW_SQL = `
  SELECT a.number, a.id, a.currency, a.name, a.metadata, a.opened_at,
         s.overdraft_limit, s.balance, s.held, s.entry_count, s.last_sequence
  FROM account a JOIN account_balance s ON s.account = a.number`;

interface ViewRow extends AccountRow {
  readonly name: string | null;
  readonly metadata: string | null;
  readonly opened_at: string;
}

function viewOf(row: ViewRow): AccountView {
  return {
    ...accountOf(row),
    openedAt: row.opened_at,
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.metadata === null ? {} : { metadata: JSON.parse(row.metadata) as Record<string, string> }),
  };
}

export async function selectAccount(client: pg.PoolClient, id: string): Promise<AccountView | undefined> {
  const { rows } = await client.query<ViewRow>({
    name: 'account',
    text: `${VIEW_SQL} WHERE a.id = $1`,
    values: [id],
  });
  return rows[0] && viewOf(rows[0]);
}

/** A page of accounts in the order of their ids, after `cursor`. */
export async function selectAccountPage(
  client: pg.PoolClient,
  { cursor, limit, prefix }: AccountListQuery & { readonly limit: number },
): Promise<AccountView[]> {
  // Ids are ASCII in the "C" collation: everything with the prefix lies between it and the prefix with DEL behind.
  const text = `${VIEW_SQL} WHERE a.id > $1 AND a.id >= $2 AND a.id < $3 ORDER BY a.id LIMIT $4`;
  const values = [cursor ?? '', prefix ?? '', `${prefix ?? ''}\x7f`, limit];
  const { rows } = await client.query<ViewRow>({ name: 'account-page', text, values });
  return rows.map(viewOf);
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

/** The balance as it stood at the instant `at`. Runs in a snapshot of the caller's. */
export async function selectBalanceAt(
  client: pg.PoolClient,
  id: string,
  at: string,
): Promise<BalanceView | undefined> {
  const now = await selectAccount(client, id);
  if (now === undefined || Date.parse(now.openedAt) > Date.parse(at)) return undefined;
  const sequence = await sequenceAt(client, at, 'inclusive');
  const entry = await entryAtOrBefore(client, now, sequence);
  return { sequence, account: { ...now, balance: entry?.balance ?? 0 } };
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
