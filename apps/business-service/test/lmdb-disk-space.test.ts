import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeSpaceOf } from '../src/queue/disk-space.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { entries, final } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const LIMITS = { operationsMax: 100, bytesMax: 1e6 };

describe('a queue on a disk that fills up', () => {
  let directory: string;
  let queue: LmdbQueue;
  let freeBytes: number;
  /** What is found at the moment of a write, where that differs. */
  let freeBytesAtWrite: number | undefined;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    freeBytes = 1000;
    freeBytesAtWrite = undefined;
    const freeSpace = (ageMaxMs: number) => (ageMaxMs === 0 ? freeBytesAtWrite : undefined) ?? freeBytes;
    const options = { freeSpace, freeBytesMin: 100 };
    queue = await LmdbQueue.open(lmdbOptions(directory, options));
  });
  afterEach(async () => {
    await queue.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses what is new ahead of time, says so, and takes it again when there is room', async () => {
    freeBytes = 99;
    await expect(queue.append(entries(1), false)).rejects.toMatchObject({ code: 'queue_full' });
    expect(queue.health).toBe('full');
    expect(queue.depth).toBe(0);
    freeBytes = 100;
    await queue.append(entries(1), false);
    expect([queue.health, queue.depth]).toEqual(['writable', 1]);
  });

  it('that was full at the last moment forgets what it did not take, and takes what comes next', async () => {
    const [refused, next] = [entries(1), entries(1)];
    freeBytesAtWrite = 49;
    await expect(queue.append(refused, false)).rejects.toMatchObject({ code: 'queue_unavailable' });
    expect(queue.depth).toBe(0);
    freeBytesAtWrite = undefined;
    await queue.append(next, false);
    expect(queue.depth).toBe(1);
    expect(queue.find(refused[0]!.id)).toBeUndefined();
    expect(queue.find(next[0]!.id)).toMatchObject({ state: 'accepted', onDisk: undefined });
  });

  it('still stores results in its reserve, and nothing at all at the end of that', async () => {
    const [first, second] = [entries(1), entries(1)];
    await queue.append(first, false);
    const delivered = await queue.next(LIMITS, new AbortController().signal);
    await queue.append(second, false);
    const later = await queue.next(LIMITS, new AbortController().signal);
    freeBytes = 50;
    await queue.settle(delivered, [final(first[0]!.id)]);
    freeBytes = 49;
    await expect(queue.settle(later, [final(second[0]!.id)])).rejects.toMatchObject({
      code: 'queue_unavailable',
    });
    expect(queue.find(second[0]!.id)).toMatchObject({ state: 'accepted' });
    freeBytes = 50;
    await queue.settle(later, [final(second[0]!.id)]);
    expect(queue.depth).toBe(0);
  });

  it('knows how much room a real disk has', () => {
    expect(freeSpaceOf(directory)(0)).toBeGreaterThan(0);
    expect(() => freeSpaceOf(`${directory}/nothing-here`)(0)).toThrow('ENOENT');
  });
});
