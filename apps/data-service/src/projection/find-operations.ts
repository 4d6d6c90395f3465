import type { GrantedAccounts } from '@lastro/contract';
import { REASONS, TYPE_NUMBERS } from '@lastro/ledger';
import type pg from 'pg';
import { sequenceAt } from '../storage/postgres/moments.ts';
import {
  OPERATION_COLUMNS,
  OPERATION_JOINS,
  type OperationRow,
  storedOperation,
} from '../storage/postgres/operation-rows.ts';
import type { StoredOperation } from '../storage/store.ts';
import { grantedNumbers } from './granted-accounts.ts';
import { type FoundOperations, type OperationSearch, TooManyAccountsError } from './ledger-finder.ts';
import { projectedPosition } from './projected-position.ts';

/**
 * A search looks at one stretch of the ledger after the other, newest first, each larger than the one before: whatever
 * is asked for, and however rare it is, one query stays small, and the search can stop between two of them.
 */
const STRETCH_OPERATIONS_MIN = 2 ** 16;
const STRETCH_OPERATIONS_MAX = 2 ** 20;
const STRETCH_GROWTH = 4;

/** One page of operations, in a snapshot of the caller's. After `timeMaxMs` it ends with what it has found. */
export async function findOperations(
  client: pg.PoolClient,
  search: OperationSearch,
  limits: { readonly searchTimeMaxMs: number; readonly searchAccountsMax: number },
): Promise<FoundOperations> {
  const { sequence: upToSequence } = await projectedPosition(client);
  const after = search.from === undefined ? 0 : await sequenceAt(client, search.from, 'exclusive');
  const before = search.to === undefined ? upToSequence : await sequenceAt(client, search.to, 'exclusive');
  const newest = Math.min(upToSequence, before, search.cursor ?? upToSequence);
  const query = searchQuery(
    search,
    await accountSource(client, search.account),
    await grantedSource(client, search.granted, limits.searchAccountsMax),
  );
  const { sequences, next } = await lookBack(client, query, {
    after,
    newest,
    limit: search.limit,
    timeMaxMs: limits.searchTimeMaxMs,
  });
  return {
    operations: await selectOperations(client, sequences),
    upToSequence,
    ...(next === undefined ? {} : { nextCursor: next }),
  };
}

interface Range {
  /** Sequence before the first of the range. */
  readonly after: number;
  readonly newest: number;
  readonly limit: number;
  readonly timeMaxMs: number;
}

async function lookBack(
  client: pg.PoolClient,
  query: SearchQuery,
  { after, newest, limit, timeMaxMs }: Range,
): Promise<{ sequences: readonly number[]; next: number | undefined }> {
  const deadlineMs = performance.now() + timeMaxMs;
  const sequences: number[] = [];
  let top = newest;
  for (let length = STRETCH_OPERATIONS_MIN; top > after; length *= STRETCH_GROWTH) {
    const bottom = Math.max(after, top - Math.min(length, STRETCH_OPERATIONS_MAX));
    // One more than the page tells whether there is a next page, and where it starts.
    const values = [...query.values, bottom, top, limit + 1 - sequences.length];
    const { rows } = await client.query<{ sequence: number }>(query.text, values);
    sequences.push(...rows.map((row) => row.sequence));
    if (sequences.length > limit) return { sequences: sequences.slice(0, limit), next: sequences[limit] };
    top = bottom;
    if (performance.now() > deadlineMs) break;
  }
  return { sequences, next: top > after ? top : undefined };
}

export interface SearchQuery {
  /** With three parameters more than `values`: the sequence before the stretch, its last, and most rows. */
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Where the operations that name an account are listed: a query for each list, with its one parameter. */
export type AccountSource = readonly {
  readonly table: 'entry' | 'stranger';
  readonly key: number | string;
}[];

/** The lists that name an account: those from before it was opened know it by its id only. */
export async function accountSource(
  client: pg.PoolClient,
  id: string | undefined,
): Promise<AccountSource | undefined> {
  if (id === undefined) return undefined;
  const { rows } = await client.query<{ number: number | null; strange: boolean }>(
    `SELECT (SELECT number FROM account WHERE id = $1) AS number,
            EXISTS (SELECT FROM projection.stranger WHERE account_id = $1) AS strange`,
    [id],
  );
  const [found] = rows;
  const number = found?.number ?? undefined;
  return [
    ...(number === undefined ? [] : [{ table: 'entry', key: number } as const]),
    ...(found?.strange === true || number === undefined ? [{ table: 'stranger', key: id } as const] : []),
  ];
}

/** Where the operations of a customer's accounts are listed. */
export type GrantedSource = GrantedAccounts & { readonly numbers: readonly number[] };

/** @throws TooManyAccountsError */
export async function grantedSource(
  client: pg.PoolClient,
  granted: GrantedAccounts | undefined,
  accountsMax: number,
): Promise<GrantedSource | undefined> {
  if (granted === undefined) return undefined;
  const { numbers } = await grantedNumbers(client, granted, { limit: accountsMax + 1 });
  if (numbers.length > accountsMax)
    throw new TooManyAccountsError(`The key has more than ${accountsMax} accounts: name one with account=.`);
  return { ...granted, numbers };
}

/** Each list is cut by sequence by itself: PostgreSQL does not carry a range from one side of a join to the other. */
export function searchQuery(
  search: OperationSearch,
  account: AccountSource | undefined,
  granted?: GrantedSource,
): SearchQuery {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const { type, status, reason, amountMin, amountMax, metadata } = search;
  const conditions: string[] = [];
  if (type !== undefined) conditions.push(`p.type = ${parameter(TYPE_NUMBERS[type])}::smallint`);
  if (status !== undefined) conditions.push(status === 'posted' ? 'p.reason = 0' : 'p.reason <> 0');
  if (reason !== undefined) {
    conditions.push('p.reason <> 0', `p.reason = ${parameter(REASONS[reason].number)}::smallint`);
  }
  if (amountMin !== undefined) conditions.push(`p.amount >= ${parameter(amountMin)}::bigint`);
  if (amountMax !== undefined) conditions.push(`p.amount <= ${parameter(amountMax)}::bigint`);
  const lists = [
    ...(account === undefined ? [] : [accountLists(account, parameter)]),
    ...(granted === undefined ? [] : [grantedLists(granted, parameter)]),
    ...metadata.map(
      ([key, value]) =>
        `SELECT sequence FROM projection.metadata WHERE key = ${parameter(key)} AND value = ${parameter(value)}`,
    ),
  ];
  const [bottom, top, limit] = [1, 2, 3].map((place) => `$${values.length + place}`);
  const within = (alias: string) => `${alias}.sequence > ${bottom} AND ${alias}.sequence <= ${top}`;
  const joins = lists.map((list, index) => {
    const alias = `l${index}`;
    return `JOIN (${list}) ${alias} ON ${alias}.sequence = p.sequence AND ${within(alias)}`;
  });
  const text = `
    SELECT p.sequence FROM projection.operation p ${joins.join(' ')}
    WHERE ${[within('p'), ...conditions].join(' AND ')}
    ORDER BY p.sequence DESC LIMIT ${limit}`;
  return { text, values };
}

function accountLists(source: AccountSource, parameter: (value: unknown) => string): string {
  return source
    .map(({ table, key }) =>
      table === 'entry'
        ? `SELECT sequence FROM projection.entry WHERE account = ${parameter(key)}`
        : `SELECT sequence FROM projection.stranger WHERE account_id = ${parameter(key)}`,
    )
    .join(' UNION ALL ');
}

/** An operation that names several of the accounts is in it once. A list for each beginning: PostgreSQL knows its size. */
function grantedLists(
  { numbers, ids, beginnings }: GrantedSource,
  parameter: (value: unknown) => string,
): string {
  const strangers = 'SELECT sequence FROM projection.stranger WHERE account_id';
  return [
    `SELECT sequence FROM projection.entry WHERE account = ANY(${parameter(numbers)}::bigint[])`,
    ...(ids.length === 0 ? [] : [`${strangers} = ANY(${parameter(ids)}::text[])`]),
    ...beginnings.map(
      (beginning) =>
        `${strangers} >= ${parameter(beginning)} AND account_id < ${parameter(`${beginning}\x7f`)}`,
    ),
  ].join(' UNION ');
}

async function selectOperations(
  client: pg.PoolClient,
  sequences: readonly number[],
): Promise<StoredOperation[]> {
  if (sequences.length === 0) return [];
  const text = `
    SELECT ${OPERATION_COLUMNS} FROM operation o ${OPERATION_JOINS}
    WHERE o.sequence = ANY($1::bigint[]) ORDER BY o.sequence DESC`;
  const { rows } = await client.query<OperationRow>(text, [sequences]);
  return rows.map(storedOperation);
}
