import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { ADMIN_KEY, RunningBank } from './running-bank.ts';

const good = { account: 'alice', amount: 100 };
const MAX = Number.MAX_SAFE_INTEGER;

describe('bad input', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeAll(async () => {
    bank = await RunningBank.start({ LASTRO_BODY_SIZE_MAX_BYTES: String(4 * 1024 * 1024) });
  });
  afterAll(async () => {
    // Whatever was tried above, nothing of it was taken.
    expect(await bank.metric('lastro_accepted_total')).toBe(0);
    expect(bank.data.batches).toEqual([]);
    await bank.stop();
  });

  const bodies: readonly [string, string, unknown][] = [
    ['an unknown field', '/v1/deposits', { ...good, note: 'x' }],
    ['a float', '/v1/deposits', { ...good, amount: 1.5 }],
    ['a negative amount', '/v1/deposits', { ...good, amount: -1 }],
    ['nothing', '/v1/deposits', { ...good, amount: 0 }],
    ['more than the range', '/v1/deposits', { ...good, amount: MAX + 1 }],
    ['an amount as text', '/v1/deposits', { ...good, amount: '100' }],
    ['null for an amount', '/v1/deposits', { ...good, amount: null }],
    ['an amount in a list', '/v1/deposits', { ...good, amount: [100] }],
    ['true for an amount', '/v1/deposits', { ...good, amount: true }],
    ['no amount', '/v1/deposits', { account: 'alice' }],
    ['no account', '/v1/withdrawals', { amount: 1 }],
    ['an account that is no name', '/v1/withdrawals', { ...good, account: '../etc/passwd' }],
    ['a line break after an account', '/v1/withdrawals', { ...good, account: 'alice\n' }],
    ['an account of 65 characters', '/v1/withdrawals', { ...good, account: 'a'.repeat(65) }],
    ['an empty account', '/v1/transfers', { from: '', to: 'bob', amount: 1 }],
    ['a currency that is none', '/v1/transfers', { from: 'alice', to: 'bob', amount: 1, currency: 'XXZ' }],
    ['a currency in lower case', '/v1/transfers', { from: 'alice', to: 'bob', amount: 1, currency: 'brl' }],
    ['an id that is no UUID', '/v1/transfers', { id: '1', from: 'alice', to: 'bob', amount: 1 }],
    ['the nil UUID', '/v1/deposits', { ...good, id: '00000000-0000-0000-0000-000000000000' }],
    ['a NUL in a text', '/v1/deposits', { ...good, description: 'a\u0000b' }],
    ['half a surrogate pair', '/v1/deposits', { ...good, description: '\ud800' }],
    ['a line break in a text', '/v1/deposits', { ...good, description: 'a\nb' }],
    ['a text that is too long', '/v1/deposits', { ...good, description: 'x'.repeat(501) }],
    ['metadata that is no text', '/v1/deposits', { ...good, metadata: { a: 1 } }],
    ['metadata with a bad name', '/v1/deposits', { ...good, metadata: { 'a b': 'x' } }],
    [
      'metadata without end',
      '/v1/deposits',
      { ...good, metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) },
    ],
    ['deep metadata', '/v1/deposits', { ...good, metadata: { a: { b: 'x' } } }],
    ['a list for a body', '/v1/deposits', [good]],
    ['a text for a body', '/v1/deposits', 'deposit'],
    ['null for a body', '/v1/deposits', null],
    ['the cash account opened by a client', '/v1/accounts', { id: '@cash.BRL' }],
    ['a negative overdraft limit', '/v1/accounts', { id: 'alice', overdraftLimit: -1 }],
    ['an empty name', '/v1/accounts', { id: 'alice', name: '' }],
    ['a key without a scope', '/v1/keys', { name: 'shop' }],
    ['a key that brings itself', '/v1/keys', { name: 'shop', scope: 'read', key: 'lastro_mine' }],
    ['a key with a name that is a path', '/v1/keys', { name: '..', scope: 'read' }],
    ['a key for every account there is', '/v1/keys', { name: 'shop', scope: 'read', accounts: ['*'] }],
    ['a rate as text', '/v1/keys', { name: 'shop', scope: 'read', rateLimitPerSecond: '5' }],
    ['an overlap that is no number', '/v1/keys/shop/rotate', { overlapSeconds: null }],
    ['an overlap without end', '/v1/keys/shop/rotate', { overlapSeconds: MAX }],
    ['no operations', '/v1/operations', {}],
    ['an empty list of operations', '/v1/operations', { operations: [] }],
    ['a number for a list', '/v1/operations', { operations: 7 }],
    ['too many operations', '/v1/operations', { operations: Array(10_001).fill({}) }],
    ['a text for atomic', '/v1/operations', { operations: [{ type: 'deposit', ...good }], atomic: 'yes' }],
    ['a monitor without a value', '/v1/monitors', { account: 'alice' }],
    ['a monitor of a float', '/v1/monitors', { account: 'alice', below: 1.5 }],
    ['a monitor of a text', '/v1/monitors', { account: 'alice', above: '1' }],
    ['a monitor past the range', '/v1/monitors', { account: 'alice', below: MAX + 1 }],
    ['a monitor of no account', '/v1/monitors', { account: '', below: 1 }],
    ['a monitor with an unknown field', '/v1/monitors', { account: 'alice', below: 1, id: '7' }],
    [
      'an unknown field beside the operations',
      '/v1/operations',
      { operations: [{ type: 'deposit', ...good }], x: 1 },
    ],
  ];
  it.each(bodies)('%s is 400 invalid_request', async (_, path, body) => {
    const answer = await bank.post(path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', status: 400 } });
    expect(answer.body.detail).toEqual(expect.any(String));
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  const items: readonly [string, unknown, string][] = [
    ['a float', { type: 'deposit', account: 'alice', amount: 1.5 }, 'operations/1/amount'],
    ['an unknown type', { type: 'steal', ...good }, 'operations/1/type'],
    ['no type', good, 'operations/1/type'],
    ['a type from a prototype', { type: 'constructor', ...good }, 'operations/1/type'],
    ['an unknown field', { type: 'deposit', ...good, to: 'bob' }, 'operations/1'],
    ['no object', 'deposit', 'operations/1'],
    ['null', null, 'operations/1'],
    ['an opening of a cash account', { type: 'open', account: '@cash.EUR' }, 'operations/1/account'],
  ];
  it.each(items)('%s among many is 400, and says where', async (_, item, where) => {
    const answer = await bank.post('/v1/operations', { operations: [{ type: 'deposit', ...good }, item] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.detail).toContain(where);
  });

  const texts: readonly [string, string][] = [
    ['truncated JSON', '{"account":"alice","amount":1'],
    ['no JSON', 'account=alice'],
    ['NaN', '{"account":"alice","amount":NaN}'],
    ['a number with a leading zero', '{"account":"alice","amount":0100}'],
    ['an empty body', ''],
    ['a field of the prototype', '{"account":"alice","amount":1,"__proto__":{"admin":true}}'],
    ['a constructor', '{"account":"alice","amount":1,"constructor":{"prototype":{}}}'],
    ['more after the JSON', '{"account":"alice","amount":1}}'],
  ];
  it.each(texts)('%s is 400 invalid_json', async (_, raw) => {
    const answer = await bank.call('POST', '/v1/deposits', undefined, { raw });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
  });

  it('an amount too large to be exact is 400', async () => {
    const raw = '{"account":"alice","amount":9007199254740993}';
    expect(await bank.call('POST', '/v1/deposits', undefined, { raw })).toMatchObject({ status: 400 });
    const infinite = '{"account":"alice","amount":1e999}';
    expect(await bank.call('POST', '/v1/deposits', undefined, { raw: infinite })).toMatchObject({
      status: 400,
    });
  });

  it('bytes that are no text are 400', async () => {
    const raw = Buffer.concat([
      Buffer.from('{"account":"alice","amount":1,"description":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expect(await bank.call('POST', '/v1/deposits', undefined, { raw })).toMatchObject({
      status: 400,
      body: { code: 'invalid_json' },
    });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    'content of type %s is 415',
    async (type) => {
      const answer = await bank.call('POST', '/v1/deposits', good, { headers: { 'content-type': type } });
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    },
  );

  it('10 MB are 413', async () => {
    const raw = JSON.stringify({ ...good, description: 'x'.repeat(10_000_000) });
    const answer = await bank.call('POST', '/v1/deposits', undefined, { raw }).catch((error: Error) => error);
    // The server may hang up on a sender that goes on; what counts is that it neither takes nor breaks.
    if (!(answer instanceof Error))
      expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await bank.get('/healthz')).toMatchObject({ status: 200 });
  });

  it('10,000 operations of normal size fit', async () => {
    const operations = Array.from({ length: 10_000 }, () => ({
      type: 'transfer',
      id: uuidv7(),
      from: 'account-of-somebody-00001',
      to: 'account-of-somebody-00002',
      amount: 123_456,
      description: 'a transfer of a usual kind, with a few words',
      metadata: { invoice: '2026-000123', k_symbol: 'SIPO' },
      wrong: 1,
    }));
    expect(await bank.post('/v1/operations', { operations })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });

  describe('keys', () => {
    const refused: readonly [string, Record<string, string>][] = [
      ['no key', {}],
      ['a wrong key', { authorization: 'Bearer wrong-key-of-the-tests' }],
      ['an empty key', { authorization: 'Bearer ' }],
      ['another scheme', { authorization: `Basic ${ADMIN_KEY}` }],
      ['what looks like a token, where there is no identity provider', { authorization: 'Bearer a.b.c' }],
      ['half of the key', { authorization: `Bearer ${ADMIN_KEY.slice(0, -1)}` }],
    ];
    it.each(refused)('%s is 401', async (_, headers) => {
      for (const [method, path] of [
        ['POST', '/v1/deposits'],
        ['GET', '/v1/accounts'],
        ['GET', '/v1/dead-letters'],
        ['GET', '/v1/keys'],
        ['GET', '/v1/audit'],
        ['DELETE', '/v1/keys/shop'],
        ['GET', '/nothing'],
      ] as const) {
        const answer = await bank.call(method, path, method === 'POST' ? good : undefined, {
          key: null,
          headers,
        });
        expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
    });
  });

  describe('ids', () => {
    it('an Idempotency-Key that is no UUID is 400', async () => {
      for (const key of ['1', 'x'.repeat(300), '00000000-0000-0000-0000-000000000000']) {
        const answer = await bank.post('/v1/deposits', good, { 'idempotency-key': key });
        expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } });
      }
    });

    it('an Idempotency-Key that is not the id in the body is 400', async () => {
      const answer = await bank.post(
        '/v1/deposits',
        { ...good, id: uuidv7() },
        { 'idempotency-key': uuidv7() },
      );
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } });
    });

    it('an Idempotency-Key for many operations is 400', async () => {
      const body = { operations: [{ type: 'deposit', ...good }] };
      const answer = await bank.post('/v1/operations', body, { 'idempotency-key': uuidv7() });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } });
    });

    it('one id twice in a request is 400, also in another spelling', async () => {
      const id = uuidv7();
      const operations = [
        { type: 'deposit', ...good, id },
        { type: 'deposit', ...good, id: id.toUpperCase() },
      ];
      const answer = await bank.post('/v1/operations', { operations });
      expect(answer).toMatchObject({ status: 400, body: { code: 'duplicate_id' } });
      expect(answer.body.detail).toContain('operations/0 and operations/1');
    });
  });

  describe('paths and queries', () => {
    const paths: readonly [string, number, string][] = [
      ['/v1/accounts/..%2f..%2fetc%2fpasswd', 400, 'invalid_request'],
      ['/v1/accounts/%252e%252e/balance', 400, 'invalid_request'],
      ['/v1/accounts/alice%00', 400, 'invalid_request'],
      ['/v1/accounts/alice%0a', 400, 'invalid_request'],
      ['/v1/operations/1', 400, 'invalid_request'],
      ['/v1/accounts?limit=0', 400, 'invalid_request'],
      ['/v1/accounts?limit=1001', 400, 'invalid_request'],
      ['/v1/accounts?limit=ten', 400, 'invalid_request'],
      ['/v1/accounts?limit=1&limit=2', 400, 'invalid_request'],
      ['/v1/accounts?unknown=1', 400, 'invalid_request'],
      ['/v1/accounts?currency=brl', 400, 'invalid_request'],
      ['/v1/accounts?balanceMin=1.5', 400, 'invalid_request'],
      ['/v1/accounts?balanceMax=9007199254740993', 400, 'invalid_request'],
      ['/v1/accounts?namePrefix=a%00b', 400, 'invalid_request'],
      ['/v1/operations?unknown=1', 400, 'invalid_request'],
      ['/v1/operations?account=..%2F..', 400, 'invalid_request'],
      ['/v1/operations?type=steal', 400, 'invalid_request'],
      ['/v1/operations?status=accepted', 400, 'invalid_request'],
      ['/v1/operations?reason=whim', 400, 'invalid_request'],
      ['/v1/operations?from=yesterday', 400, 'invalid_request'],
      ['/v1/operations?amountMin=0', 400, 'invalid_request'],
      ['/v1/operations?amountMax=ten', 400, 'invalid_request'],
      ['/v1/operations?metadata.=1', 400, 'invalid_request'],
      ['/v1/operations?metadata.a%20b=1', 400, 'invalid_request'],
      ['/v1/operations?metadata.a=1&metadata.a=2', 400, 'invalid_request'],
      ['/v1/operations?metadata[a]=1', 400, 'invalid_request'],
      ['/v1/operations?cursor=-1', 400, 'invalid_request'],
      ['/v1/operations?limit=1001', 400, 'invalid_request'],
      ['/v1/accounts/alice/statement/export', 400, 'invalid_request'],
      ['/v1/accounts/alice/statement/export?format=pdf', 400, 'invalid_request'],
      ['/v1/accounts/alice/statement/export?format=csv&limit=1', 400, 'invalid_request'],
      ['/v1/trial-balance?at=', 400, 'invalid_request'],
      ['/v1/trial-balance?at=1.5', 400, 'invalid_request'],
      ['/v1/trial-balance?from=1', 400, 'invalid_request'],
      ['/v1/accounts/alice/balance?at=-1', 400, 'invalid_request'],
      ['/v1/accounts/alice/balance?at=yesterday', 400, 'invalid_request'],
      ['/v1/accounts/alice/statement?from=1', 400, 'invalid_request'],
      ['/v1/dead-letters?cursor=-1', 400, 'invalid_request'],
      ['/v1/keys?limit=1001', 400, 'invalid_request'],
      ['/v1/keys?cursor=a%00', 400, 'invalid_request'],
      ['/v1/audit?cursor=0', 400, 'invalid_request'],
      ['/v1/audit?by=admin', 400, 'invalid_request'],
      ['/nothing', 404, 'route_not_found'],
      ['/v1//accounts', 404, 'route_not_found'],
      ['/docs/..%2f..%2fpackage.json', 404, 'route_not_found'],
    ];
    it.each(paths)('%s is %i %s', async (path, status, code) => {
      expect(await bank.get(path)).toMatchObject({ status, body: { code } });
      expect(bank.data.reads).toEqual([]);
    });

    it('another method is 404 or 405, and no fault', async () => {
      for (const [method, path] of [
        ['PUT', '/v1/deposits'],
        ['DELETE', '/v1/accounts/alice'],
        ['GET', '/v1/deposits'],
      ] as const) {
        const answer = await bank.call(method, path);
        expect([404, 405]).toContain(answer.status);
      }
    });

    it('a path that cannot be read is a 4xx problem', async () => {
      const answer = await rawRequest(
        bank,
        `GET /v1/accounts/%zz HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN_KEY}\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).toContain('"code"');
    });

    it('a flood of headers is a 4xx problem, and so is what is no HTTP', async () => {
      const flood = Array.from(
        { length: 2000 },
        (_, index) => `x-header-${index}: ${'v'.repeat(50)}\r\n`,
      ).join('');
      expect(await rawRequest(bank, `GET /healthz HTTP/1.1\r\nhost: x\r\n${flood}\r\n`)).toMatch(
        /^HTTP\/1\.1 431 .*"headers_too_large"/s,
      );
      expect(await rawRequest(bank, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"invalid_request"/s);
      expect(await bank.get('/healthz')).toMatchObject({ status: 200 });
    });
  });
});

/** What the server sends back for these bytes until it has answered once. */
function rawRequest(bank: RunningBank, bytes: string): Promise<string> {
  const { hostname, port } = new URL(bank.business.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.includes('}')) socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
