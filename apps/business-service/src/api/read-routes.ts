import {
  Account,
  AccountBalance,
  AccountListQuery,
  AccountPage,
  AccountParams,
  BalanceQuery,
  CommittedBatchListQuery,
  CommittedBatchPage,
  CommittedBatchParams,
  CommittedBatchQuery,
  CommittedBatchWithOperations,
  OperationListQuery,
  OperationPage,
  Statement,
  StatementQuery,
  TrialBalance,
  TrialBalanceQuery,
} from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import type { BalanceReads } from './balance-reads.ts';
import { describe } from './documentation.ts';
import { addLedgerReads, type LedgerRead } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';
import { passOwnList } from './own-lists.ts';

const READS: readonly LedgerRead[] = [
  {
    path: '/v1/accounts',
    doc: describe('Accounts', 'listAccounts', 'List and find accounts, in the order of their ids', [
      'Accounts fit every filter that is given. A key that is limited to accounts finds these only; its pages may have fewer',
      'rows than `limit`, or none, while there is a `nextCursor`.',
    ]),
    listsOwn: true,
    querystring: AccountListQuery,
    answer: AccountPage,
  },
  {
    path: '/v1/accounts/:id',
    doc: describe('Accounts', 'getAccount', 'One account', []),
    params: AccountParams,
    answer: Account,
    problems: ['account_unknown'],
  },
  {
    path: '/v1/accounts/:id/balance',
    doc: describe('Accounts', 'getBalance', 'What an account holds, now or at a past moment', []),
    params: AccountParams,
    querystring: BalanceQuery,
    answer: AccountBalance,
    problems: ['account_unknown'],
  },
  {
    path: '/v1/accounts/:id/statement',
    doc: describe(
      'Accounts',
      'getStatement',
      'Entries of an account, newest first, with the balance after each',
      [],
    ),
    params: AccountParams,
    querystring: StatementQuery,
    answer: Statement,
    problems: ['account_unknown'],
  },
  {
    path: '/v1/operations',
    doc: describe('Operations', 'listOperations', 'Find operations in the ledger, newest first', [
      'Operations fit every filter that is given. What is found follows the ledger after a moment:',
      '`upToSequence` says how far it is. A key that is limited to accounts finds what touches these only; one with more',
      'accounts than a data service looks through at a time (`LASTRO_SEARCH_ACCOUNTS_MAX`) has to name the `account`.',
    ]),
    listsOwn: true,
    querystring: OperationListQuery,
    answer: OperationPage,
  },
  {
    path: '/v1/trial-balance',
    doc: describe('Ledger', 'getTrialBalance', 'Sums over all accounts: do debits equal credits?', [
      'With `at`, as they stood at a past moment.',
    ]),
    querystring: TrialBalanceQuery,
    answer: TrialBalance,
  },
  {
    path: '/v1/batches',
    doc: describe('Ledger', 'listBatches', 'List the batches of the ledger, newest first', [
      'Each is a link of the hash chain: `hash` covers all of its operations and the hash before.',
    ]),
    querystring: CommittedBatchListQuery,
    answer: CommittedBatchPage,
  },
  {
    path: '/v1/batches/:number',
    doc: describe('Ledger', 'getBatch', 'One batch, with its operations page by page', []),
    params: CommittedBatchParams,
    querystring: CommittedBatchQuery,
    answer: CommittedBatchWithOperations,
    problems: ['batch_not_found'],
  },
];

/** Accounts and their money, operations, and the sums over all. */
export function addReadRoutes(app: HttpServer, ledger: LedgerReads, balances: BalanceReads): void {
  addLedgerReads(app, ledger, READS, ({ answer, listsOwn }, request, reply) => {
    if (listsOwn && senderOf(request).accounts !== undefined) return passOwnList(ledger, request, reply);
    const { id } = request.params as { id?: string };
    // A balance of now is by far the most frequent read, and many are read as one.
    if (answer === AccountBalance && id !== undefined && !request.url.includes('?'))
      return balances.answer(reply, id);
    return undefined;
  });
}
