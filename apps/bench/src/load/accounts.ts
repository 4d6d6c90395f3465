import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AccountChoice } from './job.ts';

/** The id of the account with this index; the same for every contender. */
export function accountId(index: number): string {
  return `customer-${index}`;
}

const HOT_ACCOUNT = 0;
const PER_MILLE = 1000;

/** Picks accounts at random, the same ones for the same seed. */
export class AccountPicker {
  readonly #random;
  readonly #count: number;
  readonly #hotPerMille: number;

  constructor({ count, hotShare = 0 }: AccountChoice, seed: number) {
    this.#random = xoroshiro128plus(seed);
    this.#count = count;
    this.#hotPerMille = Math.round(hotShare * PER_MILLE);
  }

  one(): number {
    return uniformInt(this.#random, 0, this.#count - 1);
  }

  /** Two accounts of a transfer, never the same one. */
  two(): [from: number, to: number] {
    const isHot = this.#hotPerMille > 0 && uniformInt(this.#random, 1, PER_MILLE) <= this.#hotPerMille;
    const first = isHot ? HOT_ACCOUNT : this.one();
    const second = (first + uniformInt(this.#random, 1, this.#count - 1)) % this.#count;
    // The hot account pays as often as it receives.
    return uniformInt(this.#random, 0, 1) === 0 ? [first, second] : [second, first];
  }
}
