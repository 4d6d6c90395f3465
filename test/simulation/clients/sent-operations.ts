import type { Random } from '../world/random.ts';
import type { IdentifiedRequest } from './operation-mix.ts';

/** Among so many of the newest, so that operations meet before what they are about is over. */
const NEWEST = 4;

/** What all clients together have sent, as far as later operations can be about it. */
export class SentOperations {
  readonly #holds: string[] = [];
  readonly #movements: string[] = [];
  readonly #reversals: string[] = [];
  readonly #amounts = new Map<string, number>();

  note({ id, ...request }: IdentifiedRequest): void {
    switch (request.type) {
      case 'hold':
        this.#holds.push(id);
        this.#amounts.set(id, request.amount);
        return;
      case 'deposit':
      case 'withdrawal':
      case 'transfer':
        this.#movements.push(id);
        this.#amounts.set(id, request.amount);
        return;
      case 'capture':
        this.#movements.push(id);
        // What is left out is all of it.
        this.#amounts.set(id, request.amount ?? this.amountOf(request.hold));
        return;
      case 'reversal':
        this.#reversals.push(id);
        return;
      default:
    }
  }

  /** The id of a hold: mostly of one of the newest, now and then of any, or of what is none. */
  pickHold(random: Random): string {
    return this.#pick(random, this.#holds, this.#movements);
  }

  /** The id of an operation that moves money; now and then of a reversal, which cannot be reversed. */
  pickMovement(random: Random): string {
    return this.#pick(random, this.#movements, this.#reversals);
  }

  /** What the operation was to move or to hold, as far as it is known. */
  amountOf(id: string): number {
    return this.#amounts.get(id) ?? 1;
  }

  #pick(random: Random, right: readonly string[], wrong: readonly string[]): string {
    const pick = random.next();
    const candidates = pick < 0.75 ? right.slice(-NEWEST) : pick < 0.88 ? right : wrong;
    return candidates.length === 0 ? random.uuid() : random.pick(candidates);
  }
}
