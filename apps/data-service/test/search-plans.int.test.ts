import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import { type AccountListQuery, grantedAccounts } from '@lastro/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountQuery } from '../src/projection/find-accounts.ts';
import { accountSource, grantedSource, searchQuery } from '../src/projection/find-operations.ts';
import type { OperationSearch } from '../src/projection/ledger-finder.ts';
import { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { fillLargeLedger } from './large-ledger.ts';
import { feedAll, openProjection } from './projection-fixture.ts';

const OPERATIONS = 200_000;
const ACCOUNTS = 20_000;
const LIMIT = 51;

/** One node of a plan, as PostgreSQL explains it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('on a large ledger', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    const store = new PostgresStore({
      databaseUrl: database.url,
      readConnectionsMax: 1,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 60_000,
      exchangeTimeoutMs: 60_000,
      stalledCommitTimeoutMs: 60_000,
    });
    await store.migrate();
    await store.close();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    client.setTypeParser(20, Number);
    await fillLargeLedger(client, { operations: OPERATIONS, accounts: ACCOUNTS });
    const projection = openProjection(database.url);
    await feedAll(projection, 10_000);
    await projection.close();
    await client.query('UPDATE account_balance SET status = 3 WHERE account % 500 = 0');
    await client.query('ANALYZE');
  }, 240_000);
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function explain({
    text,
    values,
  }: {
    text: string;
    values: readonly unknown[];
  }): Promise<PlanNode[]> {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      [...values],
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  }

  /** Rows that a plan has looked at, whether or not they are in the answer. */
  function rowsRead(nodes: readonly PlanNode[]): number {
    return nodes
      .filter((node) => node['Node Type'].includes('Scan'))
      .reduce(
        (sum, node) =>
          sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      );
  }

  const searches: readonly [
    string,
    Omit<OperationSearch, 'metadata' | 'limit'> & { metadata?: OperationSearch['metadata'] },
    number,
  ][] = [
    ['nothing', {}, LIMIT],
    ['an account', { account: 'a-77' }, 10 * LIMIT],
    ['an account that nobody has', { account: 'unknown-78' }, LIMIT],
    ['a type', { type: 'transfer' }, LIMIT],
    ['a type that does not occur', { type: 'deposit' }, LIMIT],
    ['what was posted', { status: 'posted' }, 2 * LIMIT],
    ['what was rejected', { status: 'rejected' }, OPERATIONS / 10],
    ['a reason', { reason: 'insufficient_funds' }, 2 * LIMIT],
    ['a reason that does not occur', { reason: 'same_account' }, LIMIT],
    ['few amounts', { amountMin: 500, amountMax: 501 }, 10 * LIMIT],
    ['most amounts', { amountMin: 500 }, 10 * LIMIT],
    ['a rare pair of metadata', { metadata: [['order', '5000']] }, LIMIT],
    ['a frequent pair of metadata', { metadata: [['shop', '3']] }, OPERATIONS / 10],
    ['an account of a customer', { granted: grantedAccounts(['a-77']) }, 10 * LIMIT],
    [
      'a hundred accounts of a customer',
      { granted: grantedAccounts(['a-77*', 'unknown-77*']) },
      OPERATIONS / 10,
    ],
    [
      'what two customers have done with each other',
      { account: 'a-78', granted: grantedAccounts(['a-77', 'unknown-78']) },
      10 * LIMIT,
    ],
    ['several at once', { account: 'a-77', status: 'posted', metadata: [['shop', '3']] }, OPERATIONS / 10],
  ];
  it.each(searches)('a search of operations for %s goes by an index', async (_what, search, rowsMax) => {
    const whole = { metadata: [], limit: LIMIT, ...search };
    const source = await accountSource(client as unknown as pg.PoolClient, search.account);
    const granted = await grantedSource(client as unknown as pg.PoolClient, search.granted, 1000);
    const query = searchQuery(whole, source, granted);
    const nodes = await explain({ text: query.text, values: [...query.values, 0, OPERATIONS, LIMIT] });
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(nodes.some((node) => node['Index Name'] !== undefined)).toBe(true);
    expect(rowsRead(nodes)).toBeLessThanOrEqual(rowsMax);
  });

  const lists: readonly [string, AccountListQuery, string][] = [
    ['nothing', {}, 'account_id_key'],
    ['the beginning of ids', { prefix: 'a-77' }, 'account_id_key'],
    ['the beginning of names', { namePrefix: 'name ab1' }, 'account_name'],
    ['a currency', { currency: 'USD' }, 'account_currency'],
    ['a rare status', { status: 'frozen' }, 'account_balance_status'],
    ['few balances', { balanceMin: 1_500_000 }, 'balance_balance'],
    ['a range of balances', { balanceMin: 100, balanceMax: 200 }, 'balance_balance'],
  ];
  it('writes balances as before: no index is in the way of the commits (HOT)', async () => {
    const hot = async () => {
      await client.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await client.query<{ updated: number; hot: number }>(
        "SELECT n_tup_upd AS updated, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'account_balance'",
      );
      return rows[0]!;
    };
    const before = await hot();
    await client.query('UPDATE account_balance SET balance = balance + 1 WHERE account <= 20');
    const after = await hot();
    expect(after.updated - before.updated).toBe(20);
    expect(after.hot - before.hot).toBe(20);
  });

  it.each(lists)('a search of accounts for %s goes by an index', async (_what, search, index) => {
    const nodes = await explain(accountQuery({ ...search, limit: LIMIT }));
    expect(nodes.map((node) => node['Index Name'])).toContain(index);
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });
});
