import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from './whole-bank.ts';

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start();
  await bank.call('POST', '/v1/operations', {
    operations: [
      { type: 'open', account: 'alice' },
      { type: 'open', account: 'bob' },
      { type: 'deposit', account: 'alice', amount: 1_000 },
    ],
  });
});
afterAll(() => bank.stop());

const everything = async () => (await bank.call('GET', '/v1/trial-balance')).body;

describe('a dry run', () => {
  it('says what would come of an operation, and changes nothing', async () => {
    const before = await everything();
    const transfer = { id: randomUUID(), from: 'alice', to: 'bob', amount: 400 };
    const { status, body } = await bank.call('POST', '/v1/transfers?dryRun=true', transfer);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...transfer,
      status: 'posted',
      dryRun: true,
      currency: 'BRL',
      balances: { alice: 600, bob: 400 },
    });
    expect(body).not.toHaveProperty('sequence');
    expect(await everything()).toEqual(before);
    expect(await bank.outcome('GET', `/v1/operations/${transfer.id}`)).toBe('operation_not_found');
    // The id is not used up: the same operation, or another, can be sent under it.
    expect(await bank.outcome('POST', '/v1/transfers', { ...transfer, amount: 1 })).toBe('posted');
  });

  it('gives the reason for which an operation would be rejected', async () => {
    const refused = await bank.call('POST', '/v1/withdrawals?dryRun=true', {
      account: 'bob',
      amount: 10_000,
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'insufficient_funds', operation: { dryRun: true } });
    expect(await bank.outcome('POST', '/v1/accounts?dryRun=true', { id: 'alice' })).toBe('account_exists');
    expect((await bank.call('POST', '/v1/accounts?dryRun=true', { id: 'carol' })).body).toMatchObject({
      type: 'open',
      status: 'posted',
      dryRun: true,
    });
    expect(await bank.outcome('POST', `/v1/holds/${randomUUID()}/void?dryRun=true`, {})).toBe(
      'hold_not_found',
    );
  });

  it('tries many operations one after the other, and groups as a whole', async () => {
    const operations = [
      { type: 'open', account: 'dora' },
      { type: 'transfer', from: 'alice', to: 'dora', amount: 100 },
      { type: 'transfer', from: 'dora', to: 'bob', amount: 101 },
    ];
    const single = await bank.call('POST', '/v1/operations?dryRun=true', { operations });
    expect(single.body.operations.map(({ status, reason }) => reason ?? status)).toEqual([
      'posted',
      'posted',
      'insufficient_funds',
    ]);
    const group = await bank.call('POST', '/v1/operations?dryRun=true', { operations, atomic: true });
    expect(group.body.operations.map(({ reason }) => reason)).toEqual([
      'group_rejected',
      'group_rejected',
      'insufficient_funds',
    ]);
    expect(await bank.outcome('GET', '/v1/accounts/dora')).toBe('account_unknown');
  });

  it('shows what was posted under an id, and a conflict, as the real thing does (I6, I7)', async () => {
    const deposit = { id: randomUUID(), account: 'bob', amount: 5 };
    const posted = await bank.call('POST', '/v1/deposits', deposit);
    expect(await bank.call('POST', '/v1/deposits?dryRun=true', deposit)).toEqual(posted);
    expect(await bank.outcome('POST', '/v1/deposits?dryRun=true', { ...deposit, amount: 6 })).toBe(
      'id_conflict',
    );
  });

  it('is refused when the request is malformed, or the query is', async () => {
    expect(await bank.outcome('POST', '/v1/deposits?dryRun=true', { account: 'bob', amount: 0.5 })).toBe(
      'invalid_request',
    );
    expect(await bank.outcome('POST', '/v1/deposits?dryRun=maybe', { account: 'bob', amount: 5 })).toBe(
      'invalid_request',
    );
    expect(await bank.outcome('POST', '/v1/deposits?dryrun=true', { account: 'bob', amount: 5 })).toBe(
      'invalid_request',
    );
  });
});
