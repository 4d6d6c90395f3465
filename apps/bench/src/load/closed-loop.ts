import { performance } from 'node:perf_hooks';
import type { HttpConnection } from './http-connection.ts';
import type { Tally } from './tally.ts';

/**
 * As much as the services take: each connection sends its next request when the one before is answered. Resolves when
 * every request has been answered after the end of the measured time.
 */
export async function runClosedLoop(
  connections: readonly HttpConnection[],
  nextRequest: () => string,
  tally: Tally,
): Promise<void> {
  await Promise.all(connections.map((connection) => keepBusy(connection, nextRequest, tally)));
}

function keepBusy(connection: HttpConnection, nextRequest: () => string, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let sentMs = 0;
    const answered = (status: number): void => {
      const nowMs = performance.now();
      tally.closedLoopAnswer(status, sentMs, nowMs);
      if (nowMs >= tally.endMs || tally.fault !== undefined) resolve();
      else send(nowMs);
    };
    const send = (nowMs: number): void => {
      sentMs = nowMs;
      connection.send(nextRequest(), answered);
    };
    send(performance.now());
  });
}
