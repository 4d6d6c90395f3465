import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { type Child, startChild } from './child-process.ts';
import { operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';
import { FaultInjection, HAS_STRACE } from './strace.ts';

const TIMEOUT = { timeout: 60_000 };

describe.skipIf(!HAS_STRACE)('a queue whose disk fails (needs strace)', () => {
  let directory: string;
  let child: Child;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    child = startChild('child-appends-on-command.ts', [directory]);
    expect(await nextLine()).toBe('ready');
  });

  afterEach(async () => {
    child.process.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  async function nextLine(): Promise<string | undefined> {
    const { value } = (await child.lines.next()) as { value: string | undefined };
    return value;
  }

  async function append(id: string): Promise<string | undefined> {
    child.process.stdin!.write(`${id}\n`);
    return nextLine();
  }

  /** The ids in the queue as another process finds it. */
  async function idsOnDisk(): Promise<string[]> {
    child.process.kill('SIGKILL');
    while ((await nextLine()) !== undefined);
    const queue = await LmdbQueue.open(lmdbOptions(directory));
    const limits = { operationsMax: 1e6, bytesMax: 1e9 };
    const ids =
      queue.depth === 0
        ? []
        : operationsIn(await queue.next(limits, new AbortController().signal)).map(({ id }) => id);
    await queue.close();
    return ids;
  }

  it.each([
    { name: 'the disk is full', calls: 'pwrite64,pwritev,writev', error: 'ENOSPC' },
    { name: 'the sync fails', calls: 'fdatasync', error: 'EIO' },
  ])(
    'refuses while $name, has taken nothing of what it refused, and goes on afterwards',
    TIMEOUT,
    async (fault) => {
      const [before, during, after] = [uuidv7(), uuidv7(), uuidv7()];
      expect(await append(before)).toBe('on disk, accepted, depth 1');
      const injection = await FaultInjection.start(child.process.pid!, join(directory, 'queue.mdb'), fault);
      expect(await append(during)).toBe('queue_unavailable, unknown, depth 1');
      expect(await append(during)).toBe('queue_unavailable, unknown, depth 1');
      await injection.stop();
      expect(await append(after)).toBe('on disk, accepted, depth 2');
      expect(await idsOnDisk()).toEqual([before, after]);
    },
  );

  it(
    'ends its process rather than guess, when nobody can know what is on disk, and loses nothing (I1)',
    TIMEOUT,
    async () => {
      const acknowledged: string[] = [];
      // Every other write is the one that makes the transaction count.
      const fault = { calls: 'pwrite64', error: 'EIO', when: '2+2' };
      await FaultInjection.start(child.process.pid!, join(directory, 'queue.mdb'), fault);
      for (;;) {
        const id = uuidv7();
        const outcome = await append(id);
        if (outcome === undefined) break;
        if (outcome.startsWith('on disk')) acknowledged.push(id);
      }
      expect(child.process.exitCode).not.toBe(0);
      expect(await idsOnDisk()).toEqual(expect.arrayContaining(acknowledged));
    },
  );
});
