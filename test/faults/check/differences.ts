import type { Violations } from './violations.ts';

/**
 * By how much the balances of the ledger differ from those of the model. A difference is told when it begins or
 * changes, and not again with every operation that comes after it.
 */
export class Differences {
  readonly #violations: Violations;
  readonly #byAccount = new Map<string, bigint>();
  /** For each account, by how much it was changed, the newest operation that did so. */
  readonly #movements = new Map<string, Map<bigint, string>>();

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Notes down that an operation changed the account: it might have done so twice. */
  note(account: string, change: bigint, id: string): void {
    const movements = this.#movements.get(account);
    if (movements === undefined) this.#movements.set(account, new Map([[change, id]]));
    else movements.set(change, id);
  }

  /** `difference`: what the ledger has more than the model, now. */
  compare(account: string, difference: bigint, what: string): void {
    const change = difference - (this.#byAccount.get(account) ?? 0n);
    if (change === 0n) return;
    this.#byAccount.set(account, difference);
    const culprit = this.#movements.get(account)?.get(change);
    if (culprit === undefined) this.#violations.add('balance', what);
    else this.#violations.add('doubled', `${what}: as if ${culprit} took effect twice (I2)`);
  }
}
