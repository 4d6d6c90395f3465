import type { Operation } from '@lastro/contract';
import type { OperationContent } from '@lastro/ledger';
import { type AccountSet, type HttpServer, type Principal, ProblemError } from '@lastro/service';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { OperationState } from '../operation-state.ts';

/**
 * What a customer's key may do: one that is limited to accounts. It reads these accounts and the operations that touch
 * them, and sends operations that debit them. Whatever is not named here is refused, so that what is new is closed first.
 */

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route shows one operation, and looks itself whether the sender may see it. */
    showsOperation?: boolean;
    /** The route lists accounts or operations, and asks the ledger only for those of the sender. */
    listsOwn?: boolean;
    /** The route shows events, and looks at each itself. */
    showsEvents?: boolean;
    /** The route shows nothing but the sender. */
    showsSender?: boolean;
  }
}

/** Where each type of operation names the account that it debits; null: no customer sends it. */
export const DEBITED_ACCOUNT: Readonly<Record<string, 'account' | 'from' | null>> = {
  open: null,
  deposit: null,
  withdrawal: 'account',
  transfer: 'from',
  hold: 'from',
  capture: null,
  void: null,
  expiry: null,
  reversal: null,
  freeze: null,
  unfreeze: null,
  close: null,
  update: null,
};

/**
 * Refuses an operation that its sender may not send. `where` is put before the sentence.
 *
 * @throws ProblemError `forbidden`
 */
export function refuseUnlessAllowed({ accounts }: Principal, content: OperationContent, where: string): void {
  if (accounts === undefined) return;
  const field = Object.hasOwn(DEBITED_ACCOUNT, content.type) ? DEBITED_ACCOUNT[content.type] : null;
  if (field === null || field === undefined)
    throw new ProblemError(
      'forbidden',
      `${where}A key that is limited to accounts sends no ${content.type}.`,
    );
  const debited = (content as { readonly account?: string; readonly from?: string })[field];
  if (debited === undefined || !accounts.includes(debited))
    throw new ProblemError('forbidden', `${where}The key is not one of the account '${debited}'.`);
}

/** The operation as its asker may see it, or `undefined`: without the balances and the keys of others. */
export function operationShownTo({ name, accounts }: Principal, operation: Operation): Operation | undefined {
  if (accounts === undefined) return operation;
  if (!touches(operation, accounts)) return undefined;
  const { balances, key, ...shown } = operation;
  const own = Object.entries(balances ?? {}).filter(([account]) => accounts.includes(account));
  return {
    ...shown,
    ...(balances === undefined ? {} : { balances: Object.fromEntries(own) }),
    ...(key === name ? { key } : {}),
  };
}

function touches({ account, from, to, balances = {} }: Operation, accounts: AccountSet): boolean {
  return [account, from, to, ...Object.keys(balances)].some(
    (id) => id !== undefined && accounts.includes(id),
  );
}

/** The state of an operation of the sender's own, as it may see it. */
export function stateShownTo(sender: Principal, state: OperationState): OperationState {
  if (sender.accounts === undefined) return state;
  if (state.kind === 'conflict') {
    const { owner, ...failure } = state.failure;
    return { kind: 'conflict', failure: { ...failure, owner: jsonShownTo(sender, owner) } };
  }
  return { ...state, json: jsonShownTo(sender, state.json) ?? state.json };
}

function jsonShownTo(sender: Principal, json: string | undefined): string | undefined {
  const shown = json === undefined ? undefined : operationShownTo(sender, JSON.parse(json) as Operation);
  return shown && JSON.stringify(shown);
}

/** Reads of one account, which its path names. */
const OF_ONE_ACCOUNT = /^\/v1\/accounts\/:id(\/|$)/;

/** Keeps customers' keys to the routes where it is known which accounts they are about. */
export function limitCustomers(app: HttpServer): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const accounts = request.principal?.accounts;
    done(accounts === undefined || request.is404 ? undefined : refusalOf(request, accounts));
  });
}

function refusalOf(request: FastifyRequest, accounts: AccountSet): ProblemError | undefined {
  const { url = '', config } = request.routeOptions;
  if (looksItself(config)) return undefined;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || !OF_ONE_ACCOUNT.test(url))
    return new ProblemError('forbidden', 'A key that is limited to accounts may not do this.');
  const { id = '' } = request.params as { id?: string };
  if (accounts.includes(id)) return undefined;
  // Whether it exists makes no difference: nobody looks.
  return new ProblemError('account_unknown', `There is no account '${id}', or there was none at that time.`);
}

/** What such a route takes and shows is looked at operation by operation, event by event. */
function looksItself(config: FastifyContextConfig): boolean {
  const { takesOperation, takesOperations, showsOperation, listsOwn, showsEvents, showsSender } = config;
  return [takesOperation, takesOperations, showsOperation, listsOwn, showsEvents, showsSender].includes(true);
}

/** Who sent a request to a route that is not public. */
export function senderOf({ principal }: { readonly principal: Principal | null }): Principal {
  if (principal === null) throw new TypeError('a public route does not know who sends');
  return principal;
}
