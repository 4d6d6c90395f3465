import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningContender } from '../contenders/contender.ts';
import type { Generator } from '../load/generator.ts';
import type { LoadJob } from '../load/job.ts';
import { microsPerOperation, type ProcessorTimes, ProcessorWatch } from './processor-watch.ts';
import type { Sample } from './sample.ts';

export interface Instruments {
  readonly generator: Generator;
  readonly postgresPid: number;
  /** Writes what PostgreSQL has in memory to disk, so that no contender pays for what another wrote. */
  readonly settlePostgres: () => Promise<void>;
}

interface Reading {
  readonly atMs: number;
  readonly times: ProcessorTimes;
  readonly posted: number;
}

const DRAIN_POLL_MS = 100;
const DRAIN_DEADLINE_MS = 600_000;

/**
 * Puts one load on one contender. Afterwards every answered operation must have taken effect, exactly once, and no money may
 * be made or lost.
 *
 * @throws Error when an answer is wrong or the ledger does not hold what was answered.
 */
export async function measureLoad(
  contender: RunningContender,
  job: Omit<LoadJob, 'urls' | 'key'>,
  { generator, postgresPid, settlePostgres }: Instruments,
): Promise<Sample> {
  await settlePostgres();
  const writes = job.work.kind === 'transfers' && contender.postedOperations !== undefined;
  const answersEarly = writes && job.work.kind === 'transfers' && !job.work.waitForFinal;
  const watch = new ProcessorWatch(contender, generator.pid, postgresPid);
  const read = async (): Promise<Reading> => {
    const atMs = performance.now();
    const posted = answersEarly ? await contender.postedOperations!() : 0;
    return { atMs, posted, times: await watch.read() };
  };
  const postedBefore = writes ? await contender.postedOperations!() : 0;

  const readings: Promise<Reading>[] = [];
  const result = await generator.run(
    { ...job, urls: contender.urls, key: contender.key },
    { onBegin: () => readings.push(read()), onEnd: () => readings.push(read()) },
  );
  const [begin, end] = (await Promise.all(readings)) as [Reading, Reading];
  if (writes) await confirmPosted(contender, postedBefore + result.operationsInAll);

  return {
    perSecond: result.operations / result.measuredSeconds,
    postedPerSecond: answersEarly
      ? ((end.posted - begin.posted) * 1000) / (end.atMs - begin.atMs)
      : undefined,
    latency: result.latency,
    lateness: result.lateness,
    generatorBusy: result.generatorBusy,
    processorMicros: microsPerOperation(begin.times, end.times, result.operations),
  };
}

/** Waits until `expected` operations have taken effect. @throws Error when it is more, or they never do. */
async function confirmPosted(contender: RunningContender, expected: number): Promise<void> {
  const deadlineMs = performance.now() + DRAIN_DEADLINE_MS;
  let posted = await contender.postedOperations!();
  while (posted < expected && performance.now() < deadlineMs) {
    await sleep(DRAIN_POLL_MS);
    posted = await contender.postedOperations!();
  }
  if (posted !== expected)
    throw new Error(`${expected} operations were answered for, and ${posted} took effect`);
  await contender.checkMoney?.();
}
