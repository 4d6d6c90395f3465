import { MINOR_MAX } from '@lastro/ledger';
import type { LockedLedger } from '../../../apps/data-service/src/storage/store.ts';
import { type Mutation, replaceMethods } from './mutation.ts';

const DRY_RUNS = '/v1/dry-runs';

/** Bugs of dry runs. */
export const DRY_RUN_MUTATIONS: readonly Mutation[] = [
  {
    name: 'write-what-is-tried',
    bug: 'a dry run answers as one, and is posted all the same',
    dataServiceClient: (client) =>
      replaceMethods(client, {
        async call(call) {
          const answer = await client.call(call);
          if (call.path === DRY_RUNS) client.call({ ...call, path: '/v1/batches' }).catch(() => undefined);
          return answer;
        },
      }),
  },
  {
    name: 'try-without-limits',
    bug: 'a dry run says posted where the money would not be there (I5)',
    store: seeing((ledger) => ({
      ...ledger,
      accounts: ledger.accounts.map((account) => ({
        ...account,
        overdraftLimit: MINOR_MAX,
      })),
    })),
  },
  {
    name: 'try-without-statuses',
    bug: 'a dry run says posted where an account is frozen or closed',
    store: seeing((ledger) => ({
      ...ledger,
      accounts: ledger.accounts.map((account) => ({ ...account, status: 'open' })),
    })),
  },
  {
    name: 'try-on-what-was',
    bug: 'a dry run looks at the accounts as they were when they were last tried',
    store: (store) => {
      const remembered = new Map<string, LockedLedger['accounts'][number]>();
      return seeing((ledger) => {
        const accounts = ledger.accounts.map((account) => remembered.get(account.id) ?? account);
        for (const account of ledger.accounts) remembered.set(account.id, account);
        return { ...ledger, accounts };
      })(store);
    },
  },
  {
    name: 'try-what-is-known',
    bug: 'a dry run does not look whether an operation is known (I2, I7)',
    store: seeing((ledger) => ({ ...ledger, operations: new Map() })),
  },
];

/** Shows those who only look another ledger than it is. */
function seeing(show: (ledger: LockedLedger) => LockedLedger): NonNullable<Mutation['store']> {
  return (store) =>
    replaceMethods(store, {
      inspect: (lookupAt, look) => store.inspect(lookupAt, (ledger) => look(show(ledger))),
    });
}
