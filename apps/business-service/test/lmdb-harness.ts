import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbQueue, type LmdbQueueOptions } from '../src/queue/lmdb/lmdb-queue.ts';
import type { QueueHarness, QueueLimits } from './queue-conformance.ts';

export function lmdbOptions(directory: string, limits: Partial<LmdbQueueOptions> = {}): LmdbQueueOptions {
  return {
    directory,
    businessId: 'business-1',
    depthMax: 100_000,
    resultsKeptMax: 100_000,
    record: { operationsMax: 1000, bytesMax: 32 * 1024 },
    unwrittenLengthMax: 64 * 1024 * 1024,
    atHandBytesMax: 64 * 1024,
    stalledAfterMs: 60_000,
    freeSpace: () => Infinity,
    freeBytesMin: 0,
    onLeftAtBroker: (operations) => {
      throw new Error(`${operations} operations are left at a broker`);
    },
    onBroken: (error) => {
      throw error;
    },
    ...limits,
  };
}

export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lastro-queue-'));
}

export async function createLmdbHarness(): Promise<QueueHarness> {
  const directory = await temporaryDirectory();
  return {
    givesAllAtOnce: true,
    open: (limits: QueueLimits) => LmdbQueue.open(lmdbOptions(directory, limits)),
    destroy: () => rm(directory, { recursive: true, force: true }),
  };
}
