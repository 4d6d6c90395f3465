/** Something that is not as the promises say, with the exact row. */
export interface Finding {
  /** Which row, or which figure: `operation 17`, `batch 3`, `account alice`. */
  readonly where: string;
  readonly problem: string;
}

/** Collects findings up to a limit, and counts the rest: a broken ledger must not fill the memory. */
export class Findings {
  readonly #max: number;
  readonly #list: Finding[] = [];
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  get list(): readonly Finding[] {
    return this.#list;
  }

  add(where: string, problem: string): void {
    this.#count += 1;
    if (this.#list.length < this.#max) this.#list.push({ where, problem });
  }

  /** Adds a finding when `actual` is not `expected`. */
  expectEqual(where: string, what: string, actual: unknown, expected: unknown): void {
    if (!Object.is(actual, expected))
      this.add(where, `${what} is ${String(actual)} and should be ${String(expected)}`);
  }
}
