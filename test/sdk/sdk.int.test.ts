import { LastroClient } from '@lastro/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { exampleOf, promisedOutput, runExample } from './examples.ts';

let bank: WholeBank;
let client: LastroClient;
beforeEach(async () => {
  bank = await WholeBank.start(2);
  client = new LastroClient({ servers: bank.urls, key: bank.key });
});
afterEach(async () => {
  await client.close();
  await bank.stop();
});

describe('the examples', () => {
  it('of the SDK do what they say', async () => {
    const example = await exampleOf('packages/sdk/README.md');
    const promised = promisedOutput(example);
    expect(promised.length).toBeGreaterThan(10);
    expect(await runExample(example, bank.urls, { LASTRO_API_KEY: bank.key })).toEqual(promised);
  });

  it.each(['README.md', 'README.pt-BR.md'])(
    'of %s make a transfer in five lines, after the one by curl',
    async (page) => {
      await client.operations(
        [
          { type: 'open', account: 'ana' },
          { type: 'open', account: 'rui' },
          { type: 'deposit', account: 'ana', amount: 10_000 },
          { type: 'transfer', from: 'ana', to: 'rui', amount: 2_500 },
        ],
        { waitSeconds: 20 },
      );
      const example = await exampleOf(page);
      expect(example.trimEnd().split('\n')).toHaveLength(5);
      expect(await runExample(example, bank.urls, { KEY: bank.key })).toEqual(promisedOutput(example));
    },
  );
});

describe('the SDK with a whole bank', () => {
  it('holds, captures, voids and reverses', async () => {
    const wait = { waitSeconds: 20 };
    for (const id of ['alice', 'shop']) await client.openAccount({ id });
    await client.deposit({ account: 'alice', amount: 1_000 }, wait);
    const [captured, voided] = await Promise.all([
      client.hold({ from: 'alice', to: 'shop', amount: 300 }, wait),
      client.hold({ from: 'alice', to: 'shop', amount: 200 }, wait),
    ]);
    expect(await client.balance('alice')).toMatchObject({ balance: 1_000, held: 500, available: 500 });
    const payment = await client.capture(captured.id, {}, wait);
    expect(await client.voidHold(voided.id, { description: 'sold out' }, wait)).toMatchObject({
      hold: voided.id,
    });
    await expect(client.capture(voided.id, {}, wait)).rejects.toMatchObject({ code: 'hold_voided' });
    await client.reverse(payment.id, { amount: 100 }, wait);
    expect(await client.reversals(payment.id)).toMatchObject({ reversed: 100, left: 200 });
    const states: string[] = [];
    for await (const { status } of client.allHolds('alice', { limit: 1 })) states.push(status);
    expect(states.sort()).toEqual(['captured', 'voided']);
    expect(await client.balance('alice')).toMatchObject({ balance: 800, held: 0 });
  });

  it('freezes, changes and closes accounts', async () => {
    const wait = { waitSeconds: 20 };
    await client.openAccount({ id: 'alice' });
    await client.freeze('alice', { side: 'credits', description: 'court order 17' }, wait);
    const deposit = { account: 'alice', amount: 5 };
    await expect(client.deposit(deposit, wait)).rejects.toMatchObject({ code: 'account_frozen' });
    await client.unfreeze('alice', {}, wait);
    await client.updateAccount('alice', { name: 'Alice', overdraftLimit: 700 }, wait);
    expect(await client.account('alice')).toMatchObject({ name: 'Alice', overdraftLimit: 700 });
    await client.closeAccount('alice', {}, wait);
    await expect(client.deposit(deposit, wait)).rejects.toMatchObject({ code: 'account_closed' });
  });

  it('exchanges currencies', async () => {
    const wait = { waitSeconds: 20 };
    await client.openAccount({ id: 'alice' });
    await client.openAccount({ id: 'alice.usd', currency: 'USD' });
    await client.deposit({ account: 'alice', amount: 10_000 }, wait);
    const order = { from: 'alice', to: 'alice.usd', amount: 10_000, currency: 'BRL', toCurrency: 'USD' };
    const transfers = await client.exchange({ ...order, rate: '0.1841' }, wait);
    expect(transfers).toMatchObject([{ status: 'posted' }, { status: 'posted' }]);
    expect(await client.balance('alice.usd')).toMatchObject({ balance: 1_841, currency: 'USD' });
    await expect(client.exchange({ ...order, rate: '0.2' }, wait)).rejects.toMatchObject({
      code: 'insufficient_funds',
    });
  });

  it('finds operations, and balances of the past', async () => {
    const wait = { waitSeconds: 20 };
    await client.openAccount({ id: 'alice' });
    const deposits = await client.operations(
      [1, 2, 3].map((amount) => ({
        type: 'deposit',
        account: 'alice',
        amount,
        metadata: { order: `o${amount}` },
      })),
      wait,
    );
    const { sequence } = deposits[1]!;
    expect(await client.balance('alice', sequence)).toMatchObject({ balance: 3 });
    expect((await client.trialBalance(sequence)).currencies).toMatchObject([{ balanced: true, credit: '3' }]);
    const amounts = async (query: object): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { amount } of client.allOperations({ account: 'alice', type: 'deposit', ...query }))
        found.push(amount);
      return found;
    };
    // The projection follows the ledger after a moment.
    await vi.waitFor(async () => expect(await amounts({ limit: 2 })).toEqual([3, 2, 1]), { timeout: 20_000 });
    expect(await amounts({ 'metadata.order': 'o2' })).toEqual([2]);
  });

  it('follows events from the beginning, and goes on after the last one that it has seen', async () => {
    const wait = { waitSeconds: 20 };
    await client.openAccount({ id: 'alice' });
    for (const amount of [1, 2, 3]) await client.deposit({ account: 'alice', amount }, wait);
    const seen: { id: string; amount: unknown }[] = [];
    const follow = async (after: string, count: number): Promise<void> => {
      for await (const { id, type, data } of client.events({ after, accounts: ['alice'] })) {
        if (type === 'operation.posted') seen.push({ id, amount: data.amount });
        if (seen.length === count) break;
      }
    };
    await follow('0', 2);
    await follow(seen.at(-1)!.id, 4);
    expect(seen.map(({ amount }) => amount)).toEqual([undefined, 1, 2, 3]);
  });
});
