import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyQueue } from '../src/queue/lmdb/copy-queue.ts';
import { QueueDirectoryError } from '../src/queue/lmdb/queue-directory-error.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { startChild } from './child-process.ts';
import { allFinal, entries, operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const BEFORE_COPY = 400;
const AFTER_COPY = 400;

describe('a copy of a queue', () => {
  let directory: string;
  let source: string;
  let target: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    [source, target] = [join(directory, 'source'), join(directory, 'target')];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it(
    'has what was acknowledged before, while the service goes on with its own (I1)',
    { timeout: 60_000 },
    async () => {
      const child = startChild('child-appends.ts', [source]);
      const acknowledged: string[] = [];
      let copied: Promise<boolean> | undefined;
      for await (const id of child.lines) {
        acknowledged.push(id);
        if (acknowledged.length === BEFORE_COPY) copied = copyQueue(source, target);
        if (acknowledged.length === BEFORE_COPY + AFTER_COPY) child.process.kill('SIGKILL');
      }
      expect(await copied).toBe(true);

      for (const [place, ids] of [
        [target, acknowledged.slice(0, BEFORE_COPY)],
        [source, acknowledged],
      ] as const) {
        const queue = await LmdbQueue.open(lmdbOptions(place));
        const records = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, new AbortController().signal);
        const delivered = operationsIn(records).map(({ id }) => id);
        expect(queue.depth).toBe(delivered.length);
        const inQueue = new Set(delivered);
        for (const id of ids) expect(queue.find(id)?.state).toBe(inQueue.has(id) ? 'accepted' : 'final');
        await queue.close();
      }
    },
  );

  it('is whole, with results of many transactions in it, and small again where the queue was large', async () => {
    const queue = await LmdbQueue.open(lmdbOptions(source));
    for (let turn = 0; turn < 20; turn += 1) {
      await queue.append(entries(1_000), false);
      const records = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, new AbortController().signal);
      await queue.settle(records, allFinal(records));
    }
    const waiting = entries(500);
    await queue.append(waiting, false);
    await queue.close();

    expect(await copyQueue(source, target)).toBe(true);
    const sizeOf = async (place: string) => (await stat(join(place, 'queue.mdb'))).size;
    expect(await sizeOf(target)).toBeLessThan(await sizeOf(source));
    const copy = await LmdbQueue.open(lmdbOptions(target));
    const records = await copy.next({ operationsMax: 1e6, bytesMax: 1e9 }, new AbortController().signal);
    expect(operationsIn(records).map(({ id }) => id)).toEqual(waiting.map(({ id }) => id));
    await copy.settle(records, allFinal(records));
    await copy.close();
  });

  it('is not made of nothing, and makes nothing', async () => {
    await mkdir(source);
    expect(await copyQueue(source, target)).toBe(false);
    expect(await copyQueue(join(directory, 'none'), target)).toBe(false);
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(join(source, 'queue.mdb'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused of a file that is no queue, and where something is', async () => {
    await mkdir(source);
    await writeFile(join(source, 'queue.mdb'), 'x'.repeat(10_000));
    await expect(copyQueue(source, target)).rejects.toThrow(QueueDirectoryError);
    await expect(copyQueue(source, target)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(join(source, 'queue.mdb'), 'utf8')).toMatch(/^x+$/);
  });
});
