import type { OperationRequest } from '@lastro/contract';
import { v5 } from 'uuid';
import type { ReplayRow } from './row.ts';
import { bankAccountOf } from './row-kinds.ts';

/** Changes whenever the same row becomes another operation, so that an id never means two things (I7). */
const NAMESPACE = '3b0f7b0e-6f0c-5a63-9d0e-6a3a5f1f1c01';

/**
 * Turns rows into operations whose ids follow from the file, the row, the currency and the prefix: a replay that
 * runs twice, or goes on after a crash, sends the same operations again, and they take effect once (I2).
 */
export class ReplayOperations {
  readonly #currency: string;
  readonly #prefix: string;
  readonly #namespace: string;

  constructor(digest: string, currency: string, prefix: string) {
    this.#currency = currency;
    this.#prefix = prefix;
    this.#namespace = v5(JSON.stringify([digest, currency, prefix]), NAMESPACE);
  }

  /** The id that an account of the file has in the bank. */
  account(account: string): string {
    return this.#prefix + account;
  }

  open(account: string, overdraftLimit: number): OperationRequest {
    const id = v5(`open:${account}`, this.#namespace);
    return { type: 'open', id, account, currency: this.#currency, overdraftLimit };
  }

  move(row: ReplayRow): OperationRequest {
    const { seq, kind, date, partnerBank, partnerAccount } = row;
    const account = this.account(row.account);
    const common = {
      id: v5(String(seq), this.#namespace),
      amount: Math.abs(row.amountMinor),
      metadata: { kind, date, row: String(seq), ...(partnerAccount === '' ? {} : { partnerAccount }) },
    };
    const paysIn = row.amountMinor > 0;
    const bankAccount = bankAccountOf(kind, partnerBank, this.#currency);
    if (bankAccount === undefined) return { type: paysIn ? 'deposit' : 'withdrawal', ...common, account };
    return paysIn
      ? { type: 'transfer', ...common, from: bankAccount, to: account }
      : { type: 'transfer', ...common, from: account, to: bankAccount };
  }
}
