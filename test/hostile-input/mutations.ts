import fc, { type Arbitrary } from 'fast-check';
import type { RawRequest } from './raw-http.ts';

type Mutation = (request: RawRequest) => RawRequest;

const DEEP = 20_000;

const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, true, false, '', '0', '1', -1, 0, -0, 0.5, 1e21, 2 ** 53, -(2 ** 53), [], {}, [[]], [null]],
  ...[
    '\u0000',
    '\ud800',
    '\u202e',
    '\n',
    'é'.repeat(600),
    '../../etc/passwd',
    "'; DROP TABLE account; --",
    '${jndi:x}',
  ],
  ...['@', '@cash.BRL', '@cash.', 'NaN', 'x'.repeat(100_000), { toString: 1 }, { length: 1e9 }],
];
const HOSTILE_NAMES = [
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'id',
  'amount',
  'status',
  '$where',
  'x',
];
const hostileValue = fc.oneof(fc.constantFrom(...HOSTILE_VALUES), fc.jsonValue({ maxDepth: 3 }));

const HOSTILE_BODIES: readonly Buffer[] = [
  ...[
    '',
    ' ',
    'null',
    '0',
    '"text"',
    '[]',
    '{}',
    '{',
    '}',
    '{"amount":1e999}',
    '{"a":1}{"a":1}',
    "{'a':1}",
    'a=1&b=2',
  ],
  ...[
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '{"amount":1,"amount":2}',
    '\ufeff{}',
  ],
  ...['['.repeat(DEEP), '['.repeat(DEEP) + ']'.repeat(DEEP), `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  `{"operations":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
  `{"operations":[${'{},'.repeat(20_000)}{}]}`,
  `{"account":"alice","amount":1,"metadata":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`,
  `{"account":"alice","amount":${'9'.repeat(10_000)}}`,
].map((text) => Buffer.from(text));

/** Some part of a JSON value is another, is gone, or has a field too many. */
export const jsonMutation: Arbitrary<(root: unknown) => unknown> = fc
  .tuple(
    fc.nat(),
    fc.oneof(
      hostileValue.map((value) => () => value),
      fc.constant(() => undefined),
      fc.tuple(fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.string()), hostileValue).map(
        ([name, value]) =>
          (old: unknown) =>
            withField(old, name, value),
      ),
    ),
  )
  .map(
    ([at, change]) =>
      (root) =>
        replaceAt(root, at, change),
  );

/** Something is wrong with the body: in its values, its fields, its text or its bytes. */
export const bodyMutation: Arbitrary<Mutation> = fc.oneof(
  { weight: 3, arbitrary: jsonMutation.map(inJson) },
  fc.constantFrom(...HOSTILE_BODIES).map((bytes) => withBody(() => bytes)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => withBody(() => Buffer.from(bytes))),
  fc.nat().map((at) => withBody((body) => body.subarray(0, at % (body.length + 1)))),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, flip]) =>
    withBody((body) => {
      const flipped = Buffer.from(body);
      if (flipped.length > 0) flipped[at % flipped.length]! ^= flip;
      return flipped;
    }),
  ),
);

const SEGMENTS = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%zz',
    '%',
    '%ff',
    '%e2%28%a1',
    '\x00',
    '\x7f',
    'é',
    'a b',
    '#',
  ],
  ...[
    '__proto__',
    'constructor',
    '*',
    ':id',
    '{id}',
    ';a=b',
    '@',
    '@cash.BRL',
    "'",
    '"',
    '<script>',
    '\\',
    'x'.repeat(300),
  ],
];
const QUERIES = [
  ...[
    'limit=0',
    'limit=-1',
    'limit=1e3',
    'limit=99999999999999999999',
    'limit=NaN',
    'limit=1&limit=2',
    'limit[]=1',
  ],
  ...[
    'at=yesterday',
    'at=0000-00-00T00:00:00Z',
    'at=9999-12-31T23:59:60Z',
    'at=-271821-04-20T00:00:00Z',
    'at=',
  ],
  ...[
    'from=2026-01-01T00:00:00Z&to=1970-01-01T00:00:00Z',
    'to=0001-01-01T00:00:00Z',
    'from=+275760-09-13T00:00:00Z',
  ],
  ...[
    'cursor=',
    'cursor=%00',
    'cursor=-1',
    'cursor=9007199254740993',
    'cursor=9223372036854775808',
    'cursor=0',
  ],
  ...['__proto__=1', '__proto__[a]=1', 'a', '&&&', '=', '%zz=%zz', '%ff=%ff', '?', `x=${'y'.repeat(10_000)}`],
];

/** Something is wrong with the method, the path or the query. */
export const targetMutation: Arbitrary<Mutation> = fc.oneof(
  fc
    .constantFrom(
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'CONNECT',
      'PROPFIND',
      'BREW',
      'get',
    )
    .map((method): Mutation => (request) => ({ ...request, method })),
  fc
    .tuple(fc.nat(), fc.constantFrom(...SEGMENTS))
    .map(([at, segment]) => onPath((path) => replaceSegment(path, at, segment))),
  fc.constantFrom(...SEGMENTS).map((segment) => onPath((path) => `${path}/${segment}`)),
  fc
    .constantFrom('/', '//', '/./', 'http://elsewhere', '*', '')
    .map((prefix) => onPath((path) => prefix + path)),
  fc.constantFrom(...QUERIES).map((query): Mutation => (request) => ({
    ...request,
    target: `${request.target.split('?', 1)[0]}?${query}`,
  })),
);

const HEADERS: readonly (readonly [string, string])[] = [
  ...[
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong-key-of-nobody',
    'Basic YWxhZGRpbjpvcGVu',
    `Bearer ${'x'.repeat(5000)}`,
  ].map((value) => ['authorization', value] as const),
  ...[
    '',
    'text/plain',
    'application/xml',
    'application/json; charset=latin1',
    'application/jsonx',
    ';',
    'a/b; c',
  ].map((value) => ['content-type', value] as const),
  ...[
    '',
    '1',
    'null',
    '00000000-0000-0000-0000-000000000000',
    '"01890a5d-ac96-774b-bcce-b302099a8057"',
    'x'.repeat(500),
  ].map((value) => ['idempotency-key', value] as const),
  ...[
    'wait',
    'wait=',
    'wait=-1',
    'wait=999999999999',
    'wait=1e9',
    'wait=0, wait=1',
    '\xff',
    ',,,',
    'respond-async; wait=1',
  ].map((value) => ['prefer', value] as const),
  ...['0', '1', '-1', '99999999', '1e3', '0x10', '1, 2'].map((value) => ['content-length', value] as const),
  ...['chunked', 'gzip', 'chunked, chunked', 'identity'].map(
    (value) => ['transfer-encoding', value] as const,
  ),
  ...['100-continue', 'a-miracle'].map((value) => ['expect', value] as const),
  ['upgrade', 'websocket'],
  ['content-encoding', 'gzip'],
  ['accept', 'image/png'],
  ['x-http-method-override', 'DELETE'],
  ['__proto__', 'x'],
  ['x-large', 'x'.repeat(20_000)],
];

/** Something is wrong with the headers. */
export const headerMutation: Arbitrary<Mutation> = fc.oneof(
  fc.constantFrom(...HEADERS).map((header) => withHeader(header)),
  fc
    .constantFrom('host', 'authorization', 'content-type', 'content-length')
    .map((name): Mutation => (request) => ({
      ...request,
      headers: request.headers.filter(([other]) => other !== name),
    })),
);

function withHeader([name, value]: readonly [string, string]): Mutation {
  return (request) => ({
    ...request,
    headers: [...request.headers.filter(([other]) => other !== name), [name, value]],
  });
}

/** Changes the body, and its length and type with it, so that it arrives whole. */
function withBody(change: (body: Buffer) => Buffer): Mutation {
  return (request) => {
    const body = change(request.body ?? Buffer.alloc(0));
    const typed =
      request.body === undefined ? withHeader(['content-type', 'application/json'])(request) : request;
    return { ...withHeader(['content-length', String(body.length)])(typed), body };
  };
}

function inJson(change: (root: unknown) => unknown): Mutation {
  return withBody((body) => {
    try {
      return Buffer.from(JSON.stringify(change(JSON.parse(body.toString()))) ?? '');
    } catch {
      // Another mutation has made it something else than JSON: let it be.
      return body;
    }
  });
}

/** The same value with the one of its parts that `at` stands for changed; `undefined` leaves it out. */
function replaceAt(root: unknown, at: number, change: (old: unknown) => unknown): unknown {
  let left = at % countParts(root);
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return change(node);
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, visit(value)]));
  };
  return visit(root);
}

function countParts(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  return Object.values(node).reduce<number>((count, value) => count + countParts(value), 1);
}

function withField(node: unknown, name: string, value: unknown): unknown {
  return typeof node === 'object' && node !== null ? { ...node, [name]: value } : { [name]: value };
}

function onPath(change: (path: string) => string): Mutation {
  return (request) => {
    const [path = '', ...query] = request.target.split('?');
    return { ...request, target: [change(path), ...query].join('?') };
  };
}

function replaceSegment(path: string, at: number, segment: string): string {
  const segments = path.split('/');
  segments[1 + (at % Math.max(1, segments.length - 1))] = segment;
  return segments.join('/');
}
