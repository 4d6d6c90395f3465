import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { startChild } from './child-process.ts';
import { operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const ROUNDS = 3;
const OPERATIONS_A_ROUND = 400;

describe('a queue whose process is killed while it appends and settles', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** The ids that a child was told were on disk, before it was killed. */
  async function appendAndKill(): Promise<string[]> {
    const child = startChild('child-appends.ts', [directory]);
    const acknowledged: string[] = [];
    for await (const id of child.lines) {
      acknowledged.push(id);
      if (acknowledged.length === OPERATIONS_A_ROUND) child.process.kill('SIGKILL');
    }
    return acknowledged;
  }

  it(
    'has every operation that was acknowledged, final or delivered again, each once (I1)',
    { timeout: 60_000 },
    async () => {
      const acknowledged: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) acknowledged.push(...(await appendAndKill()));
      expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * OPERATIONS_A_ROUND);

      const queue = await LmdbQueue.open(lmdbOptions(directory));
      const records = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, new AbortController().signal);
      const delivered = operationsIn(records).map(({ id }) => id);
      expect(new Set(delivered).size).toBe(delivered.length);
      expect(queue.depth).toBe(delivered.length);
      const inQueue = new Set(delivered);
      for (const id of acknowledged) {
        const known = queue.find(id);
        expect(known?.state).toBe(inQueue.has(id) ? 'accepted' : 'final');
      }
      await queue.close();
    },
  );
});
