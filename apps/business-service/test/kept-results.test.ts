import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptResults } from '../src/queue/lmdb/kept-results.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { entries, operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

describe('the results that stopped queues have kept', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const place = (name: string): string => join(directory, name);
  const resultOf = (id: string, sequence: number): string =>
    `{"id":"${id}","status":"posted","description":",\\"sequence\\":9,\\"batch\\":","sequence":${sequence},"batch":1}`;

  /** A queue whose operations were posted with these sequences. */
  async function keep(name: string, sequences: readonly number[]): Promise<void> {
    const queue = await LmdbQueue.open(lmdbOptions(place(name)));
    await queue.append(entries(sequences.length), false);
    const records = await queue.next({ operationsMax: 1e6, bytesMax: 1e9 }, new AbortController().signal);
    const outcomes = operationsIn(records).map(({ id }, index) => {
      const json = resultOf(id, sequences[index]!);
      return { kind: 'final', status: 'posted', json } as const;
    });
    await queue.settle(records, outcomes);
    await queue.close();
  }

  async function sequencesAfter(sequence: number, names: readonly string[]): Promise<number[]> {
    const kept = await KeptResults.open(names.map(place));
    try {
      return Array.from(
        kept.after(sequence),
        ({ json }) => (JSON.parse(json) as { sequence: number }).sequence,
      );
    } finally {
      await kept.close();
    }
  }

  it('come once each, in the order of the ledger, from all queues together', async () => {
    await keep('one', [1, 4, 5, 7]);
    await keep('two', [6, 2, 4, 8]);
    expect(await sequencesAfter(0, ['one', 'two', 'none'])).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(await sequencesAfter(5, ['one', 'two'])).toEqual([6, 7, 8]);
    expect(await sequencesAfter(8, ['one', 'two'])).toEqual([]);
    const kept = await KeptResults.open([place('one'), place('two')]);
    expect(kept.newestSequence()).toBe(8);
    await kept.close();
  });

  it('are nothing where nothing was kept', async () => {
    const kept = await KeptResults.open([place('none')]);
    expect(kept.newestSequence()).toBe(0);
    await kept.close();
  });

  it('keep the business service out while they are read, and wait for none', async () => {
    await keep('one', [1]);
    const kept = await KeptResults.open([place('one')]);
    await expect(LmdbQueue.open(lmdbOptions(place('one')))).rejects.toThrow('is in use');
    await kept.close();
    const queue = await LmdbQueue.open(lmdbOptions(place('one')));
    await expect(KeptResults.open([place('one')])).rejects.toThrow(`the queue in ${place('one')} is in use`);
    await queue.close();
  });

  it('are not read from a file that is cut off', async () => {
    await keep(
      'one',
      Array.from({ length: 5_000 }, (_, index) => index + 1),
    );
    await truncate(join(place('one'), 'queue.mdb'), 100_000);
    await expect(KeptResults.open([place('one')])).rejects.toThrow('cannot be read');
  });
});
