import { performance } from 'node:perf_hooks';
import type { HttpConnection } from './http-connection.ts';
import { Schedule } from './schedule.ts';
import type { Tally } from './tally.ts';

/** Timers of Node.js are no finer; what it delays a request counts in its latency. */
const TICK_MS = 1;

/**
 * Requests on a fixed schedule, whatever the services answer. When no connection is free, what is due waits for one, and its
 * time counts from when it was due. Resolves when all that was due has been answered.
 */
export async function runOpenLoop(
  connections: readonly HttpConnection[],
  nextRequest: () => string,
  tally: Tally,
  requestsPerSecond: number,
): Promise<void> {
  const schedule = new Schedule(tally.beginMs, requestsPerSecond);
  const free = [...connections];
  return new Promise((resolve) => {
    const timer = setInterval(sendDue, TICK_MS);

    function sendDue(): void {
      const nowMs = performance.now();
      while (free.length > 0 && schedule.nextDueMs < tally.endMs) {
        const dueMs = schedule.take(nowMs);
        if (dueMs === undefined) break;
        // The one that has rested longest, so that none rests until its service gives it up.
        send(free.shift()!, dueMs, nowMs);
      }
      const allSent = schedule.nextDueMs >= tally.endMs || tally.fault !== undefined;
      if (!allSent || free.length < connections.length) return;
      clearInterval(timer);
      resolve();
    }

    function send(connection: HttpConnection, dueMs: number, sentMs: number): void {
      connection.send(nextRequest(), (status) => {
        tally.openLoopAnswer(status, { dueMs, sentMs, answeredMs: performance.now() });
        free.push(connection);
        // Somebody waits for this connection already.
        if (free.length === 1) sendDue();
      });
    }
  });
}
