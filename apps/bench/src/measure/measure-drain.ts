import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningLastro } from '../contenders/lastro/lastro.ts';
import { HttpConnection } from '../load/http-connection.ts';
import { requestsOf } from '../load/requests.ts';
import { BULK_SIZE } from './cases.ts';

export interface DrainResult {
  readonly operations: number;
  /** While the data service was down. */
  readonly acceptedPerSecond: number;
  /** From the data service's readiness until the first operation was posted: the business services were waiting to try again. */
  readonly secondsToFirst: number;
  /** From the data service's readiness until the last operation was posted. */
  readonly seconds: number;
  readonly perSecond: number;
}

const POLL_MS = 20;
const DEADLINE_MS = 600_000;

/** Queues operations while the data service is down, brings it back, and measures how long it takes to post them all. */
export async function measureDrain(
  lastro: RunningLastro,
  settings: { readonly operations: number; readonly accountCount: number; readonly seed: number },
): Promise<DrainResult> {
  const before = await lastro.postedOperations();
  await lastro.stopData();
  const queueStartMs = performance.now();
  const operations = await queueOperations(lastro, settings);
  const queuedMs = performance.now() - queueStartMs;
  await lastro.startData();

  const readyMs = performance.now();
  let firstMs: number | undefined;
  for (;;) {
    const posted = (await lastro.postedOperations()) - before;
    if (posted > 0) firstMs ??= performance.now();
    if (posted > operations) throw new Error(`${operations} operations were queued, and ${posted} posted`);
    if (posted === operations) break;
    if (performance.now() - readyMs > DEADLINE_MS)
      throw new Error(`of ${operations} queued operations only ${posted} were posted`);
    await sleep(POLL_MS);
  }
  const seconds = (performance.now() - readyMs) / 1000;
  await lastro.checkMoney();
  return {
    operations,
    acceptedPerSecond: (operations * 1000) / queuedMs,
    secondsToFirst: (firstMs! - readyMs) / 1000,
    seconds,
    perSecond: operations / seconds,
  };
}

/** Sends bulk requests to every business service, one after the other; how many operations were accepted. */
async function queueOperations(
  { urls, key }: RunningLastro,
  { operations, accountCount, seed }: { operations: number; accountCount: number; seed: number },
): Promise<number> {
  const nextRequest = requestsOf({
    key,
    seed,
    work: {
      kind: 'transfers',
      accounts: { count: accountCount },
      operationsPerRequest: BULK_SIZE,
      waitForFinal: false,
    },
  });
  const requestsEach = Math.ceil(operations / BULK_SIZE / urls.length);
  await Promise.all(urls.map((url) => sendInTurn(url, requestsEach, nextRequest)));
  return requestsEach * urls.length * BULK_SIZE;
}

function sendInTurn(url: string, requests: number, nextRequest: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    HttpConnection.open(url, reject).then(async (connection) => {
      for (let sent = 0; sent < requests; sent += 1) {
        const status = await new Promise<number>((answered) => connection.send(nextRequest(), answered));
        if (status !== 202) return reject(new Error(`${url} answered ${status} to a bulk request, not 202`));
      }
      connection.close();
      resolve();
    }, reject);
  });
}
