import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { open } from 'lmdb';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { packTraces, readTraces, tracesOf } from '../src/queue/operation-traces.ts';
import { allFinal, entry } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const LIMITS = { operationsMax: 100, bytesMax: 1_000_000 };
const CONTEXT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const OTHER = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const openQueue = (keepsTraces: boolean) => LmdbQueue.open(lmdbOptions(directory, { keepsTraces }));
const nextOf = (queue: LmdbQueue) => queue.next(LIMITS, new AbortController().signal);

/** How many entries the database of traces has; undefined when there is none. */
async function countStoredTraces(): Promise<number | undefined> {
  const root = open({ path: `${directory}/queue.mdb`, encoding: 'binary', readOnly: true });
  const names = Array.from(root.getKeys(), String);
  const count = names.includes('traces') ? root.openDB('traces', {}).getKeysCount() : undefined;
  await root.close();
  return count;
}

test('operations are delivered with their traces, also by the process after, and leave nothing behind', async () => {
  let queue = await openQueue(true);
  const one = { ...entry(), trace: CONTEXT };
  await Promise.all([
    queue.append([entry(), one], false),
    queue.append([entry(), { ...entry(), trace: OTHER }], true),
    queue.append([entry()], false),
  ]);
  await queue.close();
  queue = await openQueue(true);
  const records = await nextOf(queue);
  expect(records.map(({ traces }) => traces)).toEqual([
    [{ index: 1, context: CONTEXT }],
    [{ index: 1, context: OTHER }],
    undefined,
  ]);
  expect(records[0]!.record.id(1)).toBe(one.id);
  await queue.settle(records, allFinal(records));
  await queue.close();
  expect(await countStoredTraces()).toBe(0);
});

test('a queue without traces has no place for them, and takes them on when they are turned on', async () => {
  let queue = await openQueue(false);
  await queue.append([{ ...entry(), trace: CONTEXT }], false);
  await queue.close();
  expect(await countStoredTraces()).toBeUndefined();
  queue = await openQueue(true);
  await queue.append([{ ...entry(), trace: OTHER }], false);
  const records = await nextOf(queue);
  expect(records.map(({ traces }) => traces)).toEqual([undefined, [{ index: 0, context: OTHER }]]);
  await queue.close();
});

test('what traces were left when they were turned off is never taken for that of another record', async () => {
  let queue = await openQueue(true);
  await queue.append([{ ...entry(), trace: CONTEXT }], false);
  await queue.close();
  queue = await openQueue(false);
  const settled = await nextOf(queue);
  expect(settled).toEqual([{ position: 1, record: settled[0]!.record }]);
  await queue.settle(settled, allFinal(settled));
  await queue.close();
  queue = await openQueue(false);
  await queue.append([entry()], false);
  await queue.close();
  expect(await countStoredTraces()).toBe(1);
  queue = await openQueue(true);
  const [record] = await nextOf(queue);
  expect(record).toMatchObject({ position: 1 });
  expect(record!.traces).toBeUndefined();
  await queue.close();
  expect(await countStoredTraces()).toBe(0);
});

test('traces are packed and read again; of garbage, nothing is about an operation that is not there', () => {
  expect(tracesOf([entry(), entry()])).toBeUndefined();
  const traces = tracesOf([entry(), { ...entry(), trace: CONTEXT }, { ...entry(), trace: OTHER }])!;
  expect(readTraces(packTraces(traces), 3)).toEqual(traces);
  expect(readTraces(packTraces(traces), 2)).toEqual(traces.slice(0, 1));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(5), (bytes, count) => {
      for (const { index, context } of readTraces(Buffer.from(bytes), count)) {
        expect(index).toBeLessThan(count);
        expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
      }
    }),
  );
});
