import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as nodeSdk from '../src/index.ts';
import { bundleForBrowsers, runBundle } from './browser-bundle.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A server that answers each request with the next of `answers`, and keeps what it was asked. */
async function serve(...answers: Answer[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { 'last-event-id': last = 'nothing', authorization } = request.headers;
    asked.push(`${request.url} after ${String(last)} by ${authorization}`);
    answers[asked.length - 1]?.(response, request);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const event = (sequence: number): string =>
  `id: ${sequence}\nevent: operation.posted\ndata: ${JSON.stringify({ id: String(sequence), type: 'operation.posted' })}\n\n`;

/** Streams `text`; then the connection stays, ends, or breaks. */
const stream =
  (text: string, then: 'stays' | 'ends' | 'breaks'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(text, () => {
      if (then === 'ends') response.end();
      else if (then === 'breaks') response.destroy();
    });
  };

const problem =
  (status: number, code: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code, title: code, status }));
  };

describe.each(['Node.js', 'a browser'])('events in %s', (where) => {
  let sdk: typeof nodeSdk;
  beforeAll(async () => {
    sdk = where === 'Node.js' ? nodeSdk : runBundle(await bundleForBrowsers());
  });

  function connect(...urls: string[]): nodeSdk.LastroClient {
    return new sdk.LastroClient({
      servers: urls,
      key: 'k',
      backoffMinMs: 1,
      backoffMaxMs: 4,
      attemptsMax: 5,
    });
  }

  /** The ids of the first `count` events. */
  async function take(count: number, events: AsyncIterable<{ id: string }>): Promise<string[]> {
    const ids: string[] = [];
    for await (const { id } of events) {
      ids.push(id);
      if (ids.length === count) break;
    }
    return ids;
  }

  it('come in order, each once, over connections that end and break', async () => {
    const bank = await serve(
      stream(`id: 0\n\n${event(1)}${event(2)}`, 'ends'),
      stream(`${event(3)}id: 4\ndata: {"cut":`, 'breaks'),
      stream(`: a heart beat\n\nid: 6\n\n`, 'ends'),
      stream(event(7), 'stays'),
    );
    const client = connect(bank.url);
    const events = client.events({ after: '0', accounts: ['ana', 'rui'], types: ['operation.posted'] });
    expect(await take(4, events)).toEqual(['1', '2', '3', '7']);
    const path = '/v1/events?account=ana%2Crui&type=operation.posted';
    expect(bank.asked).toEqual(['0', '2', '3', '6'].map((id) => `${path} after ${id} by Bearer k`));
    await client.close();
  });

  it('go on at another server when one is gone, also before the first event', async () => {
    const first = await serve(stream('id: 40\n\n', 'breaks'), problem(503, 'stopping'));
    const second = await serve(stream(event(41), 'stays'));
    const client = connect(first.url, second.url);
    expect(await take(1, client.events())).toEqual(['41']);
    expect(first.asked[0]).toBe('/v1/events after nothing by Bearer k');
    expect(second.asked).toEqual(['/v1/events after 40 by Bearer k']);
    await client.close();
  });

  it('end when the signal says so, while they wait and between connections', async () => {
    const bank = await serve(stream(event(1), 'stays'));
    const client = connect(bank.url);
    const enough = new AbortController();
    const ids: string[] = [];
    for await (const { id } of client.events({ signal: enough.signal })) {
      ids.push(id);
      setTimeout(() => enough.abort(), 10);
    }
    expect(ids).toEqual(['1']);
    for await (const { id } of client.events({ signal: enough.signal })) ids.push(id);
    expect(ids).toEqual(['1']);
    await client.close();
  });

  it('are refused with the problem of the bank, and say when no server can be reached', async () => {
    const bank = await serve(
      problem(403, 'forbidden'),
      ...Array.from({ length: 5 }, () => problem(500, 'internal_error')),
    );
    const client = connect(bank.url);
    await expect(take(1, client.events())).rejects.toMatchObject({ code: 'forbidden' });
    await expect(take(1, client.events())).rejects.toMatchObject({
      name: 'LastroUnreachableError',
      attempts: 5,
    });
    await client.close();
  });

  it('are not taken from something that is no stream', async () => {
    const bank = await serve((response) => response.end('{}'));
    const client = connect(bank.url);
    await expect(take(1, client.events())).rejects.toMatchObject({ code: 'unexpected_answer' });
    await client.close();
  });
});
