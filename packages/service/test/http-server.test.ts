import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer } from '../src/http-server.ts';
import {
  BearerKeys,
  createLogger,
  createMetrics,
  type HttpLimits,
  type HttpServer,
  type Principal,
  ProblemError,
} from '../src/index.ts';

const READ = { authorization: 'Bearer key-that-reads' };
const OPERATE = { authorization: 'Bearer key-that-operates' };
const BODY_SIZE_MAX_BYTES = 1_000;

let server: HttpServer | undefined;
let logged: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  logged = [];
});

/** A server with two routes of its own, and one that fails. */
function build(limits: Partial<HttpLimits> = {}): HttpServer {
  const logger = createLogger('test', 'trace', { write: (line) => logged.push(line) });
  const keys = new BearerKeys()
    .add('key-that-reads', { name: 'reader', scope: 'read' })
    .add('key-that-operates', { name: 'operator', scope: 'operate' });
  server = createHttpServer({
    logger,
    metrics: createMetrics('test'),
    keys,
    limits: { bodySizeMaxBytes: BODY_SIZE_MAX_BYTES, ...limits },
  });
  const body = Type.Object({ amount: Type.Integer() }, { additionalProperties: false });
  server.post('/v1/things', { config: { scope: 'operate' }, schema: { body } }, (request) => ({
    amount: request.body.amount,
    by: request.principal?.name,
  }));
  const params = Type.Object({ id: Type.String({ pattern: '^[a-z]+$' }) });
  server.get('/v1/things/:id', { config: { scope: 'read' }, schema: { params } }, ({ params: { id } }) => {
    if (id === 'fault') throw new Error('the password is hunter2');
    if (id === 'full') throw new ProblemError('queue_full');
    if (id === 'syntax') throw new SyntaxError('in our own code');
    return { id };
  });
  return server;
}

const post = (payload: string | Buffer, headers: Record<string, string | undefined> = {}) => ({
  method: 'POST' as const,
  url: '/v1/things',
  headers: present({ 'content-type': 'application/json', ...OPERATE, ...headers }),
  payload,
});
const get = (url: string, headers: object = READ) => ({
  method: 'GET' as const,
  url,
  headers: { ...headers },
});

function present(headers: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

describe('a request that is right', () => {
  it('is answered, and the route knows who sent it', async () => {
    const answer = await build().inject(post('{"amount":5}'));
    expect([answer.statusCode, answer.json()]).toEqual([200, { amount: 5, by: 'operator' }]);
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON'])('may be %s', async (type) => {
    const answer = await build().inject(post('{"amount":5}', { 'content-type': type }));
    expect(answer.statusCode).toBe(200);
  });

  it('needs no key for /healthz and /metrics', async () => {
    const app = build();
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'up' });
    expect((await app.inject('/metrics')).body).toContain('process_cpu_seconds_total{service="test"}');
  });
});

describe('keys that take a while to be looked up', () => {
  const slow = (answer: () => Promise<Principal | undefined>) => {
    const logger = createLogger('test', 'trace', { write: (line) => logged.push(line) });
    server = createHttpServer({ logger, metrics: createMetrics('test'), keys: { authenticate: answer } });
    server.get('/v1/who', { config: { scope: 'operate' } }, (request) => ({ by: request.principal?.name }));
    return server;
  };
  const ask = async (answer: () => Promise<Principal | undefined>) => {
    const { statusCode, headers, body } = await slow(answer).inject(get('/v1/who'));
    return [
      statusCode,
      (JSON.parse(body) as { by?: string; code?: string }).by ?? headers['content-type'],
      body,
    ];
  };

  it('are waited for, and judged like any other', async () => {
    expect((await ask(async () => ({ name: 'slow', scope: 'admin' }))).slice(0, 2)).toEqual([200, 'slow']);
    expect((await ask(async () => ({ name: 'slow', scope: 'read' })))[0]).toBe(403);
    expect((await ask(async () => undefined))[0]).toBe(401);
  });

  it('may end in a problem of their own, or in a fault, and never in the route', async () => {
    const refused = await ask(() =>
      Promise.reject(new ProblemError('unauthorized', 'The token has expired.')),
    );
    expect([refused[0], refused[2]]).toEqual([401, expect.stringContaining('The token has expired.')]);
    const limited = new ProblemError('rate_limited', undefined, { retryAfterSeconds: 7 });
    const { headers, statusCode } = await slow(() => Promise.reject(limited)).inject(get('/v1/who'));
    expect([statusCode, headers['retry-after']]).toEqual([429, '7']);
    expect((await ask(() => Promise.reject(new Error('the password is hunter2'))))[0]).toBe(500);
  });
});

describe('every answer', () => {
  it.each([
    ['a success', get('/v1/things/a')],
    ['a public page', get('/healthz', {})],
    ['a refusal of the key', get('/v1/things/a', {})],
    ['a refusal of the body', post('{')],
    ['a path that cannot be read', get('/%zz')],
    ['a fault of ours', get('/v1/things/fault')],
  ])('is taken for what it is by browsers, and kept by nobody on the way: %s', async (_case, request) => {
    const { headers } = await build().inject(request);
    expect([headers['x-content-type-options'], headers['cache-control']]).toEqual(['nosniff', 'no-store']);
  });
});

describe('a request that is wrong gets a problem with a stable code', () => {
  it.each([
    ['no key', post('{}', { authorization: undefined }), 401, 'unauthorized'],
    ['a wrong key', post('{}', { authorization: 'Bearer nobody' }), 401, 'unauthorized'],
    ['no key, at a path where nothing is', get('/v1/secret', {}), 401, 'unauthorized'],
    ['a key that may not', post('{}', READ), 403, 'forbidden'],
    ['a path where nothing is', get('/v1/nothing'), 404, 'route_not_found'],
    ['a path that cannot be decoded', get('/%zz'), 404, 'route_not_found'],
    ['a way out of the path', get('/..%2f..%2fetc%2fpasswd'), 404, 'route_not_found'],
    ['a way out as a parameter', get('/v1/things/..%2f..%2fetc'), 400, 'invalid_request'],
    ['a parameter that is too long', get(`/v1/things/${'x'.repeat(300)}`), 414, 'uri_too_long'],
    [
      'a method that the path does not take',
      { ...get('/v1/things/a'), method: 'DELETE' as const },
      405,
      'method_not_allowed',
    ],
    ['a body that is no JSON', post('{"amount":'), 400, 'invalid_json'],
    ['a body that is empty', post(''), 400, 'invalid_json'],
    ['a body that is not UTF-8', post(Buffer.from('{"amount":1,"x":"\xff"}', 'latin1')), 400, 'invalid_json'],
    ['a body with a second root', post('{"amount":1}{}'), 400, 'invalid_json'],
    ['a body with NaN', post('{"amount":NaN}'), 400, 'invalid_json'],
    ['a body that would poison a prototype', post('{"amount":1,"__proto__":{"x":1}}'), 400, 'invalid_json'],
    ['a body that does not fit the schema', post('{"amount":"5"}'), 400, 'invalid_request'],
    ['a body with an unknown field', post('{"amount":5,"amuont":5}'), 400, 'invalid_request'],
    ['a body over the limit', post(`{"amount":${'5'.repeat(BODY_SIZE_MAX_BYTES)}}`), 413, 'body_too_large'],
    ['text', post('{"amount":5}', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    [
      'a form',
      post('amount=5', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    ['no content type', post('{"amount":5}', { 'content-type': undefined }), 415, 'unsupported_media_type'],
    [
      'a content type that is none',
      post('{"amount":5}', { 'content-type': ';;' }),
      415,
      'unsupported_media_type',
    ],
  ])('%s', async (_case, request, status, code) => {
    const answer = await build().inject(request);
    expect(answer.json()).toMatchObject({ status, code, type: `urn:lastro:problem:${code}` });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('says what is wrong, in words for people', async () => {
    const app = build();
    const details = async (payload: string) =>
      (await app.inject(post(payload))).json<{ detail: string }>().detail;
    expect(await details('{"amount":1.5}')).toBe(
      'body/amount must be a whole number, without quotes or a fraction',
    );
    expect(await details('{}')).toBe('body lacks the field "amount"');
    expect(await details('{"amount":1,"x":1}')).toBe('body has an unknown field "x"');
  });

  it('says how to authenticate (401), what a path takes (405), and when to come back (503)', async () => {
    const app = build();
    expect((await app.inject(get('/v1/things/a', {}))).headers['www-authenticate']).toBe('Bearer');
    expect((await app.inject({ ...get('/v1/things'), method: 'PUT' })).headers.allow).toBe('POST');
    expect((await app.inject({ ...get('/v1/things/a'), method: 'POST' })).headers.allow).toBe('GET, HEAD');
    const full = await app.inject(get('/v1/things/full'));
    expect([full.statusCode, full.headers['retry-after']]).toEqual([503, '1']);
  });

  it.each(['fault', 'syntax'])('hides a fault of ours behind the id that the log has: %s', async (id) => {
    const answer = await build().inject(get(`/v1/things/${id}`));
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal_error' });
    expect(answer.body).not.toMatch(/hunter2|our own code/);
    const requestId = /request id (\S+)"/.exec(answer.body)?.[1];
    expect(
      logged.some((line) => line.includes(`"reqId":"${requestId}"`) && line.includes('a fault of ours')),
    ).toBe(true);
  });

  it('never writes a key to the log', async () => {
    const app = build();
    await app.inject(get('/v1/things/fault'));
    await app.inject(get('/v1/nothing'));
    await app.inject(post('{"amount":'));
    expect(logged.join('')).not.toContain('key-that');
  });
});

describe('bytes that are no request', () => {
  it.each([
    ['are not HTTP', 'hello\r\n\r\n', 400, 'invalid_request'],
    [
      'have headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'have two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'invalid_request',
    ],
    [
      'have a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'invalid_request',
    ],
  ])('get a problem and the end of the connection when they %s', async (_case, bytes, status, code) => {
    const answer = await exchange(build(), bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
  });

  it.each([
    ['a request without a host', 'GET /healthz HTTP/1.1\r\n\r\n', 400, 'invalid_request'],
    ['a request for a tunnel', 'CONNECT bank:1 HTTP/1.1\r\nhost: bank:1\r\n\r\n', 405, 'method_not_allowed'],
  ])('are no reason to answer without a problem: %s', async (_case, bytes, status, code) => {
    const answer = await exchange(build(), bytes.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*"code":"${code}"`, 's'));
  });

  it('may expect what nobody knows', async () => {
    const bytes = 'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\nconnection: close\r\n\r\n';
    expect(await exchange(build(), bytes)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('are cut off when they come too slowly', async () => {
    const headers = `host: x\r\nauthorization: ${OPERATE.authorization}\r\ncontent-type: application/json`;
    const slow = `POST /v1/things HTTP/1.1\r\n${headers}\r\ncontent-length: 9\r\n\r\n{`;
    const answer = await exchange(build({ requestTimeoutMs: 200 }), slow);
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('are closed without a word when they send nothing at all: nothing was asked', async () => {
    expect(await exchange(build({ headersTimeoutMs: 200 }), '')).toBe('');
  });
});

describe('bytes that are no request, after one that is being answered', () => {
  it('end the connection without an answer: a refusal would be read as the answer to that request', async () => {
    const app = build();
    let finish!: () => void;
    const started = new Promise<void>((resolveStarted) => {
      app.get('/v1/slow', { config: { scope: 'public' } }, async () => {
        resolveStarted();
        await new Promise<void>((resolve) => (finish = resolve));
        return 'done';
      });
    });
    const answer = exchange(app, 'GET /v1/slow HTTP/1.1\r\nhost: x\r\n\r\n', async (socket) => {
      await started;
      socket.write('garbage\r\n\r\n');
    });
    expect(await answer).toBe('');
    finish();
  });
});

describe('a server that closes', () => {
  const headers = `host: x\r\nauthorization: ${OPERATE.authorization}\r\ncontent-type: application/json`;
  const head = `POST /v1/things HTTP/1.1\r\n${headers}\r\ncontent-length: 9\r\n\r\n`;

  it.each([
    ['that has sent nothing', ''],
    ['in the middle of the headers', 'GET /healthz HT'],
    ['in the middle of a body', `${head}{"a`],
  ])('does not wait for a peer %s', async (_name, bytes) => {
    const app = build({ closingGraceMs: 10 });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const arrived = once(app.server, 'connection') as Promise<[Socket]>;
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    const cut = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    socket.write(bytes);
    const [connection] = await arrived;
    while (connection.bytesRead < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([app.close(), cut]);
  });

  it('finishes the answer that it is making', async () => {
    const app = build({ closingGraceMs: 10 });
    let closing: Promise<void> | undefined;
    app.get('/v1/slow', { config: { scope: 'public' } }, async () => {
      closing = app.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'done';
    });
    const answer = await exchange(app, 'GET /v1/slow HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 [^]*done$/);
    await closing;
  });
});

describe('a route', () => {
  it('without a scope fails at the start, so that none is open by oversight', () => {
    expect(() => build().get('/v1/open', () => 'to anybody')).toThrow('the route GET /v1/open has no scope');
  });
});

/** Sends `bytes`, and `more`, over a connection of its own; all that comes back until the server ends it. */
async function exchange(
  app: HttpServer,
  bytes: string,
  more?: (socket: Socket) => Promise<void>,
): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  // The server may cut a connection whose rest it does not want; what counts is what it answered.
  socket.on('error', () => undefined);
  socket.write(bytes);
  const closed = once(socket, 'close');
  await more?.(socket);
  await closed;
  return received;
}
