import type { AuditEvent, AuditPage, CreatedWebhook, IssuedKey } from '@lastro/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../whole-bank/whole-bank.ts';

const LATER = '2999-01-01T00:00:00.000Z';
/** Nobody listens there, and its path is a secret of its receiver's. */
const URL_WITH_SECRET = 'http://127.0.0.1:9/hooks/T0P-S3CRET';

describe('the audit trail', { timeout: 60_000 }, () => {
  let bank: WholeBank;
  let boss: string;

  beforeAll(async () => {
    bank = await WholeBank.start(1, { data: { LASTRO_WEBHOOK_PRIVATE_ADDRESSES: 'allow' } });
    boss = (await call<IssuedKey>('POST', '/v1/keys', { name: 'boss', scope: 'admin' }, ADMIN_KEY)).key;
    await bank.call('POST', '/v1/accounts', { id: 'alice' });
  });
  afterAll(() => bank.stop());

  async function call<Body>(method: string, path: string, body?: object, key = boss): Promise<Body> {
    const answer = await fetch(bank.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  }
  const trail = async (count: number): Promise<AuditEvent[]> =>
    (await call<AuditPage>('GET', `/v1/audit?limit=${count}`)).events.reverse();
  const common = {
    event: expect.any(Number) as number,
    at: expect.stringMatching(/Z$/) as string,
    by: 'boss',
    acceptedBy: 'business-1',
  };

  it('has what was done to webhooks, without their secrets', async () => {
    const hook = await call<CreatedWebhook>('POST', '/v1/webhooks', {
      url: URL_WITH_SECRET,
      events: ['operation.posted'],
      after: 0,
    });
    await call('POST', `/v1/webhooks/${hook.id}/replay`, { after: 1 });
    await call('POST', `/v1/webhooks/${hook.id}/enable`);
    const rotated = await call<{ secret: string }>('POST', `/v1/webhooks/${hook.id}/secret`);
    await bury(hook.id);
    await call('POST', `/v1/webhooks/${hook.id}/dead-letters/2/retry`);
    await call('DELETE', `/v1/webhooks/${hook.id}`);
    const events = await trail(6);
    expect(events).toEqual([
      {
        action: 'webhook_created',
        webhook: hook.id,
        origin: 'http://127.0.0.1:9',
        events: ['operation.posted'],
        after: 0,
        ...common,
      },
      { action: 'webhook_moved', webhook: hook.id, after: 1, ...common },
      { action: 'webhook_enabled', webhook: hook.id, ...common },
      { action: 'webhook_secret_rotated', webhook: hook.id, ...common },
      { action: 'webhook_event_retried', webhook: hook.id, retried: '2', ...common },
      { action: 'webhook_deleted', webhook: hook.id, ...common },
    ]);
    for (const secret of [hook.secret, rotated.secret, 'T0P-S3CRET', 'whsec_'])
      expect(JSON.stringify(events)).not.toContain(secret);
  });

  async function bury(id: string): Promise<void> {
    const client = new pg.Client({ connectionString: bank.databaseUrl });
    await client.connect();
    await client.query(
      `INSERT INTO webhook_dead_letter (webhook, sequence, event_index, type, attempts, error)
       SELECT number, 2, 0, 'operation.posted', 1, 'refused' FROM webhook WHERE id = $1`,
      [id],
    );
    await client.end();
  }

  it('has what was done to monitors and schedules, and nothing that was not done', async () => {
    const monitor = await call<{ id: string }>('POST', '/v1/monitors', { account: 'alice', below: 5 });
    await call('DELETE', `/v1/monitors/${monitor.id}`);
    await call('DELETE', `/v1/monitors/${monitor.id}`);
    await call('POST', '/v1/monitors', { account: 'nobody', below: 5 });
    const request = { scheduledFor: LATER, operations: [{ type: 'deposit', account: 'alice', amount: 1 }] };
    const schedule = await call<{ id: string }>('POST', '/v1/schedules', request);
    await call('POST', '/v1/schedules', { ...request, id: schedule.id });
    await call('DELETE', `/v1/schedules/${schedule.id}`);
    await call('DELETE', `/v1/schedules/${schedule.id}`);
    expect(await trail(4)).toEqual([
      { action: 'monitor_created', monitor: monitor.id, account: 'alice', below: 5, ...common },
      { action: 'monitor_deleted', monitor: monitor.id, ...common },
      {
        action: 'schedule_created',
        schedule: schedule.id,
        scheduledFor: LATER,
        operationCount: 1,
        ...common,
      },
      { action: 'schedule_cancelled', schedule: schedule.id, ...common },
    ]);
  });

  it('numbers what many do at once without a gap', async () => {
    const before = (await trail(1))[0]!.event;
    const monitors = await Promise.all(
      Array.from({ length: 20 }, () =>
        call<{ id: string }>('POST', '/v1/monitors', { account: 'alice', above: 1000 }),
      ),
    );
    const events = await trail(20);
    expect(events.map(({ event }) => event)).toEqual(monitors.map((_, index) => before + 1 + index));
    expect(new Set(events.map(({ monitor }) => monitor))).toEqual(new Set(monitors.map(({ id }) => id)));
  });
});
