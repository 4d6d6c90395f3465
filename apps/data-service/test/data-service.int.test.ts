import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { AccountPage, BatchAnswer, OperationPage, Problem, TrialBalance } from '@lastro/contract';
import type { RunningService } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startDataService } from '../src/index.ts';
import { newId } from './commit-batches.ts';

const KEY = 'business-1-key-0123456789';
const OTHER_KEY = 'business-2-key-0123456789';
const PATIENCE = { timeout: 20_000, interval: 20 };
const acceptedAt = '2026-11-22T12:00:00.000Z';

describe('the data service', () => {
  let database: TestDatabase;
  let service: RunningService;
  const env = () => ({
    DATABASE_URL: database.url,
    LASTRO_PORT: '0',
    LASTRO_BUSINESS_KEYS: `business-1:${KEY},business-2:${OTHER_KEY}`,
    LASTRO_LOG_LEVEL: 'silent',
  });
  const request = async <Body = unknown>(path: string, init: RequestInit & { key?: string } = {}) => {
    const { key = KEY, ...rest } = init;
    const headers = {
      authorization: `Bearer ${key}`,
      ...(rest.body ? { 'content-type': 'application/json' } : {}),
    };
    const response = await fetch(`${service.url}${path}`, { ...rest, headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  const submit = (operations: unknown[], key = KEY) =>
    request<BatchAnswer>('/v1/batches', { method: 'POST', body: JSON.stringify({ operations }), key });
  const open = (account: string, fields: object = {}) => ({
    id: newId(),
    type: 'open',
    account,
    currency: 'BRL',
    overdraftLimit: 0,
    acceptedAt,
    ...fields,
  });
  const deposit = (account: string, amount: unknown, fields: object = {}) => ({
    id: newId(),
    type: 'deposit',
    account,
    amount,
    acceptedAt,
    ...fields,
  });

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startDataService(env());
    await submit([open('alice'), open('bob')]);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('posts a batch and answers each operation, in order, with what everybody will see from then on', async () => {
    const operation = deposit('alice', 700, { description: 'salary', metadata: { month: '11' } });
    const { status, body } = await submit([operation, deposit('nobody', 1)]);
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      {
        operation: {
          ...operation,
          status: 'posted',
          currency: 'BRL',
          balances: { alice: 700, '@cash.BRL': -700 },
          acceptedBy: 'business-1',
        },
      },
      { operation: { status: 'rejected', reason: 'account_not_found', account: 'nobody', amount: 1 } },
    ]);
    const stored = await request(`/v1/operations/${operation.id}`);
    expect({ operation: stored.body }).toEqual(body.results[0]);
  });

  it('answers the same operation from two business services with one result, that of the first (I2, I6)', async () => {
    const operation = deposit('alice', 5);
    const first = await submit([operation]);
    const second = await submit([{ ...operation, acceptedAt: '2026-11-22T13:00:00.000Z' }], OTHER_KEY);
    expect(second.body).toEqual(first.body);
  });

  it('tells a conflict, with the operation that owns the id (I7)', async () => {
    const operation = deposit('alice', 5);
    await submit([operation]);
    const { body } = await submit([{ ...operation, amount: 6 }]);
    expect(body.results).toMatchObject([{ conflict: { id: operation.id, amount: 5 } }]);
  });

  it('judges each operation by itself: what is malformed does not hold up the rest', async () => {
    const { status, body } = await submit([
      deposit('alice', 1.5),
      null,
      deposit('alice', 1),
      deposit('alice', 1, { surprise: true }),
      deposit('alice', '1'),
      { ...deposit('alice', 1), id: '00000000-0000-8000-8000-000000000000' },
      open('@cash.EUR'),
      deposit('alice', 2),
    ]);
    expect(status).toBe(200);
    expect(body.results.map((result) => Object.keys(result)[0])).toEqual([
      ...[
        'malformed',
        'malformed',
        'operation',
        'malformed',
        'malformed',
        'malformed',
        'malformed',
        'operation',
      ],
    ]);
    expect(body.results[0]).toEqual({
      malformed: 'operation/amount must be a whole number, without quotes or a fraction',
    });
  });

  it('takes none of an atomic group when one of it is malformed (I3)', async () => {
    const first = deposit('bob', 10);
    const { body } = await submit([
      { ...first, group: first.id },
      deposit('bob', -1, { group: first.id }),
      deposit('bob', 1),
    ]);
    expect(body.results.map((result) => Object.keys(result)[0])).toEqual([
      'malformed',
      'malformed',
      'operation',
    ]);
    expect((await request(`/v1/operations/${first.id}`)).status).toBe(404);
  });

  it.each([
    ['no operations', { operations: [] }, 400, 'invalid_request'],
    ['an unknown field', { operations: [{}], more: 1 }, 400, 'invalid_request'],
    ['no object', 'hello', 400, 'invalid_request'],
  ])('refuses a body with %s as a whole', async (_what, payload, status, code) => {
    const answer = await request<Problem>('/v1/batches', { method: 'POST', body: JSON.stringify(payload) });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('refuses a truncated body, a missing key and a wrong one', async () => {
    expect(await request('/v1/batches', { method: 'POST', body: '{"operations":[' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_json' },
    });
    expect(await request('/v1/accounts/alice', { key: 'wrong' })).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
  });

  it('reads accounts, balances, statements and the trial balance', async () => {
    const id = `dora-${newId()}`;
    const before = new Date().toISOString();
    await submit([open(id, { name: 'Dora', overdraftLimit: 50 }), deposit(id, 20), deposit(id, 30)]);
    expect((await request(`/v1/accounts/${id}`)).body).toMatchObject({
      id,
      name: 'Dora',
      balance: 50,
      available: 100,
    });
    expect((await request(`/v1/accounts/${id}/balance`)).body).toMatchObject({
      account: id,
      balance: 50,
      held: 0,
      available: 100,
    });
    expect((await request(`/v1/accounts/${id}/balance?at=${before}`)).status).toBe(404);
    const statement = await request<{ nextCursor: string }>(`/v1/accounts/${id}/statement?limit=1`);
    expect(statement.body).toMatchObject({
      account: id,
      currency: 'BRL',
      entries: [{ entry: 2, amount: 30, balance: 50, counterparty: '@cash.BRL' }],
    });
    const next = await request(`/v1/accounts/${id}/statement?cursor=${statement.body.nextCursor}`);
    expect(next.body).toMatchObject({ entries: [{ entry: 1, amount: 20, balance: 20 }] });
    expect((await request('/v1/trial-balance')).body).toMatchObject({
      currencies: [{ currency: 'BRL', balanced: true }],
    });
    const page = await request<{ accounts: unknown[]; nextCursor: string }>('/v1/accounts?limit=1');
    expect(page.body).toMatchObject({ accounts: [{ id: '@cash.BRL' }], nextCursor: '@cash.BRL' });
  });

  it('finds operations and accounts once it has followed the ledger that far', async () => {
    const id = `find-${newId()}`;
    const metadata = { order: newId() };
    const first = deposit(id, 4_321, { metadata });
    const { body } = await submit([
      open(id, { name: 'Álvaro Findling', currency: 'EUR' }),
      first,
      deposit(id, 9),
    ]);
    const sequence = (body.results[2] as { operation: { sequence: number } }).operation.sequence;
    await vi.waitFor(async () => {
      const page = await request<OperationPage>('/v1/operations?limit=1');
      expect(page.body.upToSequence).toBeGreaterThanOrEqual(sequence);
    }, PATIENCE);
    const find = async (query: string) => (await request<OperationPage>(`/v1/operations?${query}`)).body;
    const [posted] = body.results.slice(1).map((result) => (result as { operation: unknown }).operation);
    expect((await find(`metadata.order=${metadata.order}`)).operations).toEqual([posted]);
    expect((await find(`account=${id}&amountMin=4000&type=deposit&status=posted`)).operations).toEqual([
      posted,
    ]);
    const page = await find(`account=${id}&limit=1`);
    expect(page.operations).toMatchObject([{ amount: 9 }]);
    expect((await find(`account=${id}&limit=1&cursor=${page.nextCursor}`)).operations).toEqual([posted]);

    const accounts = async (query: string) => (await request<AccountPage>(`/v1/accounts?${query}`)).body;
    expect(await accounts('namePrefix=alvaro%20f')).toMatchObject({ accounts: [{ id }] });
    // Ranges of balances say by themselves how far they have come.
    const rich = await vi.waitFor(async () => {
      const found = await accounts('currency=EUR&balanceMin=4330');
      expect(found.upToSequence).toBeGreaterThanOrEqual(sequence);
      return found;
    }, PATIENCE);
    expect(rich).toMatchObject({ accounts: [{ id, balance: 4_330 }] });
  });

  it('shows balances and the trial balance at a past instant or sequence', async () => {
    const id = `past-${newId()}`;
    const { body } = await submit([open(id, { currency: 'GBP' }), deposit(id, 10), deposit(id, 5)]);
    const last = (body.results[2] as { operation: { sequence: number } }).operation.sequence;
    expect((await request(`/v1/accounts/${id}/balance?at=${last - 1}`)).body).toMatchObject({
      balance: 10,
      sequence: last - 1,
    });
    expect((await request(`/v1/accounts/${id}/balance?at=0`)).status).toBe(404);
    const trial = await request<TrialBalance>(`/v1/trial-balance?at=${last - 1}`);
    expect(trial.body.sequence).toBe(last - 1);
    expect(trial.body.currencies).toContainEqual({
      currency: 'GBP',
      accounts: 2,
      debit: '10',
      credit: '10',
      balanced: true,
    });
    const nowInstant = new Date().toISOString();
    expect((await request(`/v1/trial-balance?at=${nowInstant}`)).body).toEqual(
      (await request('/v1/trial-balance')).body,
    );
  });

  it('shows a statement of a period with the balances at both of its ends', async () => {
    const id = `period-${newId()}`;
    await submit([open(id), deposit(id, 10)]);
    const from = new Date(Date.now() + 1).toISOString();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(from)));
    await submit([deposit(id, 5)]);
    const statement = await request(`/v1/accounts/${id}/statement?from=${from}`);
    expect(statement.body).toMatchObject({
      openingBalance: 10,
      closingBalance: 15,
      entries: [{ amount: 5 }],
    });
    const before = await request(`/v1/accounts/${id}/statement?to=${from}`);
    expect(before.body).toMatchObject({ openingBalance: 0, closingBalance: 10, entries: [{ amount: 10 }] });
  });

  it.each([
    ['/v1/operations?cursor=0', 400, 'invalid_request'],
    ['/v1/operations?cursor=9999999999999999', 400, 'invalid_cursor'],
    ['/v1/operations?type=steal', 400, 'invalid_request'],
    ['/v1/operations?status=accepted', 400, 'invalid_request'],
    ['/v1/operations?amountMin=1.5', 400, 'invalid_request'],
    ['/v1/operations?metadata.a%20b=1', 400, 'invalid_request'],
    ['/v1/operations?metadata.a=1&metadata.a=2', 400, 'invalid_request'],
    [
      `/v1/operations?${'abcdef'
        .split('')
        .map((key) => `metadata.${key}=1`)
        .join('&')}`,
      400,
      'invalid_request',
    ],
    ['/v1/trial-balance?at=yesterday', 400, 'invalid_request'],
    ['/v1/trial-balance?at=-1', 400, 'invalid_request'],
    ['/v1/accounts?balanceMin=ten', 400, 'invalid_request'],
    ['/v1/accounts/nobody', 404, 'account_unknown'],
    ['/v1/accounts/nobody/balance', 404, 'account_unknown'],
    ['/v1/accounts/nobody/statement', 404, 'account_unknown'],
    ['/v1/accounts/alice/statement?cursor=x', 400, 'invalid_cursor'],
    ['/v1/accounts/alice/statement?cursor=1', 400, 'invalid_cursor'],
    ['/v1/accounts/alice/statement?limit=0', 400, 'invalid_request'],
    ['/v1/accounts/alice/statement?limit=abc', 400, 'invalid_request'],
    ['/v1/accounts/alice/balance?at=yesterday', 400, 'invalid_request'],
    ['/v1/accounts/..%2f..%2fetc', 400, 'invalid_request'],
    ['/v1/accounts/%00', 400, 'invalid_request'],
    ['/v1/accounts?surprise=1', 400, 'invalid_request'],
    ['/v1/operations/17', 400, 'invalid_request'],
    ['/v1/operations/01890a5d-ac96-774b-bcce-b302099a8057', 404, 'operation_not_found'],
    ['/v1/nothing', 404, 'route_not_found'],
  ])('answers GET %s with %i %s', async (path, status, code) => {
    expect(await request(path)).toMatchObject({ status, body: { code, status } });
  });

  it('shows the operations that the bank did by itself like any other', async () => {
    const { body } = await request(`/v1/operations/6c617374-726f-8000-8000-00000042524c`);
    expect(body).toMatchObject({ type: 'open', status: 'posted', account: '@cash.BRL' });
  });

  it('shows its figures and its health without a key', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/lastro_committed_operations_total\{service="data-service"\} [1-9]/);
    expect(metrics).toMatch(/lastro_projection_lag_operations\{service="data-service"\} \d/);
    expect(await (await fetch(`${service.url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  it.each([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['LASTRO_PORT', { LASTRO_PORT: '80abc' }],
    ['LASTRO_BUSINESS_KEYS', { LASTRO_BUSINESS_KEYS: 'business-1:short' }],
    ['LASTRO_BUSINESS_KEYS', { LASTRO_BUSINESS_KEYS: `twice:${KEY},twice:${OTHER_KEY}` }],
  ])('does not start with a wrong %s, and says so in one line', async (name, wrong) => {
    const error: unknown = await startDataService({ ...env(), ...wrong }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name: 'ConfigError', message: expect.stringContaining(name) as string });
    expect((error as Error).message).not.toContain('\n');
  });
});
