import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import type { Outcome } from '../src/queue/queue.ts';
import { conflict, entry, final, MALFORMED, operationsIn } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

const DEPTH_MAX = 60;
const NEVER = new AbortController().signal;

/** What each operation should be: in the queue, final, or dead; and in which order the queue holds them. */
interface Model {
  /** Undelivered and unsettled operations, in order, with the group that each belongs to. */
  queued: { readonly id: string; readonly group: number | undefined }[];
  /** How many of `queued`, from the front, have been delivered since the last opening. */
  delivered: number;
  readonly final: Set<string>;
  /** Dead operation -> all operations of its letter. */
  readonly letters: {
    readonly ids: string[];
    readonly dead: Set<string>;
    readonly conflictsOnly: boolean;
    readonly group: number | undefined;
  }[];
  groups: number;
}

type Kind = 'final' | 'conflict' | 'malformed';

interface Request {
  readonly count: number;
  readonly atomic: boolean;
}

interface Real {
  queue: LmdbQueue;
  readonly directory: string;
}

type QueueCommand = fc.AsyncCommand<Model, Real>;

/** Of all queues here. */
const disk = { isFull: false };

const held = (model: Model) => model.queued.length + model.letters.length;

function open(directory: string): Promise<LmdbQueue> {
  return LmdbQueue.open(
    lmdbOptions(directory, {
      depthMax: DEPTH_MAX,
      record: { operationsMax: 4, bytesMax: 2000 },
      // Some of what is delivered is at hand, and some is read back.
      atHandBytesMax: 1500,
      freeSpace: () => (disk.isFull ? 0 : Infinity),
      freeBytesMin: 1,
    }),
  );
}

function expectSame(model: Model, { queue }: Real): void {
  expect(queue.depth).toBe(model.queued.length);
  expect(queue.deadLetterCount).toBe(model.letters.length);
  for (const { id } of model.queued) if (!model.final.has(id)) expect(queue.find(id)?.state).toBe('accepted');
  for (const id of model.final) expect(queue.find(id)?.state).toBe('final');
  for (const { dead } of model.letters) for (const id of dead) expect(queue.find(id)?.state).toBe('dead');
}

/** Several requests at once, each of one or more operations, atomic or not. */
class Append implements QueueCommand {
  readonly #requests: readonly Request[];
  constructor(requests: readonly Request[]) {
    this.#requests = requests;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const appends = this.#requests.map(async ({ count, atomic }) => {
      // Random and ordered ids, as clients make them.
      const ids = Array.from({ length: count }, () => (count % 2 === 0 ? randomUUID() : uuidv7()));
      const fits = held(model) + ids.length <= DEPTH_MAX;
      const group = atomic ? (model.groups += 1) : undefined;
      if (fits) model.queued.push(...ids.map((id) => ({ id, group })));
      const appended = real.queue.append(
        ids.map((id) => entry(id)),
        atomic,
      );
      if (fits) await appended;
      else await expect(appended).rejects.toMatchObject({ code: 'queue_full' });
    });
    await Promise.all(appends);
    expectSame(model, real);
  }
  toString = () =>
    `append(${this.#requests.map(({ count, atomic }) => `${count}${atomic ? ' atomic' : ''}`).join(', ')})`;
}

/** Takes what is next and settles it, with outcomes as told. */
class TakeAndSettle implements QueueCommand {
  readonly #operationsMax: number;
  readonly #outcomes: readonly Kind[];
  /** The disk is full the first time. */
  readonly #failsFirst: boolean;
  constructor(operationsMax: number, outcomes: readonly Kind[], failsFirst: boolean) {
    this.#operationsMax = operationsMax;
    this.#outcomes = outcomes;
    this.#failsFirst = failsFirst;
  }
  check = (model: Readonly<Model>) => model.delivered < model.queued.length;
  async run(model: Model, real: Real): Promise<void> {
    const records = await real.queue.next({ operationsMax: this.#operationsMax, bytesMax: 1e9 }, NEVER);
    const ids = operationsIn(records).map(({ id }) => id);
    const expected = model.queued.slice(model.delivered, model.delivered + ids.length);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual(expected.map(({ id }) => id));
    // What is final stays final (I6), also when its group is sent again.
    const kinds = ids.map((id, index) =>
      model.final.has(id) ? 'final' : this.#outcomes[index % this.#outcomes.length]!,
    );
    const outcomes = ids.map((id, index): Outcome => {
      if (kinds[index] === 'final') return final(id);
      return kinds[index] === 'conflict' ? conflict(id) : MALFORMED;
    });
    disk.isFull = this.#failsFirst;
    if (disk.isFull) {
      await expect(real.queue.settle(records, outcomes)).rejects.toMatchObject({
        code: 'queue_unavailable',
      });
      disk.isFull = false;
      expectSame(model, real);
    }
    await real.queue.settle(records, outcomes);
    model.queued.splice(model.delivered, ids.length);
    let offset = 0;
    for (const { record } of records) {
      settleRecord(
        model,
        expected.slice(offset, offset + record.count),
        kinds.slice(offset, offset + record.count),
      );
      offset += record.count;
    }
    expectSame(model, real);
  }
  toString = () => `takeAndSettle(${this.#operationsMax}, ${this.#outcomes.join('/')})`;
}

function settleRecord(
  model: Model,
  operations: readonly Model['queued'][number][],
  kinds: readonly Kind[],
): void {
  const dead = operations.filter((_, index) => kinds[index] !== 'final').map(({ id }) => id);
  operations.filter((_, index) => kinds[index] === 'final').forEach(({ id }) => model.final.add(id));
  const group = operations[0]!.group;
  const letters =
    group === undefined ? dead.map((id) => [id]) : dead.length > 0 ? [operations.map(({ id }) => id)] : [];
  for (const ids of letters) {
    const own = new Set(ids.filter((id) => dead.includes(id)));
    const conflictsOnly = operations.every(({ id }, index) => !own.has(id) || kinds[index] === 'conflict');
    for (const id of own) model.final.delete(id);
    model.letters.push({ ids, dead: own, conflictsOnly, group });
  }
}

class Retry implements QueueCommand {
  readonly #pick: number;
  constructor(pick: number) {
    this.#pick = pick;
  }
  check = (model: Readonly<Model>) => model.letters.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const [letter] = model.letters.splice(this.#pick % model.letters.length, 1);
    model.queued.push(...letter!.ids.map((id) => ({ id, group: letter!.group })));
    expect(await real.queue.retryDeadLetter([...letter!.dead][0]!)).toBe(true);
    expectSame(model, real);
  }
  toString = () => `retry(${this.#pick})`;
}

class Discard implements QueueCommand {
  readonly #pick: number;
  constructor(pick: number) {
    this.#pick = pick;
  }
  check = (model: Readonly<Model>) => model.letters.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const at = this.#pick % model.letters.length;
    const letter = model.letters[at]!;
    const outcome = await real.queue.discardDeadLetter([...letter.dead][0]!);
    expect(outcome).toBe(letter.conflictsOnly ? 'discarded' : 'not_a_conflict');
    if (letter.conflictsOnly) model.letters.splice(at, 1);
    expectSame(model, real);
  }
  toString = () => `discard(${this.#pick})`;
}

class Reopen implements QueueCommand {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    await real.queue.close();
    real.queue = await open(real.directory);
    model.delivered = 0;
    expectSame(model, real);
  }
  toString = () => 'reopen';
}

/** Delivers without settling, as a process does that dies before the answer. */
class TakeAndForget implements QueueCommand {
  check = (model: Readonly<Model>) => model.delivered < model.queued.length;
  async run(model: Model, real: Real): Promise<void> {
    const records = await real.queue.next({ operationsMax: 3, bytesMax: 1e9 }, NEVER);
    model.delivered += operationsIn(records).length;
    expectSame(model, real);
  }
  toString = () => 'takeAndForget';
}

const request = fc.record({ count: fc.integer({ min: 1, max: 9 }), atomic: fc.boolean() });
const outcomes = fc.array(
  fc.constantFrom('final' as const, 'final' as const, 'conflict' as const, 'malformed' as const),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('the queue on LMDB, against a model of it', () => {
  it('is what the model is, whatever happens to it', { timeout: 120_000 }, async () => {
    const commands = fc.commands(
      [
        fc.array(request, { minLength: 1, maxLength: 5 }).map((requests) => new Append(requests)),
        fc
          .tuple(fc.integer({ min: 1, max: 20 }), outcomes, fc.boolean())
          .map(([max, kinds, failsFirst]) => new TakeAndSettle(max, kinds, failsFirst)),
        fc.nat().map((pick) => new Retry(pick)),
        fc.nat().map((pick) => new Discard(pick)),
        fc.constant(new Reopen()),
        fc.constant(new TakeAndForget()),
      ],
      { maxCommands: 40 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const directory = await temporaryDirectory();
        const real: Real = { queue: await open(directory), directory };
        const model: Model = { queued: [], delivered: 0, final: new Set(), letters: [], groups: 0 };
        try {
          await fc.asyncModelRun(() => ({ model, real }), sequence);
        } finally {
          await real.queue.close();
          await rm(directory, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});
