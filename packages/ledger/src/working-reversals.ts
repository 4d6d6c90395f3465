import type { Reversal, Reversible } from './reversible.ts';
import type { UndoLog } from './undo-log.ts';

/** What a batch reverses, in the middle of it: operations of the ledger, and of the batch itself. */
export class WorkingReversals {
  readonly #undo: UndoLog;
  readonly #reversals: Reversal[] = [];
  /** Minor units that are reversed, by the sequence of the original: of those that this batch reverses. */
  readonly #reversed = new Map<number, number>();

  constructor(undo: UndoLog) {
    this.#undo = undo;
  }

  /** Minor units that can still be reversed. */
  leftOf(original: Reversible): number {
    return original.amount - (this.#reversed.get(original.sequence) ?? original.reversed);
  }

  add(original: Reversible, amount: number, sequence: number): void {
    const before = this.#reversed.get(original.sequence);
    const reversed = (before ?? original.reversed) + amount;
    this.#undo.push(() => {
      this.#reversals.pop();
      if (before === undefined) this.#reversed.delete(original.sequence);
      else this.#reversed.set(original.sequence, before);
    });
    this.#reversed.set(original.sequence, reversed);
    this.#reversals.push({ original: original.sequence, sequence, reversed });
  }

  /** Every reversal of the batch, in order. */
  all(): readonly Reversal[] {
    return this.#reversals;
  }
}
