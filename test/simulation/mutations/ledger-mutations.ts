import { type Account, GENESIS_HASH, MINOR_MAX } from '@lastro/ledger';
import { AccountCache } from '../../../apps/data-service/src/commit/account-cache.ts';
import type { CommitQueue } from '../../../apps/data-service/src/commit/commit-queue.ts';
import type {
  BatchToWrite,
  CommitLookup,
  LedgerHead,
  LedgerStore,
  LockedLedger,
} from '../../../apps/data-service/src/storage/store.ts';
import { showing } from './decisions.ts';
import { type Mutation, replaceMethods } from './mutation.ts';

/** Bugs of the data service and of the storage engine. */
export const LEDGER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'drop-the-id-check',
    bug: 'an operation that is sent again is applied again (I2)',
    server: { idsMayRepeat: true },
    decide: showing((ledger) => ({ ...ledger, findOperation: () => undefined })),
  },
  {
    name: 'forget-the-fence',
    bug: 'balances in memory are believed, whoever has written since (I5, I8)',
    accountCache: (sizeMax) => new CacheWithoutFence(sizeMax),
  },
  {
    name: 'believe-an-unknown-commit',
    bug: 'after a lost answer the cache counts the commit as done, and its fence looks at the number of the batch only (I8)',
    accountCache: (sizeMax) => new CacheFencedByNumber(sizeMax),
    server: { fencesByNumber: true },
  },
  {
    name: 'append-anywhere',
    bug: 'what was decided ahead is written wherever the ledger stands by then (I8)',
    server: { appendsAnywhere: true },
  },
  {
    name: 'lock-nothing',
    bug: 'two data services commit at once (I8)',
    server: { locksNothing: true },
  },
  {
    name: 'half-a-batch',
    bug: 'what a commit writes is there at once, also when the commit is never finished (I3)',
    server: { writesAtOnce: true },
  },
  {
    name: 'forget-the-last-commit',
    bug: 'the database answers a commit that it has not synced, and loses it when it goes down (I1, I8)',
    server: { forgetsLastCommit: true },
  },
  {
    name: 'one-leg',
    bug: 'of the balances that a commit changes, one is not written (I4)',
    server: { losesOneBalance: true },
  },
  {
    name: 'overdraft-check-off',
    bug: 'an account may pay out what it does not have (I5)',
    decide: showing((ledger) => ({
      ...ledger,
      findAccount: (id) => withOverdraft(ledger.findAccount(id), MINOR_MAX),
    })),
  },
  {
    name: 'forget-rejections',
    bug: 'a rejection is answered and not stored, so that a retry can post (I6)',
    decide:
      (decide) =>
      (...args) => {
        const decision = decide(...args);
        const isRejected = decision.write?.outcome.applied.every(({ status }) => status === 'rejected');
        return isRejected === true ? { ...decision, write: undefined } : decision;
      },
  },
  {
    name: 'answer-before-the-commit',
    bug: 'the data service answers when it has decided, and not when it has committed (I1, I6)',
    store: answeringEarly,
  },
  {
    name: 'leave-a-link-out',
    bug: 'the hash of a batch does not cover the batch before it (I8)',
    decide: showing((ledger) => ({ ...ledger, head: { ...ledger.head, hash: GENESIS_HASH } })),
  },
  {
    name: 'let-time-go-back',
    bug: 'a batch is dated by the clock of whoever commits it (I8)',
    decide: showing((ledger) => ({
      ...ledger,
      head: { ...ledger.head, postedAt: '2000-01-01T00:00:00.000Z' },
    })),
  },
  {
    name: 'conflict-as-replay',
    bug: 'the same id with another content is answered with the first result (I7)',
    commits: (commits) =>
      submitting(commits, async (operations) =>
        (await commits.submit(operations)).map((result) =>
          'conflict' in result && result.conflict !== null ? { operation: result.conflict } : result,
        ),
      ),
  },
  {
    name: 'group-in-part',
    bug: 'an atomic group is cut in two on its way to the ledger (I3)',
    commits: (commits) =>
      submitting(commits, async (operations) => {
        const second = operations.findIndex(({ id, group }) => group !== undefined && group !== id);
        if (second === -1) return commits.submit(operations);
        const first = await commits.submit(operations.slice(0, second));
        return [...first, ...(await commits.submit(operations.slice(second)))];
      }),
  },
];

type Decided = { readonly write: BatchToWrite | undefined };

function submitting(commits: CommitQueue, submit: CommitQueue['submit']): CommitQueue {
  return replaceMethods(commits, { submit });
}

function answeringEarly(store: LedgerStore): LedgerStore {
  return replaceMethods(store, {
    append(onto, write) {
      store.append(onto, write).catch(() => undefined);
      return Promise.resolve(true);
    },
    commit: <Decision extends Decided>(
      lookupAt: (head: LedgerHead) => CommitLookup,
      decide: (ledger: LockedLedger) => Decision,
    ) =>
      new Promise<Decision>((resolve, reject) => {
        store
          .commit(lookupAt, (ledger) => {
            const decision = decide(ledger);
            resolve(decision);
            return decision;
          })
          .catch(reject);
      }),
  });
}

function withOverdraft(account: Account | undefined, overdraftLimit: number): Account | undefined {
  return account && { ...account, overdraftLimit };
}

class CacheWithoutFence extends AccountCache {
  override fence(head: LedgerHead): boolean {
    return this.head !== undefined || super.fence(head);
  }

  override forget(): void {}
}

class CacheFencedByNumber extends AccountCache {
  override fence(head: LedgerHead): boolean {
    return this.head?.batch === head.batch || super.fence(head);
  }

  override forget(): void {}
}
