import {
  type Account,
  type AccountBalance,
  AccountParams,
  BalanceQuery,
  type BalancesAnswer,
  BalancesRequest,
  grantedAccounts,
  LedgerAccountListQuery,
  OperationParams,
  StatementQuery,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { available } from '@lastro/ledger';
import { type HttpServer, ProblemError } from '@lastro/service';
import { cutPage } from './cut-page.ts';
import type { FoundAccounts, LedgerFinder } from '../projection/ledger-finder.ts';
import { type AccountView, type BalanceView, type LedgerStore } from '../storage/store.ts';
import { cursorSequence } from './cursor-sequence.ts';
import type { ReadsFor } from './lagging-reads.ts';
import { operationJson } from './operation-json.ts';
import { statementEntry } from './statement-entry.ts';

const config = { scope: 'read' } as const;

/** Reads, in the paths and shapes of the public API: a business service passes them on as they are. */
export function addReadRoutes(
  app: HttpServer,
  store: LedgerStore,
  findAccounts: LedgerFinder['accounts'],
  reads: ReadsFor = () => store,
): void {
  app.get('/v1/accounts', { config, schema: { querystring: LedgerAccountListQuery } }, async ({ query }) => {
    const { accounts: grants, ...asked } = query;
    const limit = query.limit ?? PAGE_SIZE_DEFAULT;
    const search = { ...asked, limit: limit + 1 };
    const { accounts, lookedUpTo, ...counted }: FoundAccounts = isPlainList(query)
      ? { accounts: await store.listAccounts(search) }
      : await findAccounts({
          ...search,
          granted: grants === undefined ? undefined : grantedAccounts(grants.split(',')),
        });
    const { page, next } = cutPage(accounts, limit, ({ id }) => id);
    const rest = lookedUpTo === undefined ? {} : { nextCursor: lookedUpTo };
    return { accounts: page.map(accountAnswer), ...counted, ...rest, ...next };
  });

  app.get('/v1/accounts/:id', { config, schema: { params: AccountParams } }, async ({ params }) => {
    return accountAnswer(found(await store.findAccount(params.id), params.id));
  });

  app.get(
    '/v1/accounts/:id/balance',
    { config, schema: { params: AccountParams, querystring: BalanceQuery } },
    async ({ params: { id }, query: { at } }) => {
      const view = at === undefined ? (await store.balances([id]))[0] : await store.balanceAt(id, at);
      return balanceAnswer(found(view, id));
    },
  );

  app.post(
    '/v1/balances',
    { config, schema: { body: BalancesRequest } },
    async ({ body }): Promise<BalancesAnswer> => {
      const views = await store.balances(body.accounts);
      return { balances: views.map((view) => (view === undefined ? null : balanceAnswer(view))) };
    },
  );

  addStatementRoute(app, reads);

  app.get(
    '/v1/operations/:id',
    { config, schema: { params: OperationParams } },
    async ({ params }, reply) => {
      const stored = await store.findOperation(params.id);
      if (stored === undefined) throw new ProblemError('operation_not_found');
      return reply.type('application/json; charset=utf-8').send(operationJson(stored));
    },
  );
}

function addStatementRoute(app: HttpServer, reads: ReadsFor): void {
  app.get(
    '/v1/accounts/:id/statement',
    { config, schema: { params: AccountParams, querystring: StatementQuery } },
    async ({ params, query }, reply) => {
      const { cursor, limit = PAGE_SIZE_DEFAULT, from, to } = query;
      const range = { cursor: cursor === undefined ? undefined : cursorSequence(cursor), from, to, limit };
      const page = found(await reads(reply).statement(params.id, range), params.id);
      return {
        account: page.account.id,
        currency: page.account.currency,
        openingBalance: page.openingBalance,
        closingBalance: page.closingBalance,
        entries: page.operations.map((operation) => statementEntry(operation, page.account.id)),
        ...(page.nextCursor === undefined ? {} : { nextCursor: String(page.nextCursor) }),
      };
    },
  );
}

/** Whether the list is cut by nothing but ids, for which the ledger itself has an index. */
function isPlainList(query: object): boolean {
  return Object.keys(query).every((name) => ['cursor', 'limit', 'prefix'].includes(name));
}

function found<Value>(value: Value | undefined, id: string): Value {
  if (value === undefined)
    throw new ProblemError('account_unknown', `There is no account '${id}', or there was none at that time.`);
  return value;
}

function accountAnswer(account: AccountView): Account {
  const { id, currency, name, metadata, overdraftLimit, balance, held, status, entryCount, openedAt } =
    account;
  return {
    id,
    currency,
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
    overdraftLimit,
    balance,
    held,
    available: available(account),
    status,
    entryCount,
    openedAt,
  };
}

function balanceAnswer({ account, sequence }: BalanceView): AccountBalance {
  const { id, currency, balance, held } = account;
  return { account: id, currency, balance, held, available: available(account), sequence };
}
