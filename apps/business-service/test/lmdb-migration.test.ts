import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { KeptResults } from '../src/queue/lmdb/kept-results.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { packRecord, type RecordEntry } from '../src/queue/operation-record.ts';
import { uuidBytes } from '../src/queue/uuid.ts';
import { allFinal, conflict, entries, entry, final, MALFORMED, operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const ALL = { operationsMax: 1e6, bytesMax: 1e9 };
const NEVER = new AbortController().signal;
/** What was first in the place of an operation: the database that it is in. */
const IN_RESULTS = 1;
const IN_DEAD_LETTERS = 2;

describe('a queue of format 2, which had an index of ids on disk', () => {
  let directory: string;
  const waiting = entries(3);
  const posted = entries(40).map(({ id }, index): RecordEntry => {
    const json = JSON.stringify({ id, status: 'posted', sequence: index + 1, batch: 1 });
    return { id, json, named: { currency: true, amount: true } };
  });
  const dead = entry();
  /** An atomic group that was sent again: its first operation is final. */
  const [groupFinal, groupDead] = [entry(), entry()];

  beforeEach(async () => {
    directory = await temporaryDirectory();
    await writeFormat2();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const openFile = () =>
    openLmdb({ path: join(directory, 'queue.mdb'), encoding: 'binary', overlappingSync: false });

  /** Writes what the last version of that format wrote. */
  async function writeFormat2(): Promise<void> {
    const root = openFile();
    const database = (name: string) => root.openDB<Buffer, number>(name, { encoding: 'binary' });
    const index = root.openDB<Buffer, Buffer>('operations', { encoding: 'binary', keyEncoding: 'binary' });
    const pointTo = (id: string, database_: number, key: number, at: number) => {
      const place = Buffer.alloc(9);
      place[0] = database_;
      place.writeUInt16BE(at, 1);
      place.writeUIntBE(key, 3, 6);
      index.putSync(uuidBytes(id), place);
    };
    root
      .openDB<Buffer, string>('about', { encoding: 'binary' })
      .putSync('format', Buffer.from('{"version":2,"businessId":"business-1"}'));
    database('queue').putSync(7, packRecord(waiting, false, 1).bytes);
    database('queue').putSync(9, packRecord([groupFinal, groupDead], true, 1).bytes);
    for (const [key, run] of [
      [5000, posted.slice(0, 15)],
      [5015, posted.slice(15)],
      [5040, [{ ...groupFinal, json: (final(groupFinal.id) as { json: string }).json }]],
    ] as const) {
      database('results').putSync(key, packRecord(run, false, 1).bytes);
      run.forEach(({ id }, at) => pointTo(id, IN_RESULTS, key, at));
    }
    const letter = {
      failedAt: '2026-11-22T12:00:00.000Z',
      atomic: false,
      ids: [dead.id],
      operations: [dead.json],
      failures: [{ index: 0, code: 'invalid_request', detail: 'it is malformed' }],
    };
    database('dead-letters').putSync(4, Buffer.from(JSON.stringify(letter)));
    pointTo(dead.id, IN_DEAD_LETTERS, 4, 0);
    pointTo(groupDead.id, IN_DEAD_LETTERS, 3, 1);
    await root.close();
  }

  async function formatOnDisk(): Promise<{ readonly version: unknown; readonly databases: string[] }> {
    const root = openFile();
    const databases = Array.from(root.getKeys(), String);
    const format = root.openDB<Buffer, string>('about', { encoding: 'binary' }).get('format')!;
    await root.close();
    return { version: (JSON.parse(format.toString()) as { version: unknown }).version, databases };
  }

  it('is migrated when it is opened, and has lost nothing', async () => {
    for (let round = 0; round < 2; round += 1) {
      const queue = await LmdbQueue.open(lmdbOptions(directory));
      expect([queue.depth, queue.deadLetterCount]).toEqual([5, 1]);
      for (const { id, json, named } of posted) {
        expect(queue.find(id)).toEqual({ state: 'final', json, named });
      }
      for (const { id, json } of [...waiting, groupDead]) {
        expect(queue.find(id)).toEqual({ state: 'accepted', json, onDisk: undefined });
      }
      expect(queue.find(groupFinal.id)).toMatchObject({ state: 'final' });
      expect(queue.find(dead.id)).toMatchObject({ state: 'dead', failure: { code: 'invalid_request' } });
      expect(queue.find(uuidv7())).toBeUndefined();
      await queue.close();
      const { version, databases } = await formatOnDisk();
      expect(version).toBe(3);
      expect(databases).toContain('compressed-results');
      for (const old of ['operations', 'results']) expect(databases).not.toContain(old);
    }
  });

  it('gives its results to a recovery before it was migrated, and after', async () => {
    for (const isMigrated of [false, true]) {
      if (isMigrated) await (await LmdbQueue.open(lmdbOptions(directory))).close();
      const kept = await KeptResults.open([directory]);
      expect(kept.newestSequence()).toBe(40);
      expect(Array.from(kept.after(10), ({ json }) => json)).toEqual(
        posted.slice(10).map(({ json }) => json),
      );
      await kept.close();
    }
  });

  it('goes on where it was', async () => {
    const queue = await LmdbQueue.open(lmdbOptions(directory));
    expect(await queue.retryDeadLetter(dead.id)).toBe(true);
    const records = await queue.next(ALL, NEVER);
    expect(operationsIn(records).map(({ id }) => id)).toEqual(
      [...waiting, groupFinal, groupDead, dead].map(({ id }) => id),
    );
    await queue.settle(
      records,
      allFinal(records).map((outcome, at) => [MALFORMED, conflict(waiting[1]!.id)][at] ?? outcome),
    );
    expect(queue.find(waiting[0]!.id)).toMatchObject({ state: 'dead' });
    expect(queue.find(waiting[2]!.id)).toMatchObject({ state: 'final' });
    expect(queue.deadLetters(0, 10).map(({ number }) => number)).toEqual([5, 6]);
    await queue.close();
  });

  it('is left as it is when it is of another business service', async () => {
    await expect(LmdbQueue.open(lmdbOptions(directory, { businessId: 'business-2' }))).rejects.toThrow(
      'belongs to',
    );
    expect(await formatOnDisk()).toMatchObject({ version: 2 });
    expect((await formatOnDisk()).databases).toContain('operations');
  });
});
