import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { RecordsAtHand } from '../src/queue/lmdb/records-at-hand.ts';
import { packRecord } from '../src/queue/operation-record.ts';
import { allFinal, entries, operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const NEVER = new AbortController().signal;
const ONE = { operationsMax: 1, bytesMax: 1 };

describe('records at hand', () => {
  const queued = (position: number) => ({ position, record: packRecord(entries(1), false, 0) });
  const SIZE = queued(1).record.bytes.length;

  it('are no more than their limit allows, and make room as they are released', () => {
    const atHand = new RecordsAtHand(2 * SIZE);
    const records = [2, 3, 5, 6].map(queued);
    for (const record of records.slice(0, 3)) atHand.keep(record);
    expect([2, 3, 4, 5].map((position) => atHand.at(position))).toEqual([
      records[0],
      records[1],
      undefined,
      undefined,
    ]);
    atHand.releaseUpTo(2);
    atHand.keep(records[3]!);
    expect([2, 3, 6].map((position) => atHand.at(position))).toEqual([undefined, records[1], records[3]]);
  });

  it('are none that were read already', () => {
    const atHand = new RecordsAtHand(2 * SIZE);
    atHand.releaseUpTo(7);
    atHand.keep(queued(7));
    expect(atHand.at(7)).toBeUndefined();
  });
});

describe('a queue with a limit to what it keeps at hand', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([0, 400, 2_000, 1e6])('of %i bytes delivers everything once, in order', async (atHandBytesMax) => {
    const queue = await LmdbQueue.open(lmdbOptions(directory, { atHandBytesMax }));
    const appended: string[] = [];
    const delivered: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      const all = entries(1 + (round % 4));
      appended.push(...all.map(({ id }) => id));
      await queue.append(all, round % 3 === 0);
      for (const { id, json } of all) expect(queue.find(id)).toMatchObject({ state: 'accepted', json });
      if (round % 2 === 0) continue;
      const records = await queue.next(ONE, NEVER);
      expect(records).toHaveLength(1);
      delivered.push(...operationsIn(records).map(({ id }) => id));
      await queue.settle(records, allFinal(records));
    }
    const rest = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, NEVER);
    expect([...delivered, ...operationsIn(rest).map(({ id }) => id)]).toEqual(appended);
    await queue.close();
  });

  it('delivers the same after a write that failed in between', async () => {
    let freeBytes = 1000;
    const options = { freeSpace: (ageMs: number) => (ageMs === 0 ? freeBytes : 1000), freeBytesMin: 100 };
    const queue = await LmdbQueue.open(lmdbOptions(directory, options));
    const [before, refused, after] = [entries(2), entries(2), entries(2)];
    await queue.append(before, true);
    freeBytes = 0;
    await expect(queue.append(refused, true)).rejects.toMatchObject({ code: 'queue_unavailable' });
    freeBytes = 1000;
    await queue.append(after, true);
    const records = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, NEVER);
    expect(operationsIn(records).map(({ id }) => id)).toEqual([...before, ...after].map(({ id }) => id));
    await queue.close();
  });
});
