import { type IssuedKey, type Problem, SCOPES, type Scope } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOpenApi } from '../../apps/business-service/src/index.ts';
import { ADMIN_KEY, WholeBank } from '../whole-bank/whole-bank.ts';

/** What a customer's key may ask for beside its own accounts. Every other route of the description is closed to it. */
const OPEN_TO_CUSTOMERS = [
  ...['GET /v1/accounts', 'GET /v1/operations', 'GET /v1/operations/{id}'],
  ...['GET /v1/events', 'GET /v1/whoami'],
  ...['POST /v1/operations', 'POST /v1/withdrawals', 'POST /v1/transfers', 'POST /v1/holds'],
];
/** A read of one account, which the path names. */
const OF_ONE_ACCOUNT = /^GET \/v1\/accounts\/\{id\}/;

/** Bodies that fit, where `{}` does not: what is wrong in form is refused before anybody looks whose it is. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /v1/accounts': { id: 'alice' },
  'PATCH /v1/accounts/{id}': { overdraftLimit: 1 },
  'POST /v1/operations': { operations: [{ type: 'withdrawal', account: 'alice', amount: 1 }] },
  'POST /v1/deposits': { account: 'alice', amount: 1 },
  'POST /v1/withdrawals': { account: 'alice', amount: 1 },
  'POST /v1/transfers': { from: 'alice', to: 'bob', amount: 1 },
  'POST /v1/holds': { from: 'alice', to: 'bob', amount: 1 },
  'POST /v1/exchanges': {
    from: 'alice',
    to: 'alice.usd',
    amount: 100,
    currency: 'BRL',
    toCurrency: 'USD',
    rate: '0.2',
  },
};

interface Described {
  readonly paths: Record<
    string,
    Record<string, { readonly security: readonly { bearer: readonly Scope[] }[] }>
  >;
}

// The routes are those of the description, so that a new one is tried by itself.
const { paths } = (await buildOpenApi()) as Described;
interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly scope: Scope;
}
const routes: Route[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security }]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    scope: security[0]!.bearer[0]!,
  })),
);

describe('every route of the API', { timeout: 60_000 }, () => {
  let bank: WholeBank;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    bank = await WholeBank.start();
    for (const scope of SCOPES) {
      await makeKey(`bank-${scope}`, { scope });
      await makeKey(`customer-${scope}`, { scope, accounts: ['alice'] });
    }
  });
  afterAll(() => bank.stop());

  async function makeKey(name: string, more: object): Promise<void> {
    const answer = await fetch(`${bank.url}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, ...more }),
    });
    keys.set(name, ((await answer.json()) as IssuedKey).key);
  }

  /** The code of the answer's problem, if it is one. What the route does with the rest does not matter. */
  async function problemOf(
    name: string,
    { name: route, method, path }: Route,
    account = 'alice',
  ): Promise<string | undefined> {
    const target = path
      .replace('/accounts/{id}', `/accounts/${account}`)
      .replace(/\{\w+\}/g, '01890a5d-ac96-774b-bcce-b302099a8057');
    const leaving = new AbortController();
    const hasBody = method !== 'GET' && method !== 'DELETE';
    const answer = await fetch(bank.url + target, {
      method,
      headers: {
        authorization: `Bearer ${keys.get(name)}`,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
      },
      ...(hasBody ? { body: JSON.stringify(BODIES[route] ?? {}) } : {}),
      signal: leaving.signal,
    });
    // Some answers have no end.
    const code = answer.ok ? undefined : ((await answer.json()) as Problem).code;
    leaving.abort();
    expect([401, 500, 503]).not.toContain(answer.status);
    return code;
  }

  it('says which scope it needs', () => {
    expect(routes.filter(({ scope }) => !SCOPES.includes(scope))).toEqual([]);
    for (const scope of SCOPES) expect(routes.map((route) => route.scope)).toContain(scope);
  });

  it.each(routes)('asks for its scope, and no more: $name', async (route) => {
    for (const [index, scope] of SCOPES.entries()) {
      const isEnough = index >= SCOPES.indexOf(route.scope);
      expect([scope, (await problemOf(`bank-${scope}`, route)) !== 'forbidden']).toEqual([scope, isEnough]);
    }
  });

  it.each(routes)('is closed to customers, or looks at what they ask for: $name', async (route) => {
    for (const [index, scope] of SCOPES.entries()) {
      const isNamed = OPEN_TO_CUSTOMERS.includes(route.name) || OF_ONE_ACCOUNT.test(route.name);
      const isOpen = isNamed && index >= SCOPES.indexOf(route.scope);
      const code = await problemOf(`customer-${scope}`, route);
      if (isOpen) expect([scope, code]).not.toEqual([scope, 'forbidden']);
      else expect([scope, code]).toEqual([scope, 'forbidden']);
    }
  });

  it.each(routes.filter(({ name }) => OF_ONE_ACCOUNT.test(name)))(
    'is about an account that might as well not exist, for customers of others: $name',
    async (route) => {
      expect(await problemOf('customer-read', route, 'bob')).toBe('account_unknown');
    },
  );
});
