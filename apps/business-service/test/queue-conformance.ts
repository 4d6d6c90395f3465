import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type { OperationQueue, QueuedRecord } from '../src/queue/queue.ts';
import { allFinal, conflict, entries, entry, final, MALFORMED, operationsIn } from './entries.ts';

export interface QueueLimits {
  readonly depthMax: number;
  readonly resultsKeptMax: number;
}

/** One queue that can be closed and opened again, as a process that starts again would. */
export interface QueueHarness {
  /** Whether all that is on disk is at hand, as far as the limits allow; else it comes a few records at a time. */
  readonly givesAllAtOnce: boolean;
  open(limits: QueueLimits): Promise<OperationQueue>;
  /** Deletes what is left of it. */
  destroy(): Promise<void>;
}

const ROOMY: QueueLimits = { depthMax: 100_000, resultsKeptMax: 100_000 };
const ALL = { operationsMax: 100_000, bytesMax: 100_000_000 };
const NEVER = new AbortController().signal;

/** What every OperationQueue must do, whatever it is made of. */
export function describeQueue(name: string, createHarness: () => Promise<QueueHarness>): void {
  describe(name, { timeout: 30_000 }, () => {
    let harness: QueueHarness;
    let queue: OperationQueue;

    async function open(limits: QueueLimits = ROOMY): Promise<void> {
      queue = await harness.open(limits);
    }

    async function reopen(limits: QueueLimits = ROOMY): Promise<void> {
      await queue.close();
      await open(limits);
    }

    beforeEach(async () => {
      harness = await createHarness();
      await open();
    });

    afterEach(async () => {
      await queue.close();
      await harness.destroy();
    });

    /** The records with the next `count` operations: all there are. */
    async function take(count: number): Promise<QueuedRecord[]> {
      const records = [...(await queue.next(ALL, NEVER))];
      if (harness.givesAllAtOnce) expect(operationsIn(records)).toHaveLength(count);
      while (operationsIn(records).length < count) records.push(...(await queue.next(ALL, NEVER)));
      return records;
    }

    /** All the records that are there, settled as they came. */
    async function postEverything(): Promise<QueuedRecord[]> {
      const records = await take(queue.depth);
      await queue.settle(records, allFinal(records));
      return records;
    }

    describe('append and next', () => {
      it('delivers operations in the order of their appends, byte for byte', async () => {
        const all = entries(50);
        await Promise.all(all.map((one) => queue.append([one], false)));
        const delivered = operationsIn(await take(50));
        expect(delivered).toEqual(all.map(({ id, json }) => ({ id, json })));
      });

      it('keeps the order across requests of one, of many, and atomic groups', async () => {
        const groups = [entries(1), entries(300), entries(3), entries(1), entries(2)];
        const atomic = [false, false, true, false, true];
        await Promise.all(groups.map((group, index) => queue.append(group, atomic[index]!)));
        const records = await take(307);
        expect(operationsIn(records).map(({ id }) => id)).toEqual(groups.flat().map(({ id }) => id));
        expect(records.filter(({ record }) => record.atomic).map(({ record }) => record.count)).toEqual([
          3, 2,
        ]);
      });

      it('keeps the order of more than fits in one transaction', async () => {
        const requests = Array.from({ length: 8 }, () => entries(10_000));
        await Promise.all(requests.map((request) => queue.append(request, false)));
        const ids = operationsIn(await take(80_000)).map(({ id }) => id);
        expect(ids).toEqual(requests.flat().map(({ id }) => id));
      });

      it('joins the operations of a record as they stand in a JSON array', async () => {
        const all = entries(7);
        await queue.append(all, false);
        const [first] = await take(7);
        expect(first!.record.joined(2, 5).toString()).toBe(
          all
            .slice(2, 5)
            .map(({ json }) => json)
            .join(','),
        );
      });

      it('never splits an atomic group, however large', async () => {
        await queue.append(entries(3000), true);
        const records = await queue.next({ operationsMax: 10, bytesMax: 10 }, NEVER);
        expect(records.map(({ record }) => [record.atomic, record.count])).toEqual([[true, 3000]]);
      });

      it('delivers at least one record, and no more than the limits allow after it', async () => {
        await queue.append(entries(5), true);
        await queue.append(entries(5), true);
        await queue.append(entries(5), true);
        const limits = { operationsMax: 10, bytesMax: 1e9 };
        const sizes: number[] = [];
        while (sizes.reduce((sum, size) => sum + size, 0) < 15)
          sizes.push(operationsIn(await queue.next(limits, NEVER)).length);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
        expect(sizes.every((size) => size % 5 === 0)).toBe(true);
        if (harness.givesAllAtOnce) expect(sizes).toEqual([10, 5]);
      });

      it('waits for something to arrive', async () => {
        const waiting = queue.next(ALL, NEVER);
        const one = entry();
        await queue.append([one], false);
        expect(operationsIn(await waiting).map(({ id }) => id)).toEqual([one.id]);
      });

      it('gives up waiting when it is told to', async () => {
        const controller = new AbortController();
        const waiting = queue.next(ALL, controller.signal);
        controller.abort();
        expect(await waiting).toEqual([]);
      });

      it('delivers nothing twice while it is open', async () => {
        await queue.append(entries(2), false);
        await take(2);
        const later = entry();
        await queue.append([later], false);
        expect(operationsIn(await queue.next(ALL, NEVER)).map(({ id }) => id)).toEqual([later.id]);
      });

      it('delivers again, after it was closed, what was not settled', async () => {
        const all = entries(5);
        await queue.append(all.slice(0, 2), true);
        await queue.append(all.slice(2), true);
        const [first] = await queue.next({ operationsMax: 1, bytesMax: 1 }, NEVER);
        await take(3);
        await queue.settle([first!], allFinal([first!]));
        await reopen();
        expect(queue.depth).toBe(3);
        expect(operationsIn(await take(3)).map(({ id }) => id)).toEqual(all.slice(2).map(({ id }) => id));
      });
    });

    describe('find', () => {
      it('knows nothing of an id that it never saw', () => {
        expect(queue.find(uuidv7())).toBeUndefined();
      });

      it('says of an operation that is being written when it will be on disk', async () => {
        const one = entry();
        const appended = queue.append([one], false);
        const known = queue.find(one.id);
        expect(known).toMatchObject({ state: 'accepted', json: one.json });
        await (known?.state === 'accepted' ? known.onDisk : undefined);
        expect(queue.find(one.id)).toEqual({ state: 'accepted', json: one.json, onDisk: undefined });
        await appended;
      });

      it('finds each operation of a record and of a group', async () => {
        const all = entries(20);
        await queue.append(all.slice(0, 10), false);
        await queue.append(all.slice(10), true);
        for (const { id, json } of all) expect(queue.find(id)).toMatchObject({ state: 'accepted', json });
      });

      it('finds final results, also after it was closed', async () => {
        const named = { ...entry(), named: { currency: true, amount: false } };
        const all = [named, ...entries(99)];
        await queue.append(all, false);
        await postEverything();
        for (const { id, named: said } of all) {
          const result = {
            state: 'final',
            json: JSON.stringify({ id, status: 'posted', currency: 'BRL' }),
            named: said,
          };
          expect(queue.find(id)).toEqual(result);
        }
        await reopen();
        expect(queue.find(named.id)).toMatchObject({
          state: 'final',
          named: { currency: true, amount: false },
        });
        expect(queue.depth).toBe(0);
        expect(queue.oldestAppendedAtMs).toBeUndefined();
      });

      it('forgets the oldest results first, and nothing that is still in the queue', async () => {
        await reopen({ depthMax: 1000, resultsKeptMax: 100 });
        const waiting = entries(1);
        const ids: string[] = [];
        for (let round = 0; round < 10; round += 1) {
          const all = entries(50);
          ids.push(...all.map(({ id }) => id));
          await queue.append(all, false);
          await postEverything();
        }
        await queue.append(waiting, false);
        const kept = ids.filter((id) => queue.find(id) !== undefined);
        expect(kept).toEqual(ids.slice(-kept.length));
        expect(kept.length).toBeGreaterThanOrEqual(100);
        expect(kept.length).toBeLessThan(300);
        expect(queue.find(waiting[0]!.id)).toMatchObject({ state: 'accepted' });
      });

      it('goes on forgetting when results come one at a time', async () => {
        await reopen({ depthMax: 1000, resultsKeptMax: 10 });
        const many = entries(100);
        await queue.append(many, false);
        await postEverything();
        for (let round = 0; round < 30; round += 1) {
          await queue.append(entries(1), false);
          await postEverything();
        }
        expect(many.filter(({ id }) => queue.find(id) !== undefined)).toEqual([]);
      });
    });

    describe('limits', () => {
      it('refuses past its limit and takes nothing of what it refuses (I9)', async () => {
        await reopen({ depthMax: 10, resultsKeptMax: 10 });
        const taken = entries(8);
        await queue.append(taken, false);
        const refused = entries(3);
        await expect(queue.append(refused, false)).rejects.toMatchObject({ code: 'queue_full' });
        expect(refused.map(({ id }) => queue.find(id))).toEqual([undefined, undefined, undefined]);
        expect(queue.depth).toBe(8);
        expect(queue.health).toBe('writable');
        await queue.append(entries(2), false);
        expect(queue.health).toBe('full');
      });

      it('counts what is not yet on disk', async () => {
        await reopen({ depthMax: 2, resultsKeptMax: 10 });
        const first = queue.append(entries(2), false);
        await expect(queue.append(entries(1), false)).rejects.toMatchObject({ code: 'queue_full' });
        await first;
      });

      it('takes again once there is room, and keeps its count when it is closed', async () => {
        await reopen({ depthMax: 5, resultsKeptMax: 10 });
        await queue.append(entries(5), true);
        await reopen({ depthMax: 5, resultsKeptMax: 10 });
        await expect(queue.append(entries(1), false)).rejects.toMatchObject({ code: 'queue_full' });
        await postEverything();
        await queue.append(entries(5), false);
        expect(queue.depth).toBe(5);
      });
    });

    describe('dead letters', () => {
      it('keeps what cannot be posted, and only that, also after it was closed', async () => {
        const [good, bad, better] = entries(3) as [
          ReturnType<typeof entry>,
          ReturnType<typeof entry>,
          ReturnType<typeof entry>,
        ];
        await queue.append([good, bad, better], false);
        await queue.settle(await queue.next(ALL, NEVER), [final(good.id), MALFORMED, final(better.id)]);
        for (let round = 0; round < 2; round += 1) {
          expect(queue.depth).toBe(0);
          expect(queue.deadLetterCount).toBe(1);
          expect(queue.find(good.id)).toMatchObject({ state: 'final' });
          expect(queue.find(bad.id)).toMatchObject({
            state: 'dead',
            json: bad.json,
            failure: { code: 'invalid_request', detail: 'it is malformed' },
          });
          expect(queue.deadLetters(0, 10)).toMatchObject([
            { operations: [bad.json], failures: [{ index: 0, code: 'invalid_request' }] },
          ]);
          await reopen();
        }
      });

      it('lists them page by page, oldest first', async () => {
        const all = entries(5);
        await queue.append(all, false);
        const records = await queue.next(ALL, NEVER);
        await queue.settle(
          records,
          all.map(() => MALFORMED),
        );
        const first = queue.deadLetters(0, 3);
        const second = queue.deadLetters(first.at(-1)!.number, 3);
        const listed = [...first, ...second].map((letter) => letter.operations[0]);
        expect(listed).toEqual(all.map(({ json }) => json));
      });

      it('sends one again from the end of the queue', async () => {
        const [bad, next] = entries(2) as [ReturnType<typeof entry>, ReturnType<typeof entry>];
        await queue.append([bad], false);
        await queue.settle(await queue.next(ALL, NEVER), [MALFORMED]);
        await queue.append([next], false);
        expect(await queue.retryDeadLetter(bad.id)).toBe(true);
        expect(queue.deadLetterCount).toBe(0);
        expect(queue.depth).toBe(2);
        expect(queue.find(bad.id)).toMatchObject({ state: 'accepted', json: bad.json });
        const records = await postEverything();
        expect(operationsIn(records).map(({ id }) => id)).toEqual([next.id, bad.id]);
        expect(queue.find(bad.id)).toMatchObject({ state: 'final' });
        expect(await queue.retryDeadLetter(bad.id)).toBe(false);
      });

      it('sends it again once when it is asked to twice', async () => {
        const bad = entry();
        await queue.append([bad], false);
        await queue.settle(await queue.next(ALL, NEVER), [MALFORMED]);
        const answers = await Promise.all([queue.retryDeadLetter(bad.id), queue.retryDeadLetter(bad.id)]);
        expect(answers.filter((taken) => taken)).toHaveLength(1);
        expect(operationsIn(await queue.next(ALL, NEVER))).toHaveLength(1);
        expect(queue.depth).toBe(1);
      });

      it('keeps an atomic group together, whichever of its operations failed', async () => {
        const group = entries(3);
        await queue.append(group, true);
        const [a, b, c] = group.map(({ id }) => id) as [string, string, string];
        await queue.settle(await queue.next(ALL, NEVER), [final(a), conflict(b), MALFORMED]);
        expect(queue.deadLetterCount).toBe(1);
        expect(queue.find(a)).toMatchObject({ state: 'final' });
        expect(queue.find(b)).toMatchObject({ state: 'dead', failure: { code: 'id_conflict' } });
        expect(await queue.retryDeadLetter(c)).toBe(true);
        const [again] = await queue.next(ALL, NEVER);
        expect(again!.record.atomic).toBe(true);
        expect(operationsIn([again!]).map(({ id }) => id)).toEqual([a, b, c]);
        expect(queue.find(a)).toMatchObject({ state: 'final' });
        expect(queue.find(c)).toMatchObject({ state: 'accepted' });
      });

      it('removes a conflict when it is asked to, and nothing that was accepted (I1)', async () => {
        const [taken, bad] = entries(2) as [ReturnType<typeof entry>, ReturnType<typeof entry>];
        await queue.append([taken, bad], false);
        await queue.settle(await queue.next(ALL, NEVER), [conflict(taken.id), MALFORMED]);
        expect(await queue.discardDeadLetter(bad.id)).toBe('not_a_conflict');
        const failedAt = queue.deadLetters(0, 10)[0]!.failedAt;
        const other = new Date(Date.parse(failedAt) - 1).toISOString();
        expect(await queue.discardDeadLetter(taken.id, other)).toBe('not_found');
        expect(await queue.discardDeadLetter(taken.id, failedAt)).toBe('discarded');
        expect(await queue.discardDeadLetter(taken.id)).toBe('not_found');
        expect(queue.find(taken.id)).toBeUndefined();
        expect(queue.deadLetterCount).toBe(1);
      });

      it('counts them against its limit, so that they cannot pile up without end', async () => {
        await reopen({ depthMax: 3, resultsKeptMax: 10 });
        await queue.append(entries(2), false);
        await queue.settle(await queue.next(ALL, NEVER), [MALFORMED, MALFORMED]);
        await expect(queue.append(entries(2), false)).rejects.toMatchObject({ code: 'queue_full' });
        await queue.append(entries(1), false);
      });
    });
  });
}
