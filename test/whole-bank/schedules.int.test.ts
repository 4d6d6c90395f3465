import { randomUUID } from 'node:crypto';
import type { Schedule } from '@lastro/contract';
import { LastroClient, type LastroProblemError } from '@lastro/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WholeBank } from './whole-bank.ts';

const PAST = '2026-01-01T00:00:00.000Z';
const FAR = '2999-12-31T00:00:00.000Z';
const PATIENCE = { timeout: 20_000, interval: 20 };

let bank: WholeBank;
let client: LastroClient;
let alice: string;
let shop: string;

beforeAll(async () => {
  bank = await WholeBank.start(2);
  client = new LastroClient({ servers: bank.urls, key: bank.key });
});
afterAll(async () => {
  await client.close();
  await bank.stop();
});
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

const pay = (amount: number, fields: object = {}) => ({
  type: 'transfer' as const,
  from: alice,
  to: shop,
  amount,
  ...fields,
});
const balanceOf = async (account: string) => (await client.balance(account)).balance;
const soon = (inMs: number) => new Date(Date.now() + inMs).toISOString();

async function done(id: string): Promise<Schedule> {
  return vi.waitFor(async () => {
    const schedule = await client.scheduleState(id);
    expect(schedule.state).toBe('done');
    return schedule;
  }, PATIENCE);
}

describe('a schedule', () => {
  it('is posted at its time, and not before', async () => {
    const scheduledFor = soon(1_000);
    const { id, ...made } = await client.schedule({
      scheduledFor,
      operations: [pay(100, { description: 'rent' })],
    });
    expect(made).toMatchObject({ scheduledFor, state: 'waiting', createdBy: 'admin' });
    const ended = await done(id);
    expect(ended.operations).toEqual(made.operations);
    expect(ended).not.toHaveProperty('conflict');
    const operation = await client.operation(ended.operations[0]!.id);
    expect(operation).toMatchObject({
      status: 'posted',
      amount: 100,
      description: 'rent',
      acceptedAt: ended.startedAt,
    });
    expect(operation.acceptedBy).toMatch(/^business-[12]$/);
    expect(operation.acceptedAt >= scheduledFor).toBe(true);
    expect(await balanceOf(shop)).toBe(100);
  });

  it('is posted once also when the ledger was away at its time', async () => {
    const { id } = await client.schedule({ scheduledFor: soon(300), operations: [pay(70), pay(7)] });
    await bank.stopData();
    const away = await bank.outcome('POST', '/v1/schedules', { scheduledFor: FAR, operations: [pay(1)] });
    expect(away).toBe('ledger_unavailable');
    expect(await bank.outcome('GET', `/v1/schedules/${id}`)).toBe('ledger_unavailable');
    await bank.startData();
    await done(id);
    await bank.stopData();
    await bank.startData();
    expect(await balanceOf(shop)).toBe(77);
  });

  it('is cancelled while it waits, and then stays so', async () => {
    const { id, operations } = await client.schedule({ scheduledFor: FAR, operations: [pay(1)] });
    const cancelled = await client.cancelSchedule(id);
    expect(cancelled).toMatchObject({ id, state: 'cancelled' });
    expect(await client.cancelSchedule(id.toUpperCase())).toEqual(cancelled);
    expect(await client.scheduleState(id)).toEqual(cancelled);
    expect(await bank.outcome('GET', `/v1/operations/${operations[0]!.id}`)).toBe('operation_not_found');
  });

  it('cannot be cancelled once it has started', async () => {
    const { id } = await client.schedule({ scheduledFor: PAST, operations: [pay(1)] });
    await done(id);
    expect(await bank.outcome('DELETE', `/v1/schedules/${id}`)).toBe('schedule_started');
    expect(await bank.outcome('DELETE', `/v1/schedules/${randomUUID()}`)).toBe('schedule_not_found');
    expect(await bank.outcome('GET', `/v1/schedules/${randomUUID()}`)).toBe('schedule_not_found');
  });

  it('is either cancelled or carried out, when both come at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const before = await balanceOf(shop);
      const { id } = await client.schedule({ scheduledFor: PAST, operations: [pay(1)] });
      const isCancelled = await client.cancelSchedule(id).then(
        () => true,
        (error: LastroProblemError) => {
          expect(error.code).toBe('schedule_started');
          return false;
        },
      );
      if (!isCancelled) await done(id);
      expect((await client.scheduleState(id)).state).toBe(isCancelled ? 'cancelled' : 'done');
      expect(await balanceOf(shop)).toBe(isCancelled ? before : before + 1);
    }
  });

  it('is done also when the ledger rejects its operations, whose ids say why', async () => {
    const { id } = await client.schedule({ scheduledFor: PAST, operations: [pay(10_001), pay(10_000)] });
    const { operations } = await done(id);
    const states = await Promise.all(operations.map((operation) => client.operation(operation.id)));
    expect(states).toMatchObject([
      { status: 'rejected', reason: 'insufficient_funds' },
      { status: 'posted' },
    ]);
  });

  it('posts all or nothing when it is atomic (I3)', async () => {
    const operations = [pay(6_000), pay(6_000)];
    const { id } = await client.schedule({ scheduledFor: PAST, operations, atomic: true });
    const [first, second] = (await done(id)).operations;
    expect(await client.operation(first!.id)).toMatchObject({
      reason: 'group_rejected',
      failedOperation: second!.id,
    });
    expect(await client.operation(second!.id)).toMatchObject({ reason: 'insufficient_funds' });
    expect(await balanceOf(shop)).toBe(0);
  });
});

describe('a schedule that is sent again', () => {
  it('is the same one, at any service, however it is written (I2)', async () => {
    const asked = { id: randomUUID(), scheduledFor: FAR, operations: [pay(5), pay(6)], atomic: true };
    const first = await bank.call('POST', '/v1/schedules', asked);
    expect(first.status).toBe(201);
    const sameInstant = { ...asked, id: asked.id.toUpperCase(), scheduledFor: '2999-12-31T01:00:00+01:00' };
    expect(await bank.call('POST', '/v1/schedules', sameInstant, 2)).toEqual(first);
    await client.cancelSchedule(asked.id);
    expect((await bank.call('POST', '/v1/schedules', asked)).body).toMatchObject({ state: 'cancelled' });
  });

  it('is a conflict when it asks for something else (I7)', async () => {
    const asked = { id: randomUUID(), scheduledFor: FAR, operations: [pay(5)] };
    await bank.call('POST', '/v1/schedules', asked);
    for (const other of [
      { scheduledFor: '2999-12-30T00:00:00Z' },
      { operations: [pay(6)] },
      { operations: [pay(5), pay(5)] },
      { operations: [pay(5, { id: randomUUID() })] },
      { atomic: true },
    ])
      expect(await bank.outcome('POST', '/v1/schedules', { ...asked, ...other })).toBe('id_conflict');
  });

  it('says so when an id of its operations was taken by another operation (I7)', async () => {
    const id = randomUUID();
    await bank.call('POST', '/v1/transfers', { id, from: alice, to: shop, amount: 1 });
    const operations = [pay(2, { id }), pay(4)];
    const schedule = await client.schedule({ scheduledFor: PAST, operations });
    expect(await done(schedule.id)).toMatchObject({ conflict: true });
    expect(await client.operation(id)).toMatchObject({ amount: 1 });
    expect(await balanceOf(shop)).toBe(5);
  });
});

describe('schedules', () => {
  it('are listed page by page, the newest first, and by state', async () => {
    const made: string[] = [];
    for (const scheduledFor of [FAR, PAST, FAR])
      made.push((await client.schedule({ scheduledFor, operations: [pay(1)] })).id);
    await done(made[1]!);
    const newest: string[] = [];
    for await (const { id } of client.allSchedules({ limit: 2 })) newest.push(id);
    expect(newest.slice(0, 3)).toEqual([...made].reverse());
    expect(new Set(newest).size).toBe(newest.length);
    const waiting = await client.schedules({ state: 'waiting', limit: 2 });
    expect(waiting.schedules.map(({ id }) => id)).toEqual([made[2], made[0]]);
  });

  it.each([
    ['no operations', { operations: [] }, 'must not be empty'],
    ['no time', { scheduledFor: undefined }, 'lacks the field "scheduledFor"'],
    ['a time that is none', { scheduledFor: 'tomorrow' }, 'must be an instant'],
    ['too many operations', { operations: Array.from({ length: 1_001 }, () => ({})) }, 'at most 1000'],
    ['an operation that is none', { operations: [{ type: 'gift' }] }, 'operations/0/type must be one of'],
    ['something unknown', { every: 'month' }, 'every'],
  ])('are refused with %s', async (_name, fields, sentence) => {
    const asked = { scheduledFor: FAR, operations: [pay(1)], ...fields };
    const { status, body } = await bank.call('POST', '/v1/schedules', asked);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(body)).toContain(JSON.stringify(sentence).slice(1, -1));
  });

  it('are refused with two operations of one id', async () => {
    const operation = pay(1, { id: randomUUID() });
    const asked = { scheduledFor: FAR, operations: [operation, operation] };
    expect(await bank.outcome('POST', '/v1/schedules', asked)).toBe('duplicate_id');
  });
});
