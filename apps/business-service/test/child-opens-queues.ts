// Opens the queue in each directory named on standard input, reads all of it, and prints how many operations it
// delivers, or why it is refused.
import { hash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { operationsIn } from './entries.ts';
import { lmdbOptions } from './lmdb-harness.ts';

const ALL = { operationsMax: 1e6, bytesMax: 1e9 };

async function read(directory: string): Promise<string> {
  try {
    const queue = await LmdbQueue.open(lmdbOptions(directory));
    const operations =
      queue.depth === 0 ? [] : operationsIn(await queue.next(ALL, new AbortController().signal));
    for (const { id } of operations) queue.find(id);
    queue.deadLetters(0, 1000);
    await queue.close();
    const digest = hash('sha256', operations.map(({ json }) => json).join());
    return `delivers ${operations.length} ${digest}`;
  } catch (error) {
    return `refused: ${(error as Error).message.replaceAll('\n', ' ')}`;
  }
}

for await (const directory of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await read(directory)}\n`);
}
