import type { AccountSet } from '@lastro/service';

/** Accounts given by their ids, or by how ids begin with `*` behind it. */
export class AccountGrant implements AccountSet {
  readonly #ids: ReadonlySet<string>;
  readonly #beginnings: readonly string[];

  constructor(accounts: readonly string[]) {
    this.#ids = new Set(accounts.filter((account) => !account.endsWith('*')));
    this.#beginnings = accounts
      .filter((account) => account.endsWith('*'))
      .map((account) => account.slice(0, -1));
  }

  includes(accountId: string): boolean {
    return this.#ids.has(accountId) || this.#beginnings.some((beginning) => accountId.startsWith(beginning));
  }
}
