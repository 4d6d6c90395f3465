import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type OperationKind, OPERATION_KINDS, type SimulationSettings } from './settings.ts';

/** One random operation between accounts of the run, by their numbers. */
export interface PlannedOperation {
  readonly kind: OperationKind;
  /** The account; for a transfer, the one that pays. */
  readonly account: number;
  /** The account that a transfer pays to; 0 for the other kinds. */
  readonly to: number;
  readonly amountMinor: number;
}

const HOT_ACCOUNT = 0;
const PERCENT = 100;

/** Every how manieth account may go below zero, by the largest amount. */
const OVERDRAFT_EVERY = 4;

/** Overdraft limit of an account of the run, in minor units. */
export function overdraftLimitMinor(
  account: number,
  settings: Pick<SimulationSettings, 'amountMaxMinor'>,
): number {
  return account % OVERDRAFT_EVERY === 0 ? settings.amountMaxMinor : 0;
}

/** Draws operations from a seed: the same seed gives the same operations in the same order, whatever the bank does. */
export class OperationPlan {
  readonly #random: ReturnType<typeof xoroshiro128plus>;
  readonly #settings: SimulationSettings;
  readonly #weights: number;

  constructor(settings: SimulationSettings) {
    this.#settings = settings;
    this.#random = xoroshiro128plus(settings.seed);
    this.#weights = OPERATION_KINDS.reduce((sum, kind) => sum + settings.mix[kind], 0);
  }

  next(): PlannedOperation {
    const { accounts, amountMaxMinor, hotAccountPercent } = this.#settings;
    const kind = this.#kind();
    const amountMinor = this.#draw(1, amountMaxMinor);
    const hot = this.#draw(1, PERCENT) <= hotAccountPercent;
    const account = hot ? HOT_ACCOUNT : this.#draw(0, accounts - 1);
    if (kind !== 'transfer') return { kind, account, to: 0, amountMinor };
    // Another account than the one that pays, each as likely; and the hot one on either side as often.
    const other = (account + this.#draw(1, accounts - 1)) % accounts;
    return this.#draw(0, 1) === 0
      ? { kind, account, to: other, amountMinor }
      : { kind, account: other, to: account, amountMinor };
  }

  #kind(): OperationKind {
    let ticket = this.#draw(1, this.#weights);
    return OPERATION_KINDS.find((kind) => (ticket -= this.#settings.mix[kind]) <= 0)!;
  }

  #draw(from: number, to: number): number {
    return uniformInt(this.#random, from, to);
  }
}
