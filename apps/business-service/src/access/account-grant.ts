import { grantedAccounts } from '@lastro/contract';
import type { AccountSet } from '@lastro/service';

/** Accounts given by their ids, or by how ids begin with `*` behind it. */
export class AccountGrant implements AccountSet {
  readonly grants: readonly string[];
  readonly #ids: ReadonlySet<string>;
  readonly #beginnings: readonly string[];

  constructor(grants: readonly string[]) {
    const { ids, beginnings } = grantedAccounts(grants);
    this.grants = grants;
    this.#ids = new Set(ids);
    this.#beginnings = beginnings;
  }

  includes(accountId: string): boolean {
    return this.#ids.has(accountId) || this.#beginnings.some((beginning) => accountId.startsWith(beginning));
  }
}
