import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { refuseConnection } from './error-answers.ts';

/** What a peer may cost, whoever it is and whatever it sends. */
export interface HttpLimits {
  readonly bodySizeMaxBytes: number;
  /** Longest time for a whole request to arrive. Slow senders are cut off. */
  readonly requestTimeoutMs: number;
  /** Longest time for its headers, and for the first request on a connection. */
  readonly headersTimeoutMs: number;
  /** Longest time between an answer and the next request. */
  readonly keepAliveTimeoutMs: number;
  /** Longest time without a byte either way, while an answer is made, or is not read. */
  readonly silenceTimeoutMs: number;
  /** When the server closes: longest time for a request that has begun to arrive, or a connection that is left. */
  readonly closingGraceMs: number;
  /** Beyond, new connections are closed at once; those that are there go on. */
  readonly connectionsMax: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodySizeMaxBytes: 4 * 1024 * 1024,
  requestTimeoutMs: 60_000,
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 72_000,
  silenceTimeoutMs: 120_000,
  closingGraceMs: 1_000,
  connectionsMax: 10_000,
};

/** How often slow and silent peers are looked for, at the least. */
const LOOK_INTERVAL_MAX_MS = 5_000;

/** An HTTP server that cuts off whoever is past a limit. */
export function createLimitedServer(handler: RequestListener, limits: HttpLimits): Server {
  const headersTimeout = Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs);
  const server = createServer(
    {
      headersTimeout,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_INTERVAL_MAX_MS, headersTimeout),
      // Node would refuse by itself, without a problem: http-server.ts does.
      requireHostHeader: false,
    },
    handler,
  );
  // An expectation that nobody knows is no reason to refuse (with a bare 417, as Node would).
  server.on('checkExpectation', handler);
  server.on('connect', (_request, socket: Socket) =>
    refuseConnection(socket, 'method_not_allowed', 'This is no proxy.'),
  );
  server.maxConnections = limits.connectionsMax;
  cutSilentConnections(server, limits.silenceTimeoutMs);
  return server;
}

interface Watched {
  movedBytes: number;
  movedAtMs: number;
}

/**
 * Cuts connections on which nothing has moved for `timeoutMs`: a peer that does not read its answer would keep it,
 * and its connection, for ever. (Node's `server.timeout` does this too, at the cost of a timer for every request.)
 */
function cutSilentConnections(server: Server, timeoutMs: number): void {
  const connections = new Map<Socket, Watched>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { movedBytes: 0, movedAtMs: performance.now() });
    socket.once('close', () => connections.delete(socket));
  });
  const look = () => {
    const nowMs = performance.now();
    for (const [socket, watched] of connections) {
      const movedBytes = socket.bytesRead + socket.bytesWritten - socket.writableLength;
      if (movedBytes !== watched.movedBytes) {
        watched.movedBytes = movedBytes;
        watched.movedAtMs = nowMs;
      } else if (nowMs - watched.movedAtMs >= timeoutMs) socket.destroy();
    }
  };
  const timer = setInterval(look, Math.min(LOOK_INTERVAL_MAX_MS, timeoutMs / 4)).unref();
  server.once('close', () => clearInterval(timer));
}
