import { ACCOUNT_STATUSES } from '@lastro/ledger';
import type pg from 'pg';
import { ACCOUNT_VIEW_SQL, type AccountViewRow, accountViewOf } from '../storage/postgres/account-rows.ts';
import { grantedNumbers } from './granted-accounts.ts';
import type { AccountSearch, FoundAccounts } from './ledger-finder.ts';
import { projectedPosition } from './projected-position.ts';

/**
 * A page of accounts that fit every part that is given, in the order of their ids. In a snapshot of the caller's. Of a
 * customer's accounts, `accountsMax` are looked at.
 */
export async function findAccounts(
  client: pg.PoolClient,
  search: AccountSearch,
  accountsMax: number,
): Promise<FoundAccounts> {
  const asksForBalance = search.balanceMin !== undefined || search.balanceMax !== undefined;
  const upToSequence = asksForBalance ? (await projectedPosition(client)).balanceSequence : undefined;
  const { granted, cursor, prefix } = search;
  const own = granted && (await grantedNumbers(client, granted, { cursor, prefix, limit: accountsMax }));
  const { text, values } = accountQuery(search, own?.numbers);
  const { rows } = await client.query<AccountViewRow>(text, values);
  return {
    accounts: rows.slice(0, search.limit).map(accountViewOf),
    ...(upToSequence === undefined ? {} : { upToSequence }),
    ...(own?.lastId !== undefined && own.numbers.length === accountsMax ? { lookedUpTo: own.lastId } : {}),
  };
}

/** `numbers`: instead of a place in the list, the accounts at it; so few that all that fit are given. */
export function accountQuery(
  search: AccountSearch,
  numbers?: readonly number[],
): { text: string; values: unknown[] } {
  const { cursor, limit, prefix, namePrefix, currency, status, balanceMin, balanceMax } = search;
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions =
    numbers === undefined
      ? placeConditions(cursor, prefix, parameter)
      : [`a.number = ANY(${parameter(numbers)}::bigint[])`];
  if (namePrefix !== undefined) {
    const pattern = `${namePrefix.replaceAll(/[\\%_]/g, '\\$&')}%`;
    conditions.push('a.name IS NOT NULL', `folded_name(a.name) LIKE folded_name(${parameter(pattern)})`);
  }
  if (currency !== undefined) conditions.push(`a.currency = ${parameter(currency)}`);
  if (status !== undefined) {
    // The index has only those that are not open, of which there are few.
    if (status !== 'open') conditions.push(`s.status <> ${ACCOUNT_STATUSES.open}`);
    conditions.push(`s.status = ${parameter(ACCOUNT_STATUSES[status])}::smallint`);
  }
  if (balanceMin !== undefined) conditions.push(`b.balance >= ${parameter(balanceMin)}`);
  if (balanceMax !== undefined) conditions.push(`b.balance <= ${parameter(balanceMax)}`);
  const asksForBalance = balanceMin !== undefined || balanceMax !== undefined;
  const text = `
    ${ACCOUNT_VIEW_SQL} ${asksForBalance ? 'JOIN projection.balance b ON b.account = a.number' : ''}
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ORDER BY a.id ${numbers === undefined ? `LIMIT ${parameter(limit)}` : ''}`;
  return { text, values };
}

function placeConditions(
  cursor: string | undefined,
  prefix: string | undefined,
  parameter: (value: unknown) => string,
): string[] {
  return [
    ...(cursor === undefined ? [] : [`a.id > ${parameter(cursor)}`]),
    // Ids are ASCII in the "C" collation: everything with the prefix lies between it and the prefix with DEL behind.
    ...(prefix === undefined ? [] : [`a.id >= ${parameter(prefix)}`, `a.id < ${parameter(`${prefix}\x7f`)}`]),
  ];
}
