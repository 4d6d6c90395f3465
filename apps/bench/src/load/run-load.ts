import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { runClosedLoop } from './closed-loop.ts';
import { HttpConnection } from './http-connection.ts';
import type { GeneratorMessage, LoadJob, LoadResult } from './job.ts';
import { runOpenLoop } from './open-loop.ts';
import { requestsOf } from './requests.ts';
import { Tally } from './tally.ts';

/** Beyond this after the measured time, what has not been answered never will be. */
const LAST_ANSWER_DEADLINE_MS = 60_000;

/**
 * Puts one load on the services and measures it. `tell` hears when the measured time begins and ends.
 *
 * @throws Error when a connection breaks or an answer is not the expected one: then nothing was measured.
 */
export async function runLoad(job: LoadJob, tell: (message: GeneratorMessage) => void): Promise<LoadResult> {
  const over = new AbortController();
  let fail: (fault: Error) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => (fail = reject));
  broken.catch(() => undefined);
  const connections: HttpConnection[] = [];
  try {
    for (let index = 0; index < job.connections; index += 1)
      connections.push(await HttpConnection.open(job.urls[index % job.urls.length]!, fail));
    const tally = new Tally(job);
    const nextRequest = requestsOf(job);
    const generatorBusy = watchMeasuredTime(tally, tell, over.signal);
    const load =
      job.requestsPerSecond === undefined
        ? runClosedLoop(connections, nextRequest, tally)
        : runOpenLoop(connections, nextRequest, tally, job.requestsPerSecond);
    const [busy] = await Promise.race([
      Promise.all([generatorBusy, load]),
      broken,
      lastAnswerDeadline(tally, over.signal),
    ]);
    if (tally.fault !== undefined) throw tally.fault;
    return tally.result(job, busy);
  } finally {
    over.abort();
    for (const connection of connections) connection.close();
  }
}

/** Tells of the measured time's beginning and end, and resolves to the part of a core that this process used in it. */
async function watchMeasuredTime(
  tally: Tally,
  tell: (message: GeneratorMessage) => void,
  signal: AbortSignal,
): Promise<number> {
  await sleep(Math.max(0, tally.startMs - performance.now()), undefined, { signal });
  tell({ kind: 'measuring' });
  const before = process.cpuUsage();
  const beforeMs = performance.now();
  await sleep(Math.max(0, tally.endMs - performance.now()), undefined, { signal });
  const { user, system } = process.cpuUsage(before);
  tell({ kind: 'measured' });
  return (user + system) / 1000 / (performance.now() - beforeMs);
}

async function lastAnswerDeadline(tally: Tally, signal: AbortSignal): Promise<never> {
  await sleep(tally.endMs - performance.now() + LAST_ANSWER_DEADLINE_MS, undefined, { signal });
  throw new Error(`requests are not answered ${LAST_ANSWER_DEADLINE_MS / 1000} s after the end of the load`);
}
