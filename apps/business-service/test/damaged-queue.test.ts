import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA_FILE, openDatabases } from '../src/queue/lmdb/databases.ts';
import { QueueDirectoryError } from '../src/queue/lmdb/queue-directory-error.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { checkPages } from '../src/queue/lmdb/page-check.ts';
import { type Child, startChild } from './child-process.ts';
import { allFinal, entries, MALFORMED } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const signal = new AbortController().signal;

describe('the file of a queue', { timeout: 60_000 }, () => {
  let directory: string;
  let file: string;
  let whole: Buffer;
  let depth: number;
  /** What a process finds in the whole queue: how many operations, and a digest of them. */
  let all: string | undefined;
  let child: Child;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const queue = await LmdbQueue.open(lmdbOptions(directory));
    for (let group = 0; group < 20; group += 1) await queue.append(entries(50), group % 3 === 0);
    const records = await queue.next({ operationsMax: 500, bytesMax: 1e9 }, signal);
    await queue.settle(
      records,
      allFinal(records).map((outcome, index) => (index % 50 === 7 ? MALFORMED : outcome)),
    );
    for (let group = 0; group < 10; group += 1) await queue.append(entries(3), true);
    depth = queue.depth;
    await queue.close();
    whole = await readFile(join(directory, DATA_FILE));
    file = join(directory, 'damaged.mdb');
    child = startChild('child-opens-queues.ts', []);
  });
  afterAll(async () => {
    child.process.kill('SIGKILL');
    await child.exited;
    await rm(directory, { recursive: true, force: true });
  });

  /** What is wrong with a file of these bytes. */
  async function fault(bytes: Uint8Array): Promise<string | undefined> {
    await writeFile(file, bytes);
    try {
      checkPages(file);
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      expect(message).toMatch(/^[^\n]*damaged\.mdb is damaged: [^\n]+$/);
      return message;
    }
  }

  /** What a process of its own finds in a queue of these bytes; `undefined` when it crashes. */
  async function readElsewhere(bytes: Uint8Array): Promise<string | undefined> {
    const copy = join(directory, 'copy');
    await rm(copy, { recursive: true, force: true });
    await mkdir(copy);
    await writeFile(join(copy, DATA_FILE), bytes);
    child.process.stdin!.write(`${copy}\n`);
    const { value } = (await child.lines.next()) as { value: string | undefined };
    if (value === undefined) child = startChild('child-opens-queues.ts', []);
    return value;
  }

  it('is right as a queue leaves it, and when there is nothing in it yet', async () => {
    expect(await fault(whole)).toBeUndefined();
    expect(await fault(Buffer.alloc(0))).toBeUndefined();
    all = await readElsewhere(whole);
    expect(all).toMatch(new RegExp(`^delivers ${depth} `));
  });

  it('is refused wherever it is cut off, unless nothing that counts is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        const cut = whole.subarray(0, length);
        if ((await fault(cut)) === undefined) expect(await readElsewhere(cut)).toBe(all);
      }),
      { numRuns: 200 },
    );
  });

  it('never takes its process down, and delivers all of its operations or says that it is damaged', async () => {
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const bytes = Buffer.from(whole);
        for (const { at, bytes: garbage } of damages) bytes.set(garbage.subarray(0, whole.length - at), at);
        if ((await fault(bytes)) !== undefined) refused += 1;
        else expect(await readElsewhere(bytes)).toMatch(new RegExp(`^(${all}|refused: .+)$`));
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('is looked at before it is opened, and the refusal is one line', async () => {
    const cut = join(directory, 'cut');
    await mkdir(cut);
    await writeFile(join(cut, DATA_FILE), whole.subarray(0, whole.length / 2));
    const opening = openDatabases(cut, 'business-1', () => undefined);
    await expect(opening).rejects.toBeInstanceOf(QueueDirectoryError);
    await expect(opening).rejects.toThrow(/^the queue in [^\n]* is damaged: it is cut off at \d+ bytes$/);
  });
});
