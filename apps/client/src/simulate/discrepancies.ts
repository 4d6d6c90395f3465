/** What a simulation proves about the bank; the text of the report. */
export const CHECKS = {
  taken: 'every operation was taken or left in doubt; none was refused at the door',
  final: 'every acknowledged operation is final: none is lost (I1)',
  once: 'every operation took effect once: one entry in each of its accounts, one place in the ledger (I2)',
  entries: 'every entry has the amount, the account and the balance that follow from the ones before it',
  rejections: 'every rejection is right at its place in the ledger, and nothing was posted past a limit (I5)',
  balances: 'every account ends with the balance that its entries come to',
  stable: 'operations sent again with the same id give the same result, and change nothing (I2, I6)',
  conserved: 'money is conserved: the accounts hold what was deposited less what was withdrawn (I4)',
} as const;

export type Check = keyof typeof CHECKS;

/** One thing that is not as it must be. */
export interface Discrepancy {
  readonly check: Check;
  readonly operation?: string | undefined;
  readonly account?: string | undefined;
  readonly sequence?: number | undefined;
  readonly expected: string;
  readonly found: string;
}

/** Most discrepancies kept for the report; more are counted. */
const KEPT_MAX = 200;

/** Gathers what is off. */
export class Discrepancies {
  readonly #kept: Discrepancy[] = [];
  readonly #counts = new Map<Check, number>();

  add(discrepancy: Discrepancy): void {
    this.#counts.set(discrepancy.check, this.count(discrepancy.check) + 1);
    if (this.#kept.length < KEPT_MAX) this.#kept.push(discrepancy);
  }

  count(check: Check): number {
    return this.#counts.get(check) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The first ones, in the order in which they were found. */
  get kept(): readonly Discrepancy[] {
    return this.#kept;
  }
}
