import type { ClosedSet } from '../check/check-reads.ts';
import { FIRST_DEPOSIT, planAccounts } from '../clients/operation-mix.ts';

/** Accounts that anything may happen to, and those of the closed set. Few, so that everybody meets everybody. */
const COUNTS = { open: 40, closed: 12 } as const;

export const ACCOUNTS = planAccounts(COUNTS.open, COUNTS.closed);
export const CLOSED_SET: ClosedSet = { accounts: COUNTS.closed, total: COUNTS.closed * FIRST_DEPOSIT };
/** What the one who opens the accounts is called in journals. */
export const SET_UP = 'setup';

export function clientNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `client-${index + 1}`);
}
