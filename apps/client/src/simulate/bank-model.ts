import type { Reason } from '@lastro/ledger';
import type { PlannedOperation } from './operation-plan.ts';

/**
 * The bank as a child would keep it: a number for each account. Written on its own, without the code of
 * @lastro/ledger, so that a mistake there cannot hide here.
 */
export class BankModel {
  readonly balances: Float64Array;
  readonly #overdraftLimit: (account: number) => number;

  constructor(accounts: number, overdraftLimit: (account: number) => number) {
    this.balances = new Float64Array(accounts);
    this.#overdraftLimit = overdraftLimit;
  }

  /** Why the operation must be rejected now, or `undefined` when it must be posted. */
  reasonToReject({ kind, account, to, amountMinor }: PlannedOperation): Reason | undefined {
    const paysOut = kind !== 'deposit';
    if (kind === 'transfer' && account === to) return 'same_account';
    if (paysOut && this.balances[account]! - amountMinor < -this.#overdraftLimit(account))
      return 'insufficient_funds';
    const receiver = kind === 'deposit' ? account : kind === 'transfer' ? to : undefined;
    if (receiver !== undefined && this.balances[receiver]! + amountMinor > Number.MAX_SAFE_INTEGER)
      return 'balance_overflow';
    return undefined;
  }

  /** Moves the money, whatever the rules say: the bank did. */
  post({ kind, account, to, amountMinor }: PlannedOperation): void {
    this.balances[account]! += kind === 'deposit' ? amountMinor : -amountMinor;
    if (kind === 'transfer') this.balances[to]! += amountMinor;
  }
}
