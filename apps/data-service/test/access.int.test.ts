import { createHash } from 'node:crypto';
import { type AuditPage, compileSchema, type Key, KeyChanges, type KeyPage } from '@lastro/contract';
import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessStore } from '../src/access/access-store.ts';
import { startDataService } from '../src/index.ts';
import { createLedgerDatabase } from './ledger-database.ts';

const CREDENTIAL = 'business-1-key-0123456789';
const NOWHERE = { change: 0, mark: '00000000-0000-0000-0000-000000000000' };
const isChanges = compileSchema(KeyChanges, 'body');

const digestOf = (key: string) => createHash('sha256').update(key).digest('hex');

describe('the keys in the ledger', () => {
  let database: TestDatabase;
  let service: RunningService;
  const started: RunningService[] = [];

  const start = async () => {
    const running = await startDataService({
      DATABASE_URL: database.url,
      LASTRO_PORT: '0',
      LASTRO_BUSINESS_KEYS: `business-1:${CREDENTIAL}`,
      LASTRO_LOG_LEVEL: 'silent',
    });
    started.push(running);
    return running;
  };
  const call = async <Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    { url = service.url, key = CREDENTIAL } = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const create = (name: string, more: object = {}) =>
    call<Key>('POST', '/v1/keys', { name, scope: 'operate', digest: digestOf(name), by: 'admin', ...more });
  const changes = async (place: { change: number; mark: string } = NOWHERE) => {
    const { body } = await call<KeyChanges>(
      'GET',
      `/v1/keys/changes?change=${place.change}&mark=${place.mark}`,
    );
    expect(isChanges(body)).toBe(true);
    return body;
  };
  const events = async () => (await call<AuditPage>('GET', '/v1/audit')).body.events;

  beforeEach(async () => {
    database = await createLedgerDatabase();
    service = await start();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((running) => running.stop()));
    await database.drop();
  });

  it('are kept as digests, with what they may do, and shown without them', async () => {
    const limits = {
      accounts: ['alice', 'shop-7:*'],
      rateLimitPerSecond: 50,
      expiresAt: '2099-01-01T00:00:00.000Z',
    };
    const { status, body } = await create('shop-7', limits);
    const shown = {
      name: 'shop-7',
      scope: 'operate',
      ...limits,
      createdAt: expect.stringMatching(/Z$/) as string,
      createdBy: 'admin',
    };
    expect([status, body]).toEqual([201, shown]);
    expect((await call('GET', '/v1/keys')).body).toEqual({ keys: [shown] });
    expect((await changes()).keys).toEqual([
      { name: 'shop-7', scope: 'operate', ...limits, revoked: false, digest: digestOf('shop-7') },
    ]);
  });

  it('have names that are never used again, and a creation that is sent twice is one', async () => {
    const first = await create('shop');
    expect(await create('shop')).toEqual(first);
    expect(await create('shop', { digest: digestOf('another') })).toMatchObject({
      status: 409,
      body: { code: 'key_exists' },
    });
    await call('POST', '/v1/keys/shop/revoke', { by: 'admin' });
    expect(await create('shop', { digest: digestOf('another') })).toMatchObject({ status: 409 });
    expect(await events()).toHaveLength(2);
  });

  it('are rotated with an overlap or without, and a rotation that is sent twice is one', async () => {
    await create('shop');
    const rotate = (digest: string, overlapSeconds: number) =>
      call<Key>('POST', '/v1/keys/shop/rotate', { digest, overlapSeconds, by: 'boss' });
    const first = await rotate(digestOf('second'), 60);
    expect(await rotate(digestOf('second'), 60)).toEqual(first);
    const overlapMs = Date.parse(first.body.previousKeyUntil!) - Date.parse(first.body.rotatedAt!);
    expect(Math.round(overlapMs / 1000)).toBe(60);
    expect((await changes()).keys).toMatchObject([
      {
        digest: digestOf('second'),
        previous: { digest: digestOf('shop'), until: first.body.previousKeyUntil },
      },
    ]);
    const second = await rotate(digestOf('third'), 0);
    expect(second.body.previousKeyUntil).toBeUndefined();
    expect((await changes()).keys[0]).not.toHaveProperty('previous');
  });

  it('are revoked for good, with the one before', async () => {
    await create('shop');
    await call('POST', '/v1/keys/shop/rotate', { digest: digestOf('2'), overlapSeconds: 60, by: 'admin' });
    const first = await call<Key>('POST', '/v1/keys/shop/revoke', { by: 'admin' });
    expect(first).toMatchObject({ status: 200, body: { revokedAt: expect.any(String) as string } });
    expect(await call('POST', '/v1/keys/shop/revoke', { by: 'boss' })).toEqual(first);
    const [record] = (await changes()).keys;
    expect(record).toMatchObject({ name: 'shop', revoked: true });
    expect(record).not.toHaveProperty('previous');
    const again = { digest: digestOf('3'), overlapSeconds: 0, by: 'admin' };
    expect(await call('POST', '/v1/keys/shop/rotate', again)).toMatchObject({
      status: 409,
      body: { code: 'key_revoked' },
    });
    expect(await call('POST', '/v1/keys/nobody/rotate', again)).toMatchObject({
      status: 404,
      body: { code: 'key_not_found' },
    });
    expect(await call('POST', '/v1/keys/nobody/revoke', { by: 'admin' })).toMatchObject({ status: 404 });
  });

  it('leave a trail of who did what through which service, newest first, page by page', async () => {
    await create('shop', { accounts: ['alice'], by: 'boss' });
    await call('POST', '/v1/keys/shop/rotate', { digest: digestOf('2'), overlapSeconds: 5, by: 'boss' });
    await call('POST', '/v1/keys/shop/revoke', { by: 'auth0|eve' });
    const common = { at: expect.any(String) as string, key: 'shop', acceptedBy: 'business-1' };
    expect(await events()).toEqual([
      { event: 3, action: 'key_revoked', by: 'auth0|eve', ...common },
      { event: 2, action: 'key_rotated', by: 'boss', overlapSeconds: 5, ...common },
      { event: 1, action: 'key_created', by: 'boss', scope: 'operate', accounts: ['alice'], ...common },
    ]);
    const first = (await call<AuditPage>('GET', '/v1/audit?limit=2')).body;
    const second = (await call<AuditPage>('GET', `/v1/audit?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.events, ...second.events].map(({ event }) => event)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('are listed in the order of their names, page by page', async () => {
    for (const name of ['b', 'a', 'B', 'c']) await create(name);
    const first = (await call<KeyPage>('GET', '/v1/keys?limit=3')).body;
    expect([first.keys.map(({ name }) => name), first.nextCursor]).toEqual([['B', 'a', 'b'], 'b']);
    const second = (await call<KeyPage>('GET', '/v1/keys?limit=3&cursor=b')).body;
    expect([second.keys.map(({ name }) => name), second.nextCursor]).toEqual([['c'], undefined]);
  });

  it('change one after the other, whoever changes them, and nobody misses a change', async () => {
    const other = await start();
    const names = Array.from({ length: 40 }, (_, index) => `key-${index}`);
    await Promise.all(
      names.map((name, index) =>
        call(
          'POST',
          '/v1/keys',
          { name, scope: 'read', digest: digestOf(name), by: 'admin' },
          { url: index % 2 === 0 ? service.url : other.url },
        ),
      ),
    );
    expect((await events()).map(({ event }) => event)).toEqual(names.map((_, index) => 40 - index));
    expect(new Set((await changes()).keys.map(({ name }) => name))).toEqual(new Set(names));
  });

  describe('as a business service follows them', () => {
    it('are only those that have changed', async () => {
      await create('a');
      await create('b');
      const known = await changes();
      expect(known).toMatchObject({ change: 2, whole: true, more: false });
      expect(await changes(known)).toEqual({ ...known, whole: false, keys: [] });
      await call('POST', '/v1/keys/a/revoke', { by: 'admin' });
      expect(await changes(known)).toMatchObject({
        change: 3,
        whole: false,
        keys: [{ name: 'a', revoked: true }],
      });
    });

    it('come in pages, each with the place where the next begins', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name);
      const store = new AccessStore(
        {
          databaseUrl: database.url,
          readConnectionsMax: 1,
          connectTimeoutMs: 5_000,
          statementTimeoutMs: 5_000,
          exchangeTimeoutMs: 5_000,
          stalledCommitTimeoutMs: 5_000,
        },
        2,
      );
      const first = await store.changes(NOWHERE);
      const second = await store.changes(first);
      const third = await store.changes(second);
      await store.close();
      expect(
        [first, second, third].map(({ keys, whole, more }) => [keys.map((k) => k.name), whole, more]),
      ).toEqual([
        [['a', 'b'], true, true],
        [['c', 'd'], false, true],
        [['e'], false, false],
      ]);
      expect(third.change).toBe(5);
    });

    it('are all of them where the ledger is another, or was restored and has gone another way since', async () => {
      await create('a');
      await create('b');
      const known = await changes();
      // As after a restore to a time before `b`.
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(`
        DELETE FROM access_key WHERE name = 'b';
        DELETE FROM access_change WHERE change = 2;
        UPDATE access_head SET change = 1, mark = (SELECT mark FROM access_change WHERE change = 1)`);
      await client.end();
      expect(await changes(known)).toMatchObject({ change: 1, whole: true, keys: [{ name: 'a' }] });
      await create('c');
      expect(await changes(known)).toMatchObject({
        change: 2,
        whole: true,
        keys: [{ name: 'a' }, { name: 'c' }],
      });
    });
  });

  it.each([
    ['POST', '/v1/keys', { name: 'x', scope: 'operate', by: 'admin' }],
    ['POST', '/v1/keys', { name: 'x', scope: 'operate', digest: 'short', by: 'admin' }],
    ['POST', '/v1/keys', { name: '../x', scope: 'operate', digest: digestOf('x'), by: 'admin' }],
    ['POST', '/v1/keys', { name: 'x', scope: 'all', digest: digestOf('x'), by: 'admin' }],
    ['POST', '/v1/keys', { name: 'x', scope: 'read', digest: digestOf('x'), by: 'a"b' }],
    ['POST', '/v1/keys', { name: 'x', scope: 'read', digest: digestOf('x'), by: 'a', key: 'secret' }],
    ['POST', '/v1/keys/x/rotate', { digest: digestOf('x'), by: 'admin' }],
    ['POST', '/v1/keys/x/rotate', { digest: digestOf('x'), overlapSeconds: -1, by: 'admin' }],
    ['POST', '/v1/keys/x/revoke', {}],
    ['GET', '/v1/keys/changes', undefined],
    ['GET', '/v1/keys/changes?change=-1&mark=x', undefined],
    ['GET', '/v1/keys?limit=0', undefined],
    ['GET', '/v1/audit?cursor=0', undefined],
  ])('are not changed by what is malformed: %s %s %j', async (method, path, body) => {
    expect(await call(method, path, body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await call(method, path, body, { key: 'wrong' })).toMatchObject({ status: 401 });
    expect(await events()).toEqual([]);
  });

  it('go on after their connections were lost', async () => {
    await create('a');
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await client.end();
    expect((await changes()).keys).toMatchObject([{ name: 'a' }]);
    expect((await create('b')).status).toBe(201);
  });
});
