/** A trial balance: what all accounts of one currency hold, on each side. */
export interface CurrencySums {
  readonly currency: string;
  readonly credit: bigint;
  readonly debit: bigint;
}

/** Adds up balances exactly: in doubles as long as these are exact, which is nearly always, and then in big integers. */
export class BalanceSums {
  readonly #sides = new Map<string, { credit: ExactSum; debit: ExactSum }>();

  add(currency: string, balance: number): void {
    let sides = this.#sides.get(currency);
    if (sides === undefined)
      this.#sides.set(currency, (sides = { credit: new ExactSum(), debit: new ExactSum() }));
    if (balance >= 0) sides.credit.add(balance);
    else sides.debit.add(-balance);
  }

  /** By currency, in the order of the alphabet. */
  totals(): CurrencySums[] {
    const currencies = [...this.#sides.keys()].sort();
    return currencies.map((currency) => {
      const { credit, debit } = this.#sides.get(currency)!;
      return { currency, credit: credit.total(), debit: debit.total() };
    });
  }
}

class ExactSum {
  #whole = 0n;
  #pending = 0;

  add(value: number): void {
    const sum = this.#pending + value;
    if (sum <= Number.MAX_SAFE_INTEGER) this.#pending = sum;
    else {
      this.#whole = this.total() + BigInt(value);
      this.#pending = 0;
    }
  }

  total(): bigint {
    return this.#whole + BigInt(this.#pending);
  }
}
