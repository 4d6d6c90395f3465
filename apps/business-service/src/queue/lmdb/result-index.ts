import assert from 'node:assert/strict';
import type { OperationRecord } from '../operation-record.ts';
import { type IdHash, randomIdHash } from './id-hash.ts';
import { readResults, type ResultsDatabase } from './results-database.ts';

/** Of one generation: a power of two. Two numbers of 32 bits each: 2 MiB. */
const SLOTS = 2 ** 18;
/** More than this part of the slots is not used, so that a search is short. */
const LOAD_MAX = 0.6;
/** An offset, and one more, has 32 bits. */
const OFFSET_MAX = 2 ** 32 - 2;

/**
 * Where the kept results are, by the id of the operation: in memory, 14 bytes for each, and read anew at the start. On disk it
 * would be the larger part of all writes, and each would fall on another page.
 *
 * It knows 32 bits of an id and the number of its result (results are numbered as they come), so whatever it finds has to be
 * compared with what is stored under that number; then nothing that is out of date in it does harm. It consists of
 * generations: entries go into the newest, and the oldest is thrown away as a whole when none of its results is kept.
 */
export class ResultIndex {
  readonly #hash: IdHash;
  readonly #slots: number;
  /** Newest first. */
  readonly #generations: Generation[] = [];

  constructor(hash = randomIdHash(), slots = SLOTS) {
    this.#hash = hash;
    this.#slots = slots;
  }

  /** The index of all that is in `results`. */
  static of(results: ResultsDatabase): ResultIndex {
    const index = new ResultIndex();
    for (const { key, value } of results.getRange()) index.add(key, readResults(value));
    return index;
  }

  /** How many generations there are. */
  get generations(): number {
    return this.#generations.length;
  }

  /** Adds the results of a record; the first has this number, and all have higher ones than whatever was added before. */
  add(firstNumber: number, record: OperationRecord): void {
    for (let index = 0; index < record.count; index += 1) {
      this.insert(record.bytes, record.idOffset(index), firstNumber + index);
    }
  }

  /** The id that begins at `offset` in `bytes` has the result of this number, a higher one than any before. */
  insert(bytes: Uint8Array, offset: number, number: number): void {
    let newest = this.#generations[0];
    if (newest === undefined || !newest.hasRoomFor(number)) {
      newest = new Generation(number, this.#slots);
      this.#generations.unshift(newest);
    }
    newest.insert(this.#hash(bytes, offset), number);
  }

  /**
   * Has `resultAt` look at the numbers that may be of `id`, the highest first, until it finds what it returns: it must compare
   * the id.
   */
  find<Result>(id: Uint8Array, resultAt: (number: number) => Result | undefined): Result | undefined {
    const hash = this.#hash(id, 0);
    for (const generation of this.#generations) {
      let number = generation.newest(hash, Infinity);
      while (number !== undefined) {
        const result = resultAt(number);
        if (result !== undefined) return result;
        number = generation.newest(hash, number);
      }
    }
    return undefined;
  }

  /** As if nothing had been added from this number on: it was not stored after all. */
  truncate(number: number): void {
    while (this.#generations[0] !== undefined && this.#generations[0].base >= number) {
      this.#generations.shift();
    }
    this.#generations[0]?.truncate(number);
  }

  /** Results below this number are kept no longer. */
  dropBelow(number: number): void {
    while ((this.#generations.at(-1)?.end ?? Infinity) <= number) this.#generations.pop();
  }
}

/** A hash table with open addressing and linear probing that only grows, but for its newest entries. */
class Generation {
  /** The lowest number in it. */
  readonly base: number;
  /** Of each slot: the hash of an id, and the offset of its number from the base, and one; 0: the slot is free. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  readonly #countMax: number;
  #count = 0;
  #end: number;

  constructor(base: number, slots: number) {
    this.base = base;
    this.#end = base;
    this.#slots = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
    this.#countMax = slots * LOAD_MAX;
  }

  /** All numbers in it are lower. */
  get end(): number {
    return this.#end;
  }

  hasRoomFor(number: number): boolean {
    return this.#count + 1 <= this.#countMax && number - this.base <= OFFSET_MAX;
  }

  insert(hash: number, number: number): void {
    assert(number >= this.#end, 'results are numbered as they come');
    let slot = hash & this.#mask;
    while (this.#slots[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = number - this.base + 1;
    this.#count += 1;
    this.#end = number + 1;
  }

  /** The highest number below `below` of an id with this hash. */
  newest(hash: number, below: number): number | undefined {
    const offsetMax = below - this.base;
    let newest = 0;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const offset = this.#slots[slot * 2 + 1]!;
      if (offset === 0) break;
      if (this.#slots[slot * 2] === hash && offset <= offsetMax && offset > newest) newest = offset;
    }
    return newest === 0 ? undefined : this.base + newest - 1;
  }

  /**
   * Frees the slots of all numbers from `number` on. They are the newest, so the others came when these slots were free, and
   * none of them is searched for past one.
   */
  truncate(number: number): void {
    const offsetMax = number - this.base;
    for (let at = 1; at < this.#slots.length; at += 2) {
      if (this.#slots[at]! <= offsetMax) continue;
      this.#slots[at] = 0;
      this.#count -= 1;
    }
    this.#end = Math.min(this.#end, number);
  }
}
