import { join } from 'node:path';
import { type FileLock, FileLockedError, lockFile } from '@lastro/service';
import { open, type RootDatabase } from 'lmdb';
import type { Named, OperationRecord } from '../operation-record.ts';
import { checkFile, findQueueFile } from './databases.ts';
import { QueueDirectoryError } from './queue-directory-error.ts';
import { checkPages } from './page-check.ts';
import { openStoredResults, type ReadResults, type ResultsDatabase } from './results-database.ts';

/** A final result as a queue keeps it. */
export interface KeptResult {
  /** The final Operation as the data service answered it, as JSON text. */
  readonly json: string;
  readonly named: Named;
}

interface Place {
  readonly sequence: number;
  readonly queue: number;
  readonly key: number;
  readonly index: number;
}

interface StoppedQueue {
  readonly root: RootDatabase;
  readonly results: ResultsDatabase;
  readonly read: ReadResults;
  readonly lock: FileLock;
}

/** The newest results are in the last records, whatever was sent again meanwhile. */
const NEWEST_RECORDS = 16;
/** In text that somebody typed, the quotation marks would have a backslash before them. */
const SEQUENCE = /,"sequence":(\d+),"batch":/;

/**
 * The final results that the queues of stopped business services have kept: a second copy of the newest part of the
 * ledger, in parts.
 */
export class KeptResults {
  readonly #queues: readonly StoppedQueue[];

  /**
   * Opens the queues in `directories`, and keeps their business services out until `close`. A directory without a queue is
   * passed over.
   *
   * @throws QueueDirectoryError: in use, damaged, or no queue of ours.
   */
  static async open(directories: readonly string[]): Promise<KeptResults> {
    const queues: StoppedQueue[] = [];
    try {
      for (const directory of directories) {
        const queue = await openStoppedQueue(directory);
        if (queue !== undefined) queues.push(queue);
      }
      return new KeptResults(queues);
    } catch (error) {
      await closeAll(queues);
      throw error;
    }
  }

  private constructor(queues: readonly StoppedQueue[]) {
    this.#queues = queues;
  }

  /** The ledger had at least this many operations; 0 when nothing is kept. */
  newestSequence(): number {
    let newest = 0;
    for (const { results, read } of this.#queues) {
      for (const { value } of results.getRange({ reverse: true, limit: NEWEST_RECORDS })) {
        for (const sequence of sequencesIn(read(value))) newest = Math.max(newest, sequence);
      }
    }
    return newest;
  }

  /** Every kept result after `sequence`, once, in the order of the ledger. */
  *after(sequence: number): Generator<KeptResult> {
    let last = sequence;
    for (const place of this.#placesAfter(sequence)) {
      // The same operation, sent by way of two business services.
      if (place.sequence === last) continue;
      last = place.sequence;
      const { results, read } = this.#queues[place.queue]!;
      const record = read(results.getBinary(place.key)!);
      yield { json: record.json(place.index), named: record.named(place.index) };
    }
  }

  async close(): Promise<void> {
    await closeAll(this.#queues);
  }

  #placesAfter(sequence: number): Place[] {
    const places: Place[] = [];
    for (const [queue, { results, read }] of this.#queues.entries()) {
      for (const { key, value } of results.getRange()) {
        const sequences = sequencesIn(read(value));
        sequences.forEach((found, index) => {
          if (found > sequence) places.push({ sequence: found, queue, key, index });
        });
      }
    }
    return places.sort((a, b) => a.sequence - b.sequence);
  }
}

async function openStoppedQueue(directory: string): Promise<StoppedQueue | undefined> {
  const path = await findQueueFile(directory);
  if (path === undefined) return undefined;
  let lock: FileLock | undefined;
  try {
    lock = await lockFile(join(directory, 'lock'));
    await checkFile(path);
    checkPages(path);
    const root = open({ path, encoding: 'binary', readOnly: true });
    return { root, ...openStoredResults(root), lock };
  } catch (error) {
    await lock?.release();
    const why = error instanceof FileLockedError ? 'is in use' : 'cannot be read';
    throw new QueueDirectoryError(`the queue in ${directory} ${why}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function closeAll(queues: readonly StoppedQueue[]): Promise<void> {
  for (const { root, lock } of queues) await root.close().finally(() => lock.release());
}

function sequencesIn(record: OperationRecord): number[] {
  return Array.from({ length: record.count }, (_, index) => sequenceOf(record.json(index)));
}

function sequenceOf(json: string): number {
  return Number(SEQUENCE.exec(json)?.[1] ?? (JSON.parse(json) as { sequence?: number }).sequence ?? 0);
}
