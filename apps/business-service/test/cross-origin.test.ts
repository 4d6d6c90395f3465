import { ConfigError } from '@lastro/service';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOpenApi, businessServiceConfig } from '../src/index.ts';
import { ADMIN_KEY, RunningBank } from './running-bank.ts';

const ORIGIN = 'https://app.example.com';
const { paths } = (await buildOpenApi()) as { paths: Record<string, Record<string, unknown>> };
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);

describe('pages in browsers', { timeout: 30_000 }, () => {
  let bank: RunningBank;
  let closed: RunningBank;

  beforeAll(async () => {
    bank = await RunningBank.start({ LASTRO_CORS_ORIGINS: `http://localhost:5173,${ORIGIN}` });
    closed = await RunningBank.start();
  });
  afterAll(async () => {
    await bank.stop();
    await closed.stop();
  });

  const ask = (path: string, method: string, origin = ORIGIN, at = bank) =>
    at.call('OPTIONS', path, undefined, {
      key: null,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,idempotency-key,prefer,last-event-id',
      },
    });
  const list = (value: unknown) => String(value).toLowerCase().split(', ');

  it.each(routes)('may call $method $path from an origin in the settings', async ({ method, path }) => {
    const { status, headers } = await ask(path.replace(/\{\w+\}/g, 'x'), method);
    expect([status, headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
    expect(list(headers['access-control-allow-methods'])).toContain(method.toLowerCase());
    expect(list(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'prefer', 'last-event-id']),
    );
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers['vary']).toBe('Origin');
  });

  it('read answers, refusals and what they say of trying again', async () => {
    const headers = { origin: ORIGIN };
    const answers = [
      await bank.call('GET', '/v1/whoami', undefined, { headers }),
      await bank.call('GET', '/v1/whoami', undefined, { headers, key: 'wrong-key-of-the-tests' }),
      await bank.call('POST', '/v1/deposits', { account: 'alice' }, { headers }),
      await bank.call('GET', '/v1/nothing', undefined, { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 400, 404]);
    for (const answer of answers) {
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(list(answer.headers['access-control-expose-headers'])).toEqual(
        expect.arrayContaining(['retry-after', 'location', 'preference-applied', 'content-disposition']),
      );
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('follow events', async () => {
    const answer = await request(`${bank.business.url}/v1/events`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}`, origin: ORIGIN },
    });
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    answer.body.on('error', () => undefined).destroy();
  });

  it.each([
    'https://evil.example.com',
    'null',
    'https://app.example.com.evil.com',
    'https://APP.example.com',
    '*',
  ])('of any other origin, like %s, may not; and learn no more than whoever has no key', async (origin) => {
    for (const path of ['/v1/transfers', '/v1/nothing']) {
      const { status, headers } = await ask(path, 'POST', origin);
      expect(status).toBe(401);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
    const answer = await bank.call('GET', '/v1/whoami', undefined, { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('have no place in the answers to other programs', async () => {
    const { status, headers } = await bank.call('GET', '/v1/whoami');
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(await bank.call('OPTIONS', '/v1/transfers')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      body: { code: 'method_not_allowed' },
    });
    expect(await bank.call('OPTIONS', '/v1/nothing')).toMatchObject({ status: 404 });
  });

  it('may call nothing where the setting is not given', async () => {
    const answers = [await ask('/v1/transfers', 'POST', ORIGIN, closed), await closed.get('/v1/whoami')];
    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
    for (const { headers } of answers)
      expect(Object.keys(headers).filter((name) => /^access-control|^vary/.test(name))).toEqual([]);
  });

  it.each([
    ['*'],
    ['https://*'],
    ['https://*.example.com'],
    ['https://app.example.com/'],
    ['https://app.example.com/path'],
    ['https://APP.example.com'],
    ['https://app.example.com:443'],
    ['https://user@app.example.com'],
    ['app.example.com'],
    ['null'],
    ['https://app.example.com,'],
    ['https://app.example.com, https://b.example.com'],
    [''],
  ])('are not allowed by a setting that is no list of exact origins: %j', (origins) => {
    expect(() => businessServiceConfig({ ...settings, LASTRO_CORS_ORIGINS: origins })).toThrow(ConfigError);
  });
});

const settings = {
  LASTRO_BUSINESS_ID: 'business-1',
  LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
  LASTRO_DATA_URL: 'http://127.0.0.1:7400',
  LASTRO_QUEUE_DIR: '/nowhere',
  LASTRO_ADMIN_KEY: ADMIN_KEY,
};
