// Appends one operation to the queue in argv[2] for each line that comes in, and prints what became of it.
import { createInterface } from 'node:readline';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { entry } from './entries.ts';
import { lmdbOptions } from './lmdb-harness.ts';

const queue = await LmdbQueue.open(lmdbOptions(process.argv[2]!));
process.stdout.write('ready\n');
for await (const id of createInterface({ input: process.stdin })) {
  const outcome = await queue.append([entry(id)], false).then(
    () => 'on disk',
    (error: { code: string }) => error.code,
  );
  process.stdout.write(`${outcome}, ${queue.find(id)?.state ?? 'unknown'}, depth ${queue.depth}\n`);
}
await queue.close();
