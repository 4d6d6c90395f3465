import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IdHash, randomIdHash } from '../src/queue/lmdb/id-hash.ts';
import { ResultIndex } from '../src/queue/lmdb/result-index.ts';
import { packRecord } from '../src/queue/operation-record.ts';
import { entries } from './entries.ts';

/** The id of this number, as 16 bytes. */
function idOf(number: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(number, 12);
  return bytes;
}

/** Four hashes for all ids: whatever is found is mostly another's. */
const narrow: IdHash = (bytes, offset) => bytes[offset + 15]! & 3;
const SLOTS = 16;
const BEYOND_32_BITS = 2 ** 40;

/** What the index is over: results by number, of which the oldest are dropped. */
class Results {
  readonly index: ResultIndex;
  readonly ids = new Map<number, number>();
  next: number;
  /** The number that was looked at last. */
  lookedAt: number[] = [];

  constructor(first: number, hash: IdHash = narrow, slots = SLOTS) {
    this.index = new ResultIndex(hash, slots);
    this.next = first;
  }

  store(id: number): void {
    this.index.insert(idOf(id), 0, this.next);
    this.ids.set(this.next, id);
    this.next += 1;
  }

  drop(count: number): void {
    for (const number of [...this.ids.keys()].slice(0, count)) this.ids.delete(number);
    this.index.dropBelow([...this.ids.keys()][0] ?? this.next);
  }

  /** What a transaction stored that has failed: the numbers are given again. */
  undo(count: number): void {
    for (const number of [...this.ids.keys()].slice(this.ids.size - Math.min(count, this.ids.size))) {
      this.ids.delete(number);
      this.next = Math.min(this.next, number);
    }
    this.index.truncate(this.next);
  }

  find(id: number): number | undefined {
    this.lookedAt = [];
    return this.index.find(idOf(id), (number) => {
      this.lookedAt.push(number);
      return this.ids.get(number) === id ? number : undefined;
    });
  }

  /** The newest result of `id`, as a search through all of them finds it. */
  expected(id: number): number | undefined {
    return [...this.ids].findLast(([, stored]) => stored === id)?.[0];
  }
}

describe('the index of kept results', () => {
  it('finds what a search through all of them finds, whatever was stored, dropped and taken back', () => {
    const id = fc.nat(40);
    const command = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('store' as const), ids: fc.array(id) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), count: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), count: fc.nat(30) }) },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2 ** 32 - 5, BEYOND_32_BITS),
        fc.constantFrom(narrow, randomIdHash()),
        fc.array(command, { maxLength: 60 }),
        (first, hash, commands) => {
          const results = new Results(first, hash);
          for (const one of commands) {
            if (one.kind === 'store') for (const stored of one.ids) results.store(stored);
            else if (one.kind === 'drop') results.drop(one.count);
            else results.undo(one.count);
            for (let wanted = 0; wanted <= 41; wanted += 1) {
              expect(results.find(wanted)).toBe(results.expected(wanted));
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('looks at the newest result of an id first, and at no number of another hash', () => {
    const results = new Results(BEYOND_32_BITS);
    for (const id of [4, 1, 8, 4, 2]) results.store(id);
    expect(results.find(4)).toBe(BEYOND_32_BITS + 3);
    expect(results.lookedAt).toEqual([BEYOND_32_BITS + 3]);
    expect(results.find(12)).toBeUndefined();
    expect(results.lookedAt).toEqual([3, 2, 0].map((offset) => BEYOND_32_BITS + offset));
  });

  it('throws a generation away when none of its results is kept, and not before', () => {
    const results = new Results(0);
    for (let id = 0; id < 100; id += 1) results.store(id);
    const generations = results.index.generations;
    expect(generations).toBe(Math.ceil(100 / Math.floor(SLOTS * 0.6)));
    results.drop(8);
    expect(results.index.generations).toBe(generations);
    results.drop(1);
    expect(results.index.generations).toBe(generations - 1);
    results.drop(91);
    expect(results.index.generations).toBe(0);
  });

  it('takes no room for what was taken back, however often that happens', () => {
    const results = new Results(0);
    for (let round = 0; round < 1000; round += 1) {
      for (let id = 0; id < 20; id += 1) results.store(id + round);
      results.undo(20);
    }
    expect(results.index.generations).toBe(0);
  });

  it('begins another generation where numbers are too far apart', () => {
    const index = new ResultIndex(narrow, SLOTS);
    index.insert(idOf(1), 0, 0);
    index.insert(idOf(5), 0, 2 ** 33);
    const seen: number[] = [];
    index.find(idOf(9), (number) => void seen.push(number));
    expect(seen).toEqual([2 ** 33, 0]);
    expect(index.generations).toBe(2);
  });

  it('takes the ids of a record as they are packed in it', () => {
    const all = entries(50);
    const record = packRecord(all, false, 0);
    const index = new ResultIndex();
    index.add(1000, record);
    for (const at of all.keys()) {
      expect(index.find(record.idBytes(at), (number) => number)).toBe(1000 + at);
    }
  });
});

describe('the hash of ids', () => {
  it('is another in every process, and depends on each byte of the id', () => {
    const hash = randomIdHash();
    const id = randomBytes(20);
    expect(hash(id, 4)).toBe(hash(id.subarray(4), 0));
    expect(hash(id, 4)).not.toBe(randomIdHash()(id, 4));
    for (let at = 0; at < 16; at += 1) {
      const other = Buffer.from(id.subarray(4));
      other[at]! ^= 1;
      expect(hash(other, 0)).not.toBe(hash(id, 4));
    }
  });
});
