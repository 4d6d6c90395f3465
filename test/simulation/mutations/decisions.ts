import type { Account } from '@lastro/ledger';
import type { decideBatch } from '../../../apps/data-service/src/commit/decide-batch.ts';
import type { LedgerState, Outcomes } from '../../../apps/data-service/src/storage/store.ts';

type Decide = typeof decideBatch;
type Batch = Parameters<Decide>[1];

/** Shows `decideBatch` another ledger than it is. */
export function showing(show: (ledger: LedgerState, batch: Batch) => LedgerState) {
  return (decide: Decide): Decide =>
    (ledger, batch, ...rest) =>
      decide(show(ledger, batch), batch, ...rest);
}

/** Changes what `decideBatch` wants to have written beside the records. */
export function writing(change: (outcome: Outcomes, ledger: LedgerState) => Partial<Outcomes>) {
  return (decide: Decide): Decide =>
    (ledger, ...rest) => {
      const decision = decide(ledger, ...rest);
      const { write } = decision;
      if (write === undefined) return decision;
      const outcome = { ...write.outcome, ...change(write.outcome, ledger) };
      return { ...decision, write: { ...write, outcome } };
    };
}

/** Decides as if the accounts were disguised like this; what is written of them is as before, where it was not changed. */
export function disguising(disguise: (account: Account, batch: Batch) => Partial<Account>) {
  return (decide: Decide): Decide =>
    (ledger, batch, ...rest) => {
      const undisguised = (account: Account): Account => {
        const original = ledger.findAccount(account.id);
        if (original === undefined) return account;
        const kept = Object.entries(disguise(original, batch)).filter(
          ([field, value]) => account[field as keyof Account] === value,
        );
        return {
          ...account,
          ...Object.fromEntries(kept.map(([field]) => [field, original[field as never]])),
        };
      };
      const show = showing((shown) => ({
        ...shown,
        findAccount(id) {
          const account = shown.findAccount(id);
          return account && { ...account, ...disguise(account, batch) };
        },
      }));
      const undo = writing(({ changed, amended }) => ({
        changed: changed.map(undisguised),
        amended: amended.map(undisguised),
      }));
      return undo(show(decide))(ledger, batch, ...rest);
    };
}
