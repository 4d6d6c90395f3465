import { OPERATION_REQUESTS, type Operation } from '@lastro/contract';
import type { OperationContent } from '@lastro/ledger';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountGrant } from '../src/access/account-grant.ts';
import { DEBITED_ACCOUNT, operationShownTo, refuseUnlessAllowed } from '../src/access/customers.ts';
import { haveKeys, recordOf } from './known-keys.ts';
import { type CallOptions, RunningBank } from './running-bank.ts';

const KEY = 'lastro_a-key-of-a-customer';
const WAIT = { prefer: 'wait=20' };

describe('the accounts of a key', () => {
  const grant = new AccountGrant(['alice', 'shop-7:*', '@fees']);

  it.each([
    ['alice', true],
    ['alice2', false],
    ['alic', false],
    ['Alice', false],
    ['shop-7:', true],
    ['shop-7:till-1', true],
    ['shop-7', false],
    ['shop-77:till-1', false],
    ['@fees', true],
    ['fees', false],
    ['', false],
    ['*', false],
    ['__proto__', false],
  ])('given as an id, or as how ids begin: %s %s', (account, included) => {
    expect(grant.includes(account)).toBe(included);
  });
});

describe('what a key that is limited to accounts may send', () => {
  const customer = {
    name: 'alice',
    scope: 'operate' as const,
    accounts: new AccountGrant(['alice', 'till:*']),
  };
  const bank = { name: 'bank', scope: 'operate' as const };
  const send = (content: object, sender: Parameters<typeof refuseUnlessAllowed>[0] = customer) => {
    try {
      refuseUnlessAllowed(sender, content as OperationContent, 'operations/3: ');
      return 'allowed';
    } catch (error) {
      expect(error).toMatchObject({ code: 'forbidden' });
      return (error as Error).message;
    }
  };

  it.each([
    [{ type: 'transfer', from: 'alice', to: 'bob' }],
    [{ type: 'transfer', from: 'till:1', to: 'alice' }],
    [{ type: 'withdrawal', account: 'alice' }],
    [{ type: 'hold', from: 'alice', to: 'bob' }],
  ])('is what debits them: %j', (content) => {
    expect(send(content)).toBe('allowed');
  });

  it.each([
    [
      { type: 'transfer', from: 'bob', to: 'alice' },
      "operations/3: The key is not one of the account 'bob'.",
    ],
    [{ type: 'withdrawal', account: 'bob' }, "operations/3: The key is not one of the account 'bob'."],
    [
      { type: 'hold', from: '@cash.BRL', to: 'alice' },
      "operations/3: The key is not one of the account '@cash.BRL'.",
    ],
    [
      { type: 'deposit', account: 'alice' },
      'operations/3: A key that is limited to accounts sends no deposit.',
    ],
    [{ type: 'open', account: 'alice' }, 'operations/3: A key that is limited to accounts sends no open.'],
    [
      { type: 'reversal', operation: 'x' },
      'operations/3: A key that is limited to accounts sends no reversal.',
    ],
    [
      { type: 'freeze', account: 'alice' },
      'operations/3: A key that is limited to accounts sends no freeze.',
    ],
    [
      { type: 'not-invented-yet', from: 'alice' },
      'operations/3: A key that is limited to accounts sends no not-invented-yet.',
    ],
    [
      { type: 'constructor', from: 'alice' },
      'operations/3: A key that is limited to accounts sends no constructor.',
    ],
  ])('is nothing else: %j', (content, sentence) => {
    expect(send(content)).toBe(sentence);
    expect(send(content, bank)).toBe('allowed');
  });

  it('is decided for every type of operation', () => {
    for (const type of Object.keys(OPERATION_REQUESTS)) expect(DEBITED_ACCOUNT).toHaveProperty(type);
  });
});

describe('an operation that such a key may see', () => {
  const customer = { name: 'alice', scope: 'read' as const, accounts: new AccountGrant(['alice']) };
  const operation = {
    id: '1',
    from: 'alice',
    to: 'bob',
    balances: { alice: 1, bob: 2 },
  } as unknown as Operation;

  it('is one that touches its accounts, without the balances of others', () => {
    expect(operationShownTo(customer, operation)).toEqual({ ...operation, balances: { alice: 1 } });
    expect(
      operationShownTo(customer, { ...operation, from: 'carol', to: 'bob', balances: { carol: 1 } }),
    ).toBeUndefined();
    const theirs = { ...operation, key: 'key-of-bob' };
    expect(operationShownTo(customer, theirs)).not.toHaveProperty('key');
    expect(operationShownTo(customer, { ...operation, key: 'alice' })).toMatchObject({ key: 'alice' });
    const reversal = { id: '2', balances: { alice: 1, bob: 2 } } as unknown as Operation;
    expect(operationShownTo(customer, reversal)).toEqual({ id: '2', balances: { alice: 1 } });
    expect(operationShownTo({ name: 'bank', scope: 'read' }, operation)).toBe(operation);
  });
});

describe('a customer at a business service', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeAll(async () => {
    bank = await RunningBank.start({ LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '10' });
    await haveKeys(bank, [recordOf(KEY, { scope: 'admin', accounts: ['alice'] })]);
  });
  afterAll(() => bank.stop());

  const call = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
    bank.call(method, path, body, { key: KEY, ...options });

  it('reads its accounts, and no others, which might as well not exist', async () => {
    for (const path of ['', '/balance', '/statement?limit=1', '/balance?at=2026-01-01T00:00:00Z']) {
      const others = await call('GET', `/v1/accounts/bob${path}`);
      expect(others).toMatchObject({ status: 404, body: { code: 'account_unknown' } });
      if (path !== '/balance') expect((await call('GET', `/v1/accounts/alice${path}`)).status).toBe(200);
    }
    expect(bank.data.reads.join()).not.toContain('bob');
  });

  it.each([
    ['GET', '/v1/trial-balance'],
    ['GET', '/v1/webhooks'],
    ['GET', '/v1/schedules'],
    ['GET', '/v1/dead-letters'],
    ['GET', '/v1/keys'],
    ['GET', '/v1/audit'],
    ['POST', '/v1/keys', { name: 'mine', scope: 'admin' }],
    ['DELETE', '/v1/keys/other'],
    ['POST', `/v1/dead-letters/${uuidv7()}/retry`],
  ] as const)('whatever its scope, may not %s %s', async (method, path, body?: unknown) => {
    expect(await call(method, path, body)).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: 'A key that is limited to accounts may not do this.' },
    });
  });

  it('sees nothing of a path where nothing is', async () => {
    expect(await call('GET', '/v1/nothing')).toMatchObject({
      status: 404,
      body: { code: 'route_not_found' },
    });
  });

  it('sends what debits its accounts, and is not shown the balances of others', async () => {
    const id = uuidv7();
    const answer = await call(
      'POST',
      '/v1/transfers',
      { id, from: 'alice', to: 'bob', amount: 5 },
      { headers: WAIT },
    );
    expect(answer).toMatchObject({ status: 200, body: { status: 'posted', balances: {} } });
    expect(answer.body.balances).not.toHaveProperty('any');
    const seen = await call('GET', `/v1/operations/${id}`);
    expect(seen).toMatchObject({ status: 200, body: { id, from: 'alice', balances: {} } });
    expect((await bank.get(`/v1/operations/${id}`)).body.balances).toEqual({ any: 1 });
    const many = await call(
      'POST',
      '/v1/operations',
      { operations: [{ type: 'withdrawal', account: 'alice', amount: 1 }] },
      { headers: WAIT },
    );
    expect(many.body.operations).toMatchObject([{ status: 'posted', balances: {} }]);
  });

  it.each([
    ['/v1/deposits', { account: 'alice', amount: 1 }],
    ['/v1/withdrawals', { account: 'bob', amount: 1 }],
    ['/v1/transfers', { from: 'bob', to: 'alice', amount: 1 }],
    ['/v1/accounts', { id: 'alice' }],
  ])('may not send what does not: %s %j', async (path, body) => {
    const before = await bank.metric('lastro_accepted_total');
    expect(await call('POST', path, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await bank.metric('lastro_accepted_total')).toBe(before);
  });

  it('has none of many operations taken when one of them is not its own', async () => {
    const before = await bank.metric('lastro_accepted_total');
    const mine = { type: 'transfer', from: 'alice', to: 'bob', amount: 1 };
    for (const atomic of [true, false]) {
      const operations = [mine, { ...mine, from: 'bob', to: 'alice' }, mine];
      const answer = await call('POST', '/v1/operations', { operations, atomic });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(answer.body.detail).toBe("operations/1: The key is not one of the account 'bob'.");
    }
    expect(await bank.metric('lastro_accepted_total')).toBe(before);
  });

  it('learns nothing of operations of others, here, in the ledger, or by a conflict of ids', async () => {
    const [here, there] = [uuidv7(), uuidv7()];
    // A number that no id has in it by chance.
    const bobs = { account: 'bob', amount: 7_777_777_777 };
    await bank.post('/v1/deposits', { ...bobs, id: here });
    bank.data.post({ id: there, type: 'deposit', ...bobs, acceptedAt: '2026-11-22T12:00:00.000Z' });
    for (const id of [here, there, uuidv7()]) {
      expect(await call('GET', `/v1/operations/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'operation_not_found' },
      });
    }
    for (const id of [here, there]) {
      const mine = { id, from: 'alice', to: 'bob', amount: 1 };
      const conflict = await call('POST', '/v1/transfers', mine, { headers: WAIT });
      expect(conflict).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
      expect(conflict.text).not.toContain('7777777777');
      const again = { operations: [{ type: 'transfer', ...mine }] };
      expect((await call('POST', '/v1/operations', again, { headers: WAIT })).text).not.toContain(
        '7777777777',
      );
    }
  });
});
