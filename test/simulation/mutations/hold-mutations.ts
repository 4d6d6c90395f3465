import type { Account } from '@lastro/ledger';
import type { LedgerState, Outcomes } from '../../../apps/data-service/src/storage/store.ts';
import { disguising, showing, writing } from './decisions.ts';
import { type Mutation, replaceMethods } from './mutation.ts';

/** Bugs of holds, reversals and the life of accounts. */
export const HOLD_MUTATIONS: readonly Mutation[] = [
  {
    name: 'release-what-is-captured',
    bug: 'a capture in part releases only the part that it pays (I5)',
    decide: writing((outcome, ledger) => {
      let { amended } = outcome;
      for (const { from, status, amount, captured } of outcome.holds)
        if (status === 'captured') amended = holding(outcome, ledger, amended, from, amount - captured);
      return { amended };
    }),
  },
  {
    name: 'spend-what-is-held',
    bug: 'what is held can be paid out all the same (I5)',
    decide: disguising(({ overdraftLimit, held }) => ({ overdraftLimit: overdraftLimit + held })),
  },
  {
    name: 'capture-twice',
    bug: 'a hold that has ended can be ended again (I2)',
    decide: showing((ledger) => ({
      ...ledger,
      findHold(id) {
        const hold = ledger.findHold(id);
        return hold && { ...hold, status: 'open' };
      },
    })),
  },
  {
    name: 'capture-after-the-end',
    bug: 'a hold whose time is over can be captured while nobody has released it',
    decide: (decide) =>
      writing(({ holds }, ledger) => ({
        holds: holds.map((hold) => ({
          ...hold,
          expiresAt: hold.expiresAt ?? ledger.findHold(hold.id)?.expiresAt,
        })),
      }))(showing(withoutTime)(decide)),
  },
  {
    name: 'release-nothing',
    bug: 'nobody looks for holds whose time is over',
    store: (store) => replaceMethods(store, { dueHolds: () => Promise.resolve([]) }),
  },
  {
    name: 'keep-the-holds-of-a-group',
    bug: 'what a group has held stays held when the group is rolled back (I3)',
    decide: writing((outcome, ledger) => {
      let { amended } = outcome;
      for (const operation of outcome.applied) {
        const { content } = operation;
        const isRolledBack = operation.status === 'rejected' && operation.reason === 'group_rejected';
        if (isRolledBack && content.type === 'hold')
          amended = holding(outcome, ledger, amended, content.from, content.amount);
      }
      return { amended };
    }),
  },
  {
    name: 'forget-the-reversals',
    bug: 'how much of an operation is reversed is forgotten when the database goes down (I2)',
    server: { forgetsReversals: true },
  },
  {
    name: 'forget-what-was-left-out',
    bug: 'the queue does not remember that a client has left the amount out (I7)',
    queue: (queue) =>
      replaceMethods(queue, {
        append: (entries, atomic) =>
          queue.append(
            entries.map((entry) => ({ ...entry, named: { ...entry.named, amount: true } })),
            atomic,
          ),
      }),
  },
  {
    name: 'capture-through-a-freeze',
    bug: 'a freeze does not stop the capture of a hold',
    decide: disguising(({ status }, batch) =>
      status !== 'closed' && batch.some(({ type }) => type === 'capture') ? { status: 'open' } : {},
    ),
  },
];

/** Holds as if they never expired, unless they are to expire here. */
function withoutTime(ledger: LedgerState, batch: readonly { readonly type: string }[]): LedgerState {
  if (batch.some(({ type }) => type === 'expiry')) return ledger;
  return {
    ...ledger,
    findHold(id) {
      const hold = ledger.findHold(id);
      return hold && { ...hold, expiresAt: undefined };
    },
  };
}

/** `amended`, with so much more held on an account. */
function holding(
  { changed }: Outcomes,
  ledger: LedgerState,
  amended: readonly Account[],
  id: string,
  amount: number,
): readonly Account[] {
  const isIt = (account: Account) => account.id === id;
  const account = amended.find(isIt) ?? changed.find(isIt) ?? ledger.findAccount(id);
  if (account === undefined || amount === 0) return amended;
  return [...amended.filter((each) => !isIt(each)), { ...account, held: account.held + amount }];
}
