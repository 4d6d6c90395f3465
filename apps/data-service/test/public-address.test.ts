import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress, refusalOfUrl } from '../src/webhooks/public-address.ts';
import { WebhookSender } from '../src/webhooks/webhook-sender.ts';

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '203.0.112.1',
    '2606:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a URL', () => {
  it.each([
    ['https://example.com/hook?a=b', undefined],
    ['https://8.8.8.8/', undefined],
    ['http://example.com/', 'It is not https.'],
    ['https://localhost/', 'It leads to a private address.'],
    ['https://x.LOCALHOST./', 'It leads to a private address.'],
    ['https://127.0.0.1/', 'It leads to a private address.'],
    ['https://2130706433/', 'It leads to a private address.'],
    ['https://0x7f.1/', 'It leads to a private address.'],
    ['https://[::1]/', 'It leads to a private address.'],
    ['https://[::ffff:10.0.0.1]/', 'It leads to a private address.'],
    ['https://169.254.169.254/latest/meta-data', 'It leads to a private address.'],
    ['https://user@example.com/', 'It has a user or a password in it.'],
    ['https://example.com/#x', 'It has a fragment.'],
    ['https://', 'It is no URL.'],
  ])('%s: %s', (url, refusal) => {
    expect(refusalOfUrl(url, false)).toBe(refusal);
  });

  it('may lead anywhere where that is allowed, but has no user all the same', () => {
    expect(refusalOfUrl('http://127.0.0.1:80/', true)).toBeUndefined();
    expect(refusalOfUrl('http://user@127.0.0.1/', true)).toBe('It has a user or a password in it.');
  });
});

describe('a sender', () => {
  let server: Server;
  let port: number;
  let connections = 0;
  const event = {
    sequence: 1,
    index: 0,
    type: 'operation.posted' as const,
    accounts: [],
    json: '{"id":"1"}',
  };
  const webhook = (url: string) => ({
    number: 1,
    id: 'one',
    url,
    types: undefined,
    accounts: undefined,
    secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    previousSecret: undefined,
    position: { sequence: 0, index: 0 },
    attempts: 0,
    nextAttemptInMs: 0,
    generation: 1,
    hasRetries: false,
  });
  const never = new AbortController().signal;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end());
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'])(
    'makes no connection to %s, whatever was checked before',
    async (host) => {
      const sender = new WebhookSender({ timeoutMs: 5_000, allowPrivate: false });
      const sent = await sender.send(webhook(`http://${host}:${port}/`), event, never);
      expect(sent).toEqual({ kind: 'failed', error: 'the URL leads to a private address', gone: false });
      expect(connections).toBe(0);
      await sender.close();
    },
  );

  it('makes one where that is allowed', async () => {
    const sender = new WebhookSender({ timeoutMs: 5_000, allowPrivate: true });
    expect(await sender.send(webhook(`http://localhost:${port}/`), event, never)).toEqual({
      kind: 'delivered',
    });
    expect(connections).toBe(1);
    await sender.close();
  });
});
