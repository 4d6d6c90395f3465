import { UndoLog } from './undo-log.ts';
import { type FindAccount, WorkingAccounts } from './working-accounts.ts';
import { type FindHold, WorkingHolds } from './working-holds.ts';
import type { Reversible } from './reversible.ts';
import { WorkingReversals } from './working-reversals.ts';

/** How the rules find what a batch names, as it stood before the batch. */
export interface Lookups {
  readonly findAccount: FindAccount;
  readonly findHold: FindHold;
  /** The operation with this id, as far as a reversal has to know it. */
  readonly findReversible: (id: string) => Reversible | undefined;
}

/** The ledger in the middle of a batch. Between `undo.begin` and `undo.rollback` every change can be taken back. */
export class WorkingLedger {
  readonly undo = new UndoLog();
  readonly accounts: WorkingAccounts;
  readonly holds: WorkingHolds;
  readonly reversals: WorkingReversals;
  /** RFC 3339, UTC: the time of the batch. */
  readonly postedAt: string;

  constructor({ findAccount, findHold }: Lookups, postedAt: string) {
    this.accounts = new WorkingAccounts(findAccount, this.undo);
    this.holds = new WorkingHolds(findHold, this.undo);
    this.reversals = new WorkingReversals(this.undo);
    this.postedAt = postedAt;
  }
}
