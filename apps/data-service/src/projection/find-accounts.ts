import type { AccountListQuery } from '@lastro/contract';
import { ACCOUNT_STATUSES } from '@lastro/ledger';
import type pg from 'pg';
import { ACCOUNT_VIEW_SQL, type AccountViewRow, accountViewOf } from '../storage/postgres/account-rows.ts';
import type { FoundAccounts } from './ledger-finder.ts';
import { projectedPosition } from './projected-position.ts';

type AccountSearch = AccountListQuery & { readonly limit: number };

/** A page of accounts that fit every part that is given, in the order of their ids. In a snapshot of the caller's. */
export async function findAccounts(client: pg.PoolClient, search: AccountSearch): Promise<FoundAccounts> {
  const asksForBalance = search.balanceMin !== undefined || search.balanceMax !== undefined;
  const upToSequence = asksForBalance ? (await projectedPosition(client)).balanceSequence : undefined;
  const { text, values } = accountQuery(search);
  const { rows } = await client.query<AccountViewRow>(text, values);
  return {
    accounts: rows.map(accountViewOf),
    ...(upToSequence === undefined ? {} : { upToSequence }),
  };
}

export function accountQuery(search: AccountSearch): { text: string; values: unknown[] } {
  const { cursor, limit, prefix, namePrefix, currency, status, balanceMin, balanceMax } = search;
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (cursor !== undefined) conditions.push(`a.id > ${parameter(cursor)}`);
  if (prefix !== undefined) {
    // Ids are ASCII in the "C" collation: everything with the prefix lies between it and the prefix with DEL behind.
    conditions.push(`a.id >= ${parameter(prefix)}`, `a.id < ${parameter(`${prefix}\x7f`)}`);
  }
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
    ORDER BY a.id LIMIT ${parameter(limit)}`;
  return { text, values };
}
