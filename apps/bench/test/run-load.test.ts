import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadJob } from '../src/load/job.ts';
import { runLoad } from '../src/load/run-load.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const servers: Server[] = [];

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function writeInPieces(socket: Socket): Promise<void> {
  for (const piece of ['HTTP/1.1 200 OK\r\ncontent-le', 'ngth: 2\r\n\r', '\n{', '}']) {
    socket.write(piece);
    await sleep(1);
  }
}

function jobFor(url: string, changes: Partial<LoadJob> = {}): LoadJob {
  return {
    urls: [url],
    connections: 4,
    work: { kind: 'balances', accounts: { count: 10 } },
    expectedStatus: 200,
    warmUpMs: 50,
    measuredMs: 200,
    seed: 1,
    ...changes,
  };
}

/** An answer as Node.js gives it when the body is whole at once. */
function answer(response: ServerResponse, status: number, body = '{}'): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
}

describe('a closed loop', () => {
  it('counts every answer that the server gave, and tells when the measured time begins and ends', async () => {
    let served = 0;
    const told: string[] = [];
    const url = await serve((_request, response) => {
      served += 1;
      answer(response, 200);
    });
    const result = await runLoad(jobFor(url), ({ kind }) => told.push(kind));
    expect(result.operationsInAll).toBe(served);
    expect(result.operations).toBeGreaterThan(0);
    expect(result.operations).toBeLessThan(served);
    expect(told).toEqual(['measuring', 'measured']);
  });

  it('has one request under way on each connection, spread over all services', async () => {
    let [underWay, most] = [0, 0];
    const ports = new Set<number | undefined>();
    const handler: Handler = (request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      ports.add(request.socket.localPort);
      setImmediate(() => {
        underWay -= 1;
        answer(response, 200);
      });
    };
    const urls = [await serve(handler), await serve(handler)];
    await runLoad(jobFor(urls[0]!, { urls }), () => undefined);
    expect(most).toBeLessThanOrEqual(4);
    expect(ports.size).toBe(2);
  });

  it('reads answers that come in many pieces', async () => {
    const body = 'x'.repeat(1_000_000);
    const url = await serve((_request, response) => answer(response, 200, body));
    const result = await runLoad(jobFor(url), () => undefined);
    expect(result.operationsInAll).toBeGreaterThan(0);
  });

  it('reads headers that come in pieces', async () => {
    const server = createTcpServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => void writeInPieces(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await runLoad(jobFor(url), () => undefined);
    server.close();
    expect(result.operationsInAll).toBeGreaterThan(0);
  });

  it('measures nothing when an answer is not the expected one', async () => {
    const url = await serve((_request, response) => answer(response, 503));
    await expect(runLoad(jobFor(url), () => undefined)).rejects.toThrow('answered 503, not 200');
  });

  it('measures nothing when a connection breaks', async () => {
    let served = 0;
    const url = await serve((request, response) => {
      served += 1;
      if (served < 20) answer(response, 200);
      else request.socket.destroy();
    });
    await expect(runLoad(jobFor(url), () => undefined)).rejects.toThrow(/closed the connection|ECONNRESET/);
  });

  it('says so when nobody listens', async () => {
    const url = await serve(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    await expect(runLoad(jobFor(url), () => undefined)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('an open loop', () => {
  it('sends as many requests as its rate says, whatever the server does', async () => {
    let served = 0;
    const url = await serve((_request, response) => {
      served += 1;
      answer(response, 200);
    });
    const job = jobFor(url, { requestsPerSecond: 400, warmUpMs: 0, measuredMs: 250 });
    const result = await runLoad(job, () => undefined);
    expect(served).toBe(100);
    expect(result.operationsInAll).toBe(served);
  });

  it('counts the time of those that had to wait behind a stall from when they were due', async () => {
    const stallMs = 200;
    let stalled = false;
    const url = await serve((_request, response) => {
      if (stalled) return answer(response, 200);
      stalled = true;
      void sleep(stallMs).then(() => answer(response, 200));
    });
    // One connection: all that is due during the stall waits for it. A closed loop would have seen one slow answer.
    const job = jobFor(url, { connections: 1, requestsPerSecond: 500, warmUpMs: 0, measuredMs: 300 });
    const result = await runLoad(job, () => undefined);
    expect(result.latency.maxMs).toBeGreaterThanOrEqual(stallMs * 0.9);
    expect(result.latency.p50Ms).toBeGreaterThan(stallMs / 10);
    expect(result.lateness!.p50Ms).toBeGreaterThan(stallMs / 10);
  });
});
