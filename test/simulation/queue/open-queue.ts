import type { Databases } from '../../../apps/business-service/src/queue/lmdb/databases.ts';
import {
  LmdbQueue,
  type LmdbQueueOptions,
} from '../../../apps/business-service/src/queue/lmdb/lmdb-queue.ts';
import { StoredResults } from '../../../apps/business-service/src/queue/lmdb/stored-results.ts';
import type { MountedDisk } from './simulated-disk.ts';
import { simulatedLmdb } from './simulated-lmdb.ts';

export type QueueSettings = Omit<LmdbQueueOptions, 'directory' | 'businessId' | 'onLeftAtBroker'>;

/** The real queue on a simulated disk: what `LmdbQueue.open` does, but for the directory. */
export function openSimulatedQueue(
  disk: MountedDisk,
  settings: QueueSettings,
  makeResults = (results: Databases['results'], keptMax: number) => new StoredResults(results, keptMax),
): LmdbQueue {
  // Its constructor is private so that no service is built without a directory, its lock and its format.
  const Constructor = LmdbQueue as unknown as new (
    options: LmdbQueueOptions,
    databases: Databases,
    results: StoredResults,
  ) => LmdbQueue;
  const options = { ...settings, directory: '', businessId: '', onLeftAtBroker: () => undefined };
  const databases = simulatedLmdb(disk);
  return new Constructor(options, databases, makeResults(databases.results, settings.resultsKeptMax));
}
