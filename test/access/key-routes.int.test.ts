import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditPage, IssuedKey, KeyPage, Problem } from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { startBusinessService } from '../../apps/business-service/src/index.ts';

const ADMIN_KEY = 'admin-key-of-the-tests';
const CREDENTIALS = ['business-key-1-of-the-tests', 'business-key-2-of-the-tests'];
const good = { account: 'alice', amount: 100 };
const OPENING = '01890a5d-ac96-774b-bcce-b302099a8057';
const PATIENCE = { timeout: 20_000, interval: 5 };

describe('keys, made and revoked over the API of a bank', () => {
  let database: TestDatabase;
  let data: RunningService;
  let directory: string;
  const business: RunningService[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'lastro-keys-'));
    data = await startData(0);
    for (const index of [0, 1]) {
      business.push(
        await startBusinessService({
          LASTRO_BUSINESS_ID: `business-${index + 1}`,
          LASTRO_BUSINESS_KEY: CREDENTIALS[index],
          LASTRO_DATA_URL: data.url,
          LASTRO_QUEUE_DIR: join(directory, `business-${index + 1}`),
          LASTRO_ADMIN_KEY: ADMIN_KEY,
          LASTRO_PORT: '0',
          LASTRO_LOG_LEVEL: 'silent',
          LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '20',
        }),
      );
    }
  });
  afterAll(async () => {
    await Promise.all(business.map((service) => service.stop()));
    await data.stop();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  function startData(port: number): Promise<RunningService> {
    return startDataService({
      DATABASE_URL: database.url,
      LASTRO_PORT: String(port),
      LASTRO_BUSINESS_KEYS: CREDENTIALS.map((key, index) => `business-${index + 1}:${key}`).join(','),
      LASTRO_LOG_LEVEL: 'silent',
    });
  }

  async function call<Body = Problem>(
    method: string,
    path: string,
    body?: unknown,
    { key = ADMIN_KEY, at = 0 } = {},
  ): Promise<{ status: number; body: Body }> {
    const answer = await fetch(business[at]!.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }
  const create = (name: string, more: object = {}) =>
    call<IssuedKey>('POST', '/v1/keys', { name, scope: 'operate', ...more });
  const deposit = async (key: string, at = 0) =>
    (await call('POST', '/v1/deposits', good, { key, at })).status;

  it('are shown once, work at once where they were made, and soon everywhere', async () => {
    const { status, body } = await create('first');
    expect([status, body]).toEqual([
      201,
      {
        name: 'first',
        scope: 'operate',
        createdAt: expect.any(String) as string,
        createdBy: 'admin',
        key: expect.stringMatching(/^lastro_[0-9a-f]{64}$/) as string,
      },
    ]);
    expect(await deposit(body.key)).toBe(202);
    await vi.waitFor(async () => expect(await deposit(body.key, 1)).toBe(202), PATIENCE);
    const { body: list } = await call<KeyPage>('GET', '/v1/keys');
    expect(list.keys.find(({ name }) => name === 'first')).not.toHaveProperty('key');
    expect(JSON.stringify(list)).not.toMatch(/lastro_|digest/);
  });

  it('are made once for each name', async () => {
    const { body } = await create('taken');
    expect(await create('taken')).toMatchObject({ status: 409, body: { code: 'key_exists' } });
    expect(await create('admin')).toMatchObject({ status: 409, body: { code: 'key_exists' } });
    expect(await deposit(body.key)).toBe(202);
  });

  it('are rotated, with an overlap or without', async () => {
    const first = (await create('rotated')).body;
    const rotate = (body: object) => call<IssuedKey>('POST', '/v1/keys/rotated/rotate', body);
    const second = (await rotate({ overlapSeconds: 3600 })).body;
    expect(second).toMatchObject({ name: 'rotated', previousKeyUntil: expect.any(String) as string });
    expect([await deposit(first.key), await deposit(second.key)]).toEqual([202, 202]);
    const third = (await rotate({})).body;
    expect([await deposit(first.key), await deposit(second.key), await deposit(third.key)]).toEqual([
      401, 401, 202,
    ]);
  });

  it('are revoked at once where that was asked, and soon everywhere', async () => {
    const { key } = (await create('revoked')).body;
    await vi.waitFor(async () => expect(await deposit(key, 1)).toBe(202), PATIENCE);
    expect(await call('DELETE', '/v1/keys/revoked')).toMatchObject({ status: 204 });
    expect(await call('DELETE', '/v1/keys/revoked')).toMatchObject({ status: 204 });
    expect(await deposit(key)).toBe(401);
    await vi.waitFor(async () => expect(await deposit(key, 1)).toBe(401), PATIENCE);
    expect(await call('POST', '/v1/keys/revoked/rotate', {})).toMatchObject({
      status: 409,
      body: { code: 'key_revoked' },
    });
    expect(await create('revoked')).toMatchObject({ status: 409, body: { code: 'key_exists' } });
    expect(await call('DELETE', '/v1/keys/nobody')).toMatchObject({
      status: 404,
      body: { code: 'key_not_found' },
    });
  });

  it('leave a trail that names who did it and where', async () => {
    const boss = (await create('boss', { scope: 'admin' })).body;
    await call('POST', '/v1/keys', { name: 'of-boss', scope: 'read' }, { key: boss.key });
    await vi.waitFor(
      async () =>
        expect(await call('DELETE', '/v1/keys/of-boss', undefined, { key: boss.key, at: 1 })).toMatchObject({
          status: 204,
        }),
      PATIENCE,
    );
    const { body } = await call<AuditPage>('GET', '/v1/audit?limit=3');
    expect(body.events).toMatchObject([
      { action: 'key_revoked', key: 'of-boss', by: 'boss', acceptedBy: 'business-2' },
      { action: 'key_created', key: 'of-boss', by: 'boss', acceptedBy: 'business-1', scope: 'read' },
      { action: 'key_created', key: 'boss', by: 'admin', acceptedBy: 'business-1', scope: 'admin' },
    ]);
    expect(body.nextCursor).toBe(String(body.events[2]!.event - 1));
    const next = (await call<AuditPage>('GET', `/v1/audit?limit=1&cursor=${body.nextCursor}`)).body;
    expect(next.events[0]!.event).toBe(body.events[2]!.event - 1);
  });

  it('are named by their operations in the ledger', async () => {
    const { key } = (await create('sender')).body;
    const answer = await fetch(`${business[0]!.url}/v1/accounts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': OPENING,
      },
      body: JSON.stringify({ id: 'alice' }),
    });
    expect(answer.status).toBe(201);
    expect((await call('GET', `/v1/operations/${OPENING}`, undefined, { at: 1 })).body).toMatchObject({
      status: 'posted',
      account: 'alice',
      key: 'sender',
      acceptedBy: 'business-1',
    });
  });

  it.each(['read', 'operate'])('are no business of a key of scope %s', async (scope) => {
    const { key } = (await create(`only-${scope}`, { scope })).body;
    for (const [method, path, body] of [
      ['POST', '/v1/keys', { name: 'mine', scope: 'admin' }],
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys/boss/rotate', {}],
      ['DELETE', '/v1/keys/boss'],
      ['GET', '/v1/audit'],
    ] as const) {
      expect(await call(method, path, body, { key })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    }
  });

  it('need the ledger to be changed or listed, and go on working without it', async () => {
    const { key } = (await create('lasting')).body;
    const { port } = new URL(data.url);
    await data.stop();
    for (const [method, path, body] of [
      ['POST', '/v1/keys', { name: 'late', scope: 'read' }],
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys/lasting/rotate', {}],
      ['DELETE', '/v1/keys/lasting'],
      ['GET', '/v1/audit'],
    ] as const) {
      expect(await call(method, path, body)).toMatchObject({
        status: 503,
        body: { code: 'ledger_unavailable' },
      });
    }
    expect(await deposit(key)).toBe(202);
    data = await startData(Number(port));
    await vi.waitFor(async () => expect((await create('late')).status).toBe(201), PATIENCE);
  });

  it.each([
    ['no name', 'POST', '/v1/keys', { scope: 'read' }],
    ['a name that is none', 'POST', '/v1/keys', { name: '../x', scope: 'read' }],
    ['a name with a line break', 'POST', '/v1/keys', { name: 'x\n', scope: 'read' }],
    ['no scope', 'POST', '/v1/keys', { name: 'x' }],
    ['a scope that is none', 'POST', '/v1/keys', { name: 'x', scope: 'root' }],
    ['no accounts', 'POST', '/v1/keys', { name: 'x', scope: 'read', accounts: [] }],
    ['all accounts', 'POST', '/v1/keys', { name: 'x', scope: 'read', accounts: ['*'] }],
    ['a star in the middle', 'POST', '/v1/keys', { name: 'x', scope: 'read', accounts: ['a*b'] }],
    ['too many accounts', 'POST', '/v1/keys', { name: 'x', scope: 'read', accounts: Array(101).fill('a') }],
    ['a rate of nothing', 'POST', '/v1/keys', { name: 'x', scope: 'read', rateLimitPerSecond: 0 }],
    ['a rate with a fraction', 'POST', '/v1/keys', { name: 'x', scope: 'read', rateLimitPerSecond: 1.5 }],
    ['an end that is no instant', 'POST', '/v1/keys', { name: 'x', scope: 'read', expiresAt: 'tomorrow' }],
    ['a key of its own', 'POST', '/v1/keys', { name: 'x', scope: 'read', key: 'lastro_mine' }],
    ['a digest of its own', 'POST', '/v1/keys', { name: 'x', scope: 'read', digest: 'a'.repeat(64) }],
    ['an author of its own', 'POST', '/v1/keys', { name: 'x', scope: 'read', by: 'boss' }],
    ['an overlap below zero', 'POST', '/v1/keys/first/rotate', { overlapSeconds: -1 }],
    ['an overlap without end', 'POST', '/v1/keys/first/rotate', { overlapSeconds: 1e9 }],
    ['an unknown field', 'POST', '/v1/keys/first/rotate', { overlap: 1 }],
    ['a path that is no name', 'DELETE', '/v1/keys/a%2Fb', undefined],
    ['a page of nothing', 'GET', '/v1/keys?limit=0', undefined],
    ['a cursor that is none', 'GET', '/v1/audit?cursor=x', undefined],
  ])('are not changed by a request with %s', async (_what, method, path, body) => {
    const before = (await call<AuditPage>('GET', '/v1/audit?limit=1')).body.events;
    expect(await call(method, path, body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await call<AuditPage>('GET', '/v1/audit?limit=1')).body.events).toEqual(before);
  });
});
