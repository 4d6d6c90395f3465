import { randomUUID } from 'node:crypto';
import { expiryIdOf } from '@lastro/ledger';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WholeBank } from './whole-bank.ts';

let bank: WholeBank;
let alice: string;
let shop: string;

beforeAll(async () => {
  bank = await WholeBank.start(2);
});
afterAll(() => bank.stop());

beforeEach(async () => {
  [alice, shop] = [randomUUID(), randomUUID()];
  await bank.call('POST', '/v1/operations', {
    operations: [
      { type: 'open', account: alice },
      { type: 'open', account: shop },
      { type: 'deposit', account: alice, amount: 10_000 },
    ],
  });
});

const accountOf = async (id: string) => (await bank.call('GET', `/v1/accounts/${id}`)).body;

async function hold(amount: number, fields: object = {}): Promise<string> {
  const { status, body } = await bank.call('POST', '/v1/holds', { from: alice, to: shop, amount, ...fields });
  expect(status).toBe(200);
  return body.id;
}

describe('a card payment: reserved first, paid later', () => {
  it('takes the money out of what is available at once, and out of the balance when it is captured', async () => {
    const id = await hold(6_000);
    expect(await accountOf(alice)).toMatchObject({ balance: 10_000, held: 6_000, available: 4_000 });
    expect(await bank.outcome('POST', '/v1/transfers', { from: alice, to: shop, amount: 4_001 })).toBe(
      'insufficient_funds',
    );
    const captured = await bank.call('POST', `/v1/holds/${id}/capture`, { amount: 5_500 });
    expect(captured).toMatchObject({
      status: 200,
      body: { type: 'capture', hold: id, from: alice, to: shop, amount: 5_500, currency: 'BRL' },
    });
    expect(captured.body.balances).toEqual({ [alice]: 4_500, [shop]: 5_500 });
    expect(await accountOf(alice)).toMatchObject({ balance: 4_500, held: 0, available: 4_500 });
    expect((await bank.call('GET', `/v1/holds/${id}`)).body).toMatchObject({
      status: 'captured',
      captured: 5_500,
    });
    const { body: statement } = await bank.call('GET', `/v1/accounts/${shop}/statement`);
    expect(statement).toMatchObject({ entries: [{ type: 'capture', amount: 5_500, counterparty: alice }] });
  });

  it('names the money in every answer: what is held, released or paid, between whom (I6)', async () => {
    const money = { from: alice, to: shop, amount: 700, currency: 'BRL' };
    const made = await bank.call('POST', '/v1/holds', { from: alice, to: shop, amount: 700 });
    expect(made.body).toMatchObject({ type: 'hold', status: 'posted', ...money });
    const id = randomUUID();
    const voided = await bank.call('POST', `/v1/holds/${made.body.id}/void`, { id });
    expect(voided.body).toMatchObject({ type: 'void', hold: made.body.id, ...money });
    expect(voided.body).not.toHaveProperty('balances');
    for (const business of [1, 2]) {
      expect(await bank.call('POST', `/v1/holds/${made.body.id}/void`, { id }, business)).toEqual(voided);
      expect(await bank.call('GET', `/v1/operations/${id}`, undefined, business)).toEqual(voided);
    }
    const late = await bank.call('POST', `/v1/holds/${made.body.id}/void`, {});
    expect(late.body.operation).not.toHaveProperty('from');
  });

  it('ends once: whatever else comes is told how it ended', async () => {
    const captured = await hold(10);
    await bank.call('POST', `/v1/holds/${captured}/capture`, {});
    expect(await bank.outcome('POST', `/v1/holds/${captured}/capture`, {})).toBe('hold_captured');
    expect(await bank.outcome('POST', `/v1/holds/${captured}/void`, {})).toBe('hold_captured');
    const voided = await hold(10);
    await bank.call('POST', `/v1/holds/${voided}/void`, {});
    expect(await bank.outcome('POST', `/v1/holds/${voided}/capture`, {})).toBe('hold_voided');
    expect(await bank.outcome('POST', `/v1/holds/${await hold(10)}/capture`, { amount: 11 })).toBe(
      'capture_exceeds_hold',
    );
    expect(await bank.outcome('POST', `/v1/holds/${randomUUID()}/void`, {})).toBe('hold_not_found');
    expect(await bank.outcome('GET', `/v1/holds/${randomUUID()}`)).toBe('hold_unknown');
  });

  it('is won by one of two who capture and void it at the same time, at two services', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await hold(7);
      const outcomes = await Promise.all([
        bank.outcome('POST', `/v1/holds/${id}/capture`, {}, 1),
        bank.outcome('POST', `/v1/holds/${id}/void`, {}, 2),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'posted')).toHaveLength(1);
      const { status } = (await bank.call('GET', `/v1/holds/${id}`)).body;
      expect(outcomes).toContain(`hold_${status}`);
    }
    expect(await accountOf(alice)).toMatchObject({ held: 0 });
  });

  it('is released by the bank when its time is over, also when the ledger was away then', async () => {
    const id = await hold(3_000, { expiresIn: 1 });
    await bank.stopData();
    await bank.startData();
    await vi.waitFor(
      async () => expect((await bank.call('GET', `/v1/holds/${id}`)).body.status).toBe('expired'),
      { timeout: 20_000, interval: 50 },
    );
    expect(await accountOf(alice)).toMatchObject({ balance: 10_000, held: 0 });
    expect(await bank.outcome('POST', `/v1/holds/${id}/capture`, {})).toBe('hold_expired');
    const { holds } = (await bank.call('GET', `/v1/accounts/${alice}/holds?status=expired`)).body;
    expect(holds).toMatchObject([{ id, amount: 3_000 }]);
    const expiry = await bank.call('GET', `/v1/operations/${expiryIdOf(id)}`);
    expect(expiry.body).toMatchObject({
      type: 'expiry',
      from: alice,
      to: shop,
      amount: 3_000,
      currency: 'BRL',
    });
  });

  it('answers the same when it is sent again, and knows an amount that was left out from one that was said (I7)', async () => {
    const made = { id: randomUUID(), from: alice, to: shop, amount: 500, expiresIn: 3_600 };
    const first = await bank.call('POST', '/v1/holds', made);
    expect(await bank.call('POST', '/v1/holds', made, 2)).toEqual(first);
    expect(await bank.outcome('POST', '/v1/holds', { ...made, expiresIn: 3_601 })).toBe('id_conflict');
    const id = randomUUID();
    const all = await bank.call('POST', `/v1/holds/${made.id}/capture`, { id });
    expect(all.body.amount).toBe(500);
    for (const business of [1, 2]) {
      const path = `/v1/holds/${made.id.toUpperCase()}/capture`;
      expect(await bank.call('POST', path, { id }, business)).toEqual(all);
      expect(await bank.outcome('POST', path, { id, amount: 500 }, business)).toBe('id_conflict');
    }
  });
});

describe('a reversal', () => {
  it('moves back what was moved, in parts, and is linked both ways', async () => {
    const paid = (await bank.call('POST', '/v1/transfers', { from: alice, to: shop, amount: 1_000 })).body.id;
    const path = `/v1/operations/${paid}/reversal`;
    const part = await bank.call('POST', path, { amount: 300, description: 'one item returned' });
    expect(part.body).toMatchObject({ operation: paid, from: shop, to: alice, amount: 300 });
    expect(await bank.outcome('POST', path, { amount: 701 })).toBe('reversal_exceeds_rest');
    expect((await bank.call('POST', path, {})).body.amount).toBe(700);
    expect(await bank.outcome('POST', path, {})).toBe('reversal_exceeds_rest');
    const { body } = await bank.call('GET', `/v1/operations/${paid}/reversals`);
    expect(body).toMatchObject({ operation: paid, reversed: 1_000, left: 0 });
    expect(body.reversals.map(({ amount }) => amount)).toEqual([300, 700]);
    expect(await bank.outcome('POST', `/v1/operations/${part.body.id}/reversal`, {})).toBe('not_reversible');
    expect(await bank.outcome('POST', `/v1/operations/${randomUUID()}/reversal`, {})).toBe(
      'original_not_found',
    );
  });

  it('needs the money to be there still', async () => {
    const paid = (await bank.call('POST', '/v1/transfers', { from: alice, to: shop, amount: 1_000 })).body.id;
    await bank.call('POST', '/v1/withdrawals', { account: shop, amount: 1 });
    expect(await bank.outcome('POST', `/v1/operations/${paid}/reversal`, {})).toBe('insufficient_funds');
  });
});

describe('the life of an account', () => {
  it('is frozen on one side or both, and unfrozen', async () => {
    const freeze = (side: string) => bank.call('POST', `/v1/accounts/${alice}/freeze`, { side });
    await freeze('debits');
    expect(await bank.outcome('POST', '/v1/withdrawals', { account: alice, amount: 1 })).toBe(
      'account_frozen',
    );
    expect(await bank.outcome('POST', '/v1/deposits', { account: alice, amount: 1 })).toBe('posted');
    await freeze('credits');
    expect((await accountOf(alice)).status).toBe('frozen');
    expect(await bank.outcome('POST', '/v1/deposits', { account: alice, amount: 1 })).toBe('account_frozen');
    await bank.call('POST', `/v1/accounts/${alice}/unfreeze`, {});
    expect((await accountOf(alice)).status).toBe('open');
  });

  it('ends at zero, with nothing held, and for good', async () => {
    const path = `/v1/accounts/${alice}/close`;
    expect(await bank.outcome('POST', path, {})).toBe('account_not_empty');
    const id = await hold(1);
    await bank.call('POST', '/v1/withdrawals', { account: alice, amount: 9_999 });
    await bank.call('POST', `/v1/accounts/${alice}/freeze`, { side: 'credits' });
    await bank.call('POST', `/v1/holds/${id}/void`, {});
    await bank.call('POST', '/v1/withdrawals', { account: alice, amount: 1 });
    expect(await bank.outcome('POST', path, {})).toBe('posted');
    expect((await accountOf(alice)).status).toBe('closed');
    expect(await bank.outcome('POST', '/v1/deposits', { account: alice, amount: 1 })).toBe('account_closed');
    expect(await bank.outcome('POST', '/v1/accounts', { id: alice })).toBe('account_exists');
    expect(await bank.outcome('POST', '/v1/accounts/@cash.BRL/close', {})).toBe('invalid_request');
  });

  it('has its terms changed by operations', async () => {
    const update = (fields: object) => bank.outcome('PATCH', `/v1/accounts/${shop}`, fields);
    expect(await update({ overdraftLimit: 200, name: 'The shop', metadata: { tier: 'gold' } })).toBe(
      'posted',
    );
    await bank.call('POST', '/v1/transfers', { from: shop, to: alice, amount: 150 });
    expect(await update({ overdraftLimit: 149 })).toBe('limit_in_use');
    expect(await update({ name: 'The better shop' })).toBe('posted');
    expect(await accountOf(shop)).toMatchObject({
      name: 'The better shop',
      metadata: { tier: 'gold' },
      overdraftLimit: 200,
      balance: -150,
      available: 50,
    });
  });
});

describe('an atomic group', () => {
  it('may be made of anything, and says which operation has failed (I3)', async () => {
    const made = await hold(1_000);
    const group = (amount: number) => [
      { id: randomUUID(), type: 'capture', hold: made, amount: 900 },
      { id: randomUUID(), type: 'transfer', from: shop, to: '@fees', amount: 30 },
      { id: randomUUID(), type: 'transfer', from: shop, to: alice, amount },
    ];
    await bank.call('POST', '/v1/accounts', { id: '@fees' });
    const tooMuch = group(871);
    const refused = await bank.call('POST', '/v1/operations', { operations: tooMuch, atomic: true });
    expect(refused.body.operations).toMatchObject([
      { status: 'rejected', reason: 'group_rejected', failedOperation: tooMuch[2]!.id },
      { status: 'rejected', reason: 'group_rejected', failedOperation: tooMuch[2]!.id },
      { status: 'rejected', reason: 'insufficient_funds' },
    ]);
    const posted = await bank.call('POST', '/v1/operations', { operations: group(870), atomic: true });
    expect(posted.body.operations.map(({ status }) => status)).toEqual(['posted', 'posted', 'posted']);
    expect(await accountOf(shop)).toMatchObject({ balance: 0 });
  });
});

describe('a value date', () => {
  it('is one instant however it is written, up to the ends of the calendar (I7)', async () => {
    const deposit = { id: randomUUID(), account: alice, amount: 1, effectiveAt: '2026-11-20T03:00:00+03:00' };
    const first = await bank.call('POST', '/v1/deposits', deposit);
    expect(first.body).toMatchObject({ effectiveAt: '2026-11-20T00:00:00.000Z' });
    const again = { ...deposit, effectiveAt: '2026-11-20T00:00:00Z' };
    expect(await bank.call('POST', '/v1/deposits', again, 2)).toEqual(first);
    for (const effectiveAt of ['9999-12-31T23:59:59-15:00', '0000-01-01T00:00:00+15:00'])
      expect(await bank.outcome('POST', '/v1/deposits', { account: alice, amount: 1, effectiveAt })).toBe(
        'posted',
      );
  });
});
