// Appends to the queue in argv[2] without end, and prints the id of each operation once it was told that it is on disk.
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { allFinal, entry } from './entries.ts';
import { lmdbOptions } from './lmdb-harness.ts';

const queue = await LmdbQueue.open(lmdbOptions(process.argv[2]!));

async function appendForEver(): Promise<void> {
  for (;;) {
    const one = entry();
    await queue.append([one], false);
    process.stdout.write(`${one.id}\n`);
  }
}

/** Settles one record in two: the rest stays delivered and unsettled. */
async function settleForEver(): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const records = await queue.next({ operationsMax: 10, bytesMax: 1e6 }, new AbortController().signal);
    if (turn % 2 === 0) await queue.settle(records, allFinal(records));
  }
}

await Promise.all([...Array.from({ length: 8 }, appendForEver), settleForEver()]);
