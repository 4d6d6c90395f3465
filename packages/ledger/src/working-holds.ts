import type { Hold, HoldStatus } from './hold.ts';
import type { UndoLog } from './undo-log.ts';

/** Finds a hold as it stood before the batch. */
export type FindHold = (id: string) => Hold | undefined;

/** The holds that a batch makes and ends, as they stand in the middle of it. */
export class WorkingHolds {
  readonly #find: FindHold;
  readonly #undo: UndoLog;
  readonly #changed = new Map<string, Hold>();

  constructor(find: FindHold, undo: UndoLog) {
    this.#find = find;
    this.#undo = undo;
  }

  /** The hold as it stands now. */
  get(id: string): Hold | undefined {
    return this.#changed.get(id) ?? this.#find(id);
  }

  open(hold: Hold): void {
    this.#set(hold);
  }

  close(hold: Hold, status: HoldStatus, captured: number, closedSequence: number): void {
    this.#set({ ...hold, status, captured, closedSequence });
  }

  #set(hold: Hold): void {
    const before = this.#changed.get(hold.id);
    this.#undo.push(() => {
      if (before === undefined) this.#changed.delete(hold.id);
      else this.#changed.set(hold.id, before);
    });
    this.#changed.set(hold.id, hold);
  }

  /** Every hold that was made or ended, as it stands now. */
  changed(): Hold[] {
    return [...this.#changed.values()];
  }
}
