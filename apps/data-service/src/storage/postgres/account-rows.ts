import assert from 'node:assert/strict';
import { type Account, type AccountStatus, accountStatusOf } from '@lastro/ledger';
import type { AccountView } from '../store.ts';

/** An account joined with its balance. */
export interface AccountRow {
  readonly number: number;
  readonly id: string;
  readonly currency: string;
  readonly overdraft_limit: number;
  readonly balance: number;
  readonly held: number;
  readonly status: number;
  readonly entry_count: number;
  readonly last_sequence: number;
}

export function accountOf(row: AccountRow): Account {
  return {
    number: row.number,
    id: row.id,
    currency: row.currency,
    overdraftLimit: row.overdraft_limit,
    balance: row.balance,
    held: row.held,
    status: statusOf(row),
    entryCount: row.entry_count,
    lastSequence: row.last_sequence,
  };
}

function statusOf({ id, status }: AccountRow): AccountStatus {
  const name = accountStatusOf(status);
  assert(name !== undefined, `account ${id} has status ${status}, which this version does not know`);
  return name;
}

/** Accounts `a` with all that is shown of them. */
export const ACCOUNT_VIEW_SQL = `
  SELECT a.number, a.id, a.currency, a.name, a.metadata, a.opened_at,
         s.overdraft_limit, s.balance, s.held, s.status, s.entry_count, s.last_sequence
  FROM account a JOIN account_balance s ON s.account = a.number`;

export interface AccountViewRow extends AccountRow {
  readonly name: string | null;
  readonly metadata: string | null;
  readonly opened_at: string;
}

export function accountViewOf(row: AccountViewRow): AccountView {
  return {
    ...accountOf(row),
    openedAt: row.opened_at,
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.metadata === null ? {} : { metadata: JSON.parse(row.metadata) as Record<string, string> }),
  };
}
