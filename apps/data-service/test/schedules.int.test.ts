import { randomUUID } from 'node:crypto';
import type { Operation, Problem, Schedule, Statement } from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScheduleStore } from '../src/schedules/schedule-store.ts';
import { commit } from './commit-batches.ts';
import { ask, deposit, opening, post, startOn } from './data-services.ts';
import { openTestStore, testSettings } from './open-test-store.ts';

const PAST = '2026-01-01T00:00:00.000Z';
const FAR = '2999-12-31T00:00:00.000Z';
const NEVER = { LASTRO_SCHEDULE_INTERVAL_MS: '1000000' };
const OFTEN = { LASTRO_SCHEDULE_INTERVAL_MS: '5' };
const PATIENCE = { timeout: 20_000, interval: 10 };

describe('schedules in the ledger’s database', () => {
  let database: TestDatabase;
  const running: RunningService[] = [];
  const start = async (settings: Readonly<Record<string, string>>) => {
    const service = await startOn(database.url, settings);
    running.push(service);
    return service;
  };
  const stopAll = async () => {
    for (const service of running.splice(0)) await service.stop();
  };

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await stopAll();
    await database.drop();
  });

  const create = (service: RunningService, scheduledFor: string, ...operations: object[]) =>
    ask<Schedule & Problem>(service, 'POST', '/v1/schedules', {
      id: randomUUID(),
      scheduledFor,
      by: 'admin',
      operations: operations.map((operation) => ({
        id: randomUUID(),
        acceptedAt: scheduledFor,
        ...operation,
      })),
    });
  const untilDone = (service: RunningService, id: string) =>
    vi.waitFor(async () => {
      const { body } = await ask<Schedule>(service, 'GET', `/v1/schedules/${id}`);
      expect(body.state).toBe('done');
      return body;
    }, PATIENCE);

  it('are posted once where several data services look at once', async () => {
    const keeper = await start(NEVER);
    await post(keeper, opening('alice'));
    const made = await Promise.all(
      Array.from({ length: 40 }, () => create(keeper, PAST, deposit('alice', 1), deposit('alice', 1))),
    );
    await Promise.all([start(OFTEN), start(OFTEN), start({ ...OFTEN, LASTRO_SCHEDULES_AT_ONCE_MAX: '3' })]);
    for (const { body } of made) await untilDone(keeper, body.id);
    const { body } = await ask<{ balance: number }>(keeper, 'GET', '/v1/accounts/alice');
    expect(body.balance).toBe(80);
  });

  it('that were sent by one that died before it could note it are posted once, at the instant of their start', async () => {
    const first = await start(NEVER);
    await post(first, opening('alice'));
    const { body: schedule } = await create(first, PAST, deposit('alice', 25));
    await stopAll();
    const settings = testSettings(database.url);
    const schedules = new ScheduleStore(settings, 10);
    await schedules.start(10);
    const [started] = await schedules.started(10, 10);
    await schedules.close();
    const ledger = openTestStore(database.url);
    await commit(ledger, started!.operations);
    await ledger.close();

    const second = await start(OFTEN);
    const { startedAt, operations } = await untilDone(second, schedule.id);
    const { body } = await ask<Operation>(second, 'GET', `/v1/operations/${operations[0]!.id}`);
    expect(body).toMatchObject({ status: 'posted', acceptedAt: startedAt, acceptedBy: 'business-1' });
    const statement = await ask<Statement>(second, 'GET', '/v1/accounts/alice/statement');
    expect(statement.body.entries).toHaveLength(1);
  });

  it('are carried out in the order of their times, however few go at once', async () => {
    const keeper = await start(NEVER);
    await post(keeper, opening('alice'));
    const days = ['03', '01', '02', '04'];
    const made = await Promise.all(
      days.map((day) => create(keeper, `2026-01-${day}T00:00:00Z`, deposit('alice', Number(day)))),
    );
    await start({ ...OFTEN, LASTRO_SCHEDULED_OPERATIONS_AT_ONCE_MAX: '1' });
    for (const { body } of made) await untilDone(keeper, body.id);
    const { body } = await ask<Statement>(keeper, 'GET', '/v1/accounts/alice/statement');
    expect(body.entries.map(({ amount }) => amount)).toEqual([4, 3, 2, 1]);
  });

  it('wait in a limited number, and say how many, and how late the oldest is', async () => {
    const service = await start({ ...OFTEN, LASTRO_SCHEDULES_WAITING_MAX: '2' });
    const metric = async (name: string) => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      return Number(new RegExp(`^${name}\\S* (.+)$`, 'm').exec(text)?.[1]);
    };
    const made = [
      await create(service, FAR, deposit('alice', 1)),
      await create(service, FAR, deposit('alice', 1)),
    ];
    expect(await create(service, FAR, deposit('alice', 1))).toMatchObject({
      status: 409,
      body: { code: 'schedule_limit' },
    });
    await vi.waitFor(async () => expect(await metric('lastro_schedules_waiting')).toBe(2), PATIENCE);
    expect(await metric('lastro_schedule_lag_seconds')).toBe(0);
    await ask(service, 'DELETE', `/v1/schedules/${made[0]!.body.id}`);
    expect((await create(service, FAR, deposit('alice', 1))).status).toBe(201);
  });

  it('refuse an operation that the ledger would call malformed', async () => {
    const service = await start(NEVER);
    const answer = await create(service, FAR, deposit('alice', 1), deposit('alice', 1.5));
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.detail).toContain('operations/1/amount');
  });
});
