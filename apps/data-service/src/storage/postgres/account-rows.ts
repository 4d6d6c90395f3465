import type { Account } from '@lastro/ledger';

/** An account joined with its balance. */
export interface AccountRow {
  readonly number: number;
  readonly id: string;
  readonly currency: string;
  readonly overdraft_limit: number;
  readonly balance: number;
  readonly held: number;
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
    entryCount: row.entry_count,
    lastSequence: row.last_sequence,
  };
}
