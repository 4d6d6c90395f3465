import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from './whole-bank.ts';

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start(2);
  await bank.call('POST', '/v1/operations', {
    operations: [
      { type: 'open', account: 'alice' },
      { type: 'open', account: 'alice.usd', currency: 'USD' },
      { type: 'open', account: 'alice.jpy', currency: 'JPY' },
      { type: 'deposit', account: 'alice', amount: 100_000 },
    ],
  });
});
afterAll(() => bank.stop());

const balanceOf = async (id: string) =>
  ((await bank.call('GET', `/v1/accounts/${id}`)).body as unknown as { balance: number }).balance;

const sale = {
  from: 'alice',
  to: 'alice.usd',
  amount: 10_000,
  currency: 'BRL',
  toCurrency: 'USD',
  rate: '0.1841',
};

describe('an exchange', () => {
  it('moves both currencies together, through accounts of the bank that open by themselves', async () => {
    const { status, body } = await bank.call('POST', '/v1/exchanges', sale);
    expect(status).toBe(200);
    expect(body.operations).toMatchObject([
      { type: 'transfer', from: 'alice', to: '@fx.BRL', amount: 10_000, rate: '0.1841', currency: 'BRL' },
      { type: 'transfer', from: '@fx.USD', to: 'alice.usd', amount: 1_841, rate: '0.1841', currency: 'USD' },
    ]);
    expect(await balanceOf('alice')).toBe(90_000);
    expect(await balanceOf('alice.usd')).toBe(1_841);
    expect(await balanceOf('@fx.BRL')).toBe(10_000);
    expect(await balanceOf('@fx.USD')).toBe(-1_841);
    const trial = await bank.call('GET', '/v1/trial-balance');
    expect(trial.body).toMatchObject({
      currencies: [{ balanced: true }, { balanced: true }, { balanced: true }],
    });
  });

  it('counts in the digits of each currency', async () => {
    const { body } = await bank.call('POST', '/v1/exchanges', {
      ...sale,
      to: 'alice.jpy',
      toCurrency: 'JPY',
      rate: '27.18',
    });
    expect(body.operations[1]).toMatchObject({ amount: 2_718, currency: 'JPY' });
  });

  it('happens once, wherever it is sent again, and not at another rate under the same id (I2, I7)', async () => {
    const exchange = { ...sale, id: randomUUID() };
    const first = await bank.call('POST', '/v1/exchanges', exchange);
    const balance = await balanceOf('alice');
    for (const business of [1, 2]) {
      expect(await bank.call('POST', '/v1/exchanges', exchange, business)).toEqual(first);
      expect(await bank.outcome('POST', '/v1/exchanges', { ...exchange, rate: '0.2' }, business)).toBe(
        'id_conflict',
      );
    }
    expect(await balanceOf('alice')).toBe(balance);
  });

  it('does not happen by half (I3)', async () => {
    const balance = await balanceOf('alice.usd');
    expect(await bank.outcome('POST', '/v1/exchanges', { ...sale, amount: 90_000_000 })).toBe(
      'insufficient_funds',
    );
    expect(await bank.outcome('POST', '/v1/exchanges', { ...sale, to: 'nobody' })).toBe('account_not_found');
    expect(await bank.outcome('POST', '/v1/exchanges', { ...sale, to: 'alice.jpy' })).toBe(
      'currency_mismatch',
    );
    expect(await balanceOf('alice.usd')).toBe(balance);
  });

  it.each([
    ['a rate of zero', { rate: '0.000' }, 'invalid_request'],
    ['a rate as a number', { rate: 0.2 }, 'invalid_request'],
    ['a rate with a comma', { rate: '0,2' }, 'invalid_request'],
    ['one currency twice', { toCurrency: 'BRL' }, 'exchange_amount'],
    ['too little to come to anything', { amount: 1 }, 'exchange_amount'],
    ['an amount that the rate does not give', { toAmount: 1_843 }, 'exchange_amount'],
  ])('is refused with %s', async (_what, change, code) => {
    expect(await bank.outcome('POST', '/v1/exchanges', { ...sale, ...change })).toBe(code);
  });

  it('may be rounded in the favour of either side by one', async () => {
    const { body } = await bank.call('POST', '/v1/exchanges', { ...sale, toAmount: 1_842 });
    expect(body.operations[1]).toMatchObject({ amount: 1_842 });
  });
});
