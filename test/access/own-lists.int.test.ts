import type { AccountPage, IssuedKey, OperationPage, Problem } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../whole-bank/whole-bank.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

describe('the lists of a customer', { timeout: 60_000 }, () => {
  let bank: WholeBank;
  let shop: string;
  let everybody: string;

  beforeAll(async () => {
    bank = await WholeBank.start(1, { data: { LASTRO_SEARCH_ACCOUNTS_MAX: '4' } });
    shop = await makeKey('shop', ['shop', 'shop:*']);
    everybody = await makeKey('everybody', ['a*', 's*', 'b*']);
    const open = ['alice', 'bob', 'shop', 'shop:1', 'shop:2', 'shop-rival'].map((account) => ({
      type: 'open',
      account,
    }));
    await bank.call('POST', '/v1/operations', {
      operations: [
        ...open,
        { type: 'deposit', account: 'alice', amount: 1000 },
        { type: 'transfer', from: 'alice', to: 'bob', amount: 1, metadata: { order: '1' } },
        { type: 'transfer', from: 'alice', to: 'shop', amount: 2, metadata: { order: '2' } },
        { type: 'transfer', from: 'alice', to: 'shop:1', amount: 3 },
        { type: 'transfer', from: 'shop:1', to: 'shop', amount: 1 },
        { type: 'transfer', from: 'shop:2', to: 'shop-rival', amount: 4 },
        { type: 'transfer', from: 'shop:3', to: 'bob', amount: 5 },
        { type: 'transfer', from: 'alice', to: 'shop-rival', amount: 6 },
      ],
    });
    await vi.waitFor(async () => {
      const { body } = await list<OperationPage>('/v1/operations?limit=1', ADMIN_KEY);
      expect(body.operations[0]).toMatchObject({ amount: 6, status: 'posted' });
    }, PATIENCE);
  });
  afterAll(() => bank.stop());

  async function makeKey(name: string, accounts: string[]): Promise<string> {
    const answer = await fetch(`${bank.url}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, scope: 'read', accounts }),
    });
    return ((await answer.json()) as IssuedKey).key;
  }
  async function list<Page>(path: string, key = shop): Promise<{ status: number; body: Page }> {
    const answer = await fetch(bank.url + path, { headers: { authorization: `Bearer ${key}` } });
    return { status: answer.status, body: (await answer.json()) as Page };
  }
  const amounts = async (query: string) => {
    const { body } = await list<OperationPage>(`/v1/operations?type=transfer${query}`);
    return body.operations.map(({ amount }) => amount);
  };
  const accounts = async (query: string) =>
    (await list<AccountPage>(`/v1/accounts?limit=10${query}`)).body.accounts.map(({ id }) => id);

  it('have the operations that touch its accounts, also rejected ones, and each once', async () => {
    expect(await amounts('')).toEqual([5, 4, 1, 3, 2]);
    expect(await amounts('&limit=2')).toEqual([5, 4]);
    expect(await amounts('&status=posted')).toEqual([1, 3, 2]);
    expect(await amounts('&metadata.order=2')).toEqual([2]);
    expect(await amounts('&metadata.order=1')).toEqual([]);
  });

  it('have nothing of what others do with each other, and no balances of theirs', async () => {
    expect(await amounts('&account=shop:1')).toEqual([1, 3]);
    expect(await amounts('&account=bob')).toEqual([5]);
    expect(await amounts('&account=shop-rival')).toEqual([4]);
    expect(await amounts('&account=alice&amountMin=3')).toEqual([3]);
    const { body } = await list<OperationPage>('/v1/operations?account=alice');
    expect(body.operations.map(({ balances }) => Object.keys(balances ?? {}))).toEqual([
      ['shop:1'],
      ['shop'],
    ]);
  });

  it('go on where a page has ended', async () => {
    const first = (await list<OperationPage>('/v1/operations?type=transfer&limit=3')).body;
    expect(await amounts(`&limit=3&cursor=${first.nextCursor}`)).toEqual([3, 2]);
  });

  it('have its accounts, however they are searched for', async () => {
    expect(await accounts('')).toEqual(['shop', 'shop:1', 'shop:2']);
    expect(await accounts('&prefix=shop:')).toEqual(['shop:1', 'shop:2']);
    expect(await accounts('&cursor=shop:1')).toEqual(['shop:2']);
    for (const others of ['&prefix=a', '&prefix=shop-', '&currency=USD', '&balanceMin=100'])
      expect(await accounts(others)).toEqual([]);
  });

  it('of more accounts than a search may look at go account by account', async () => {
    const refused = await list<Problem>('/v1/operations', everybody);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(refused.body.detail).toContain('more than 4 accounts');
    expect((await list('/v1/operations?account=bob', everybody)).status).toBe(200);
    const page = (await list<AccountPage>('/v1/accounts', everybody)).body;
    expect(page.accounts.map(({ id }) => id)).toEqual(['alice', 'bob', 'shop', 'shop-rival']);
    const next = await list<AccountPage>(`/v1/accounts?cursor=${page.nextCursor}`, everybody);
    expect(next.body.accounts.map(({ id }) => id)).toEqual(['shop:1', 'shop:2']);
  });

  it('cannot be widened by the one who asks', async () => {
    for (const path of [
      '/v1/operations?accounts=alice',
      '/v1/accounts?accounts=a*',
      '/v1/operations?account=alice,bob',
    ])
      expect(await list(path)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await list('/v1/accounts?accounts=alice', ADMIN_KEY)).toMatchObject({ status: 400 });
  });
});
