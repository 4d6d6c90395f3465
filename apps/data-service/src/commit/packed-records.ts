import assert from 'node:assert/strict';
import { HashTable, NONE } from './hash-table.ts';
import { IdHash } from './id-hash.ts';

/**
 * Doubles in a chunk: no growth copies what is there. In smaller chunks, a million accounts are found more slowly. The system gives
 * so large a chunk (128 KB) its memory page by page, so that few records take little.
 */
const CHUNK_BITS = 14;
const CHUNK_LENGTH = 2 ** CHUNK_BITS;
/** A place is kept in 31 bits. */
const CHUNKS_MAX = 2 ** 31 / CHUNK_LENGTH;

/**
 * Records of a fixed number of fields by id, in the order in which they came: the fields as doubles, then the id as bytes, one
 * record behind the other. They leave in the order in which they came, so chunks become free as a whole, whatever the
 * lengths of ids. A record is known by its place, which stays the same for as long as it is here. Looking one up makes no objects.
 */
export class PackedRecords {
  readonly #fieldCount: number;
  readonly #id: IdHash;
  readonly #table = new HashTable();
  readonly #chunks: Chunk[] = [];
  /** Numbers of the chunks with records, in the order in which they were begun. */
  readonly #begun: number[] = [];
  readonly #free: number[] = [];
  /** Where in its chunk the first record starts. */
  #firstStart = 0;

  /** `factors`: see IdHash. */
  constructor(fieldCount: number, factors: Int32Array) {
    this.#fieldCount = fieldCount;
    this.#id = new IdHash(factors);
  }

  get size(): number {
    return this.#table.size;
  }

  /** The place of the record, or NONE. */
  find(id: string): number {
    return this.#id.take(id) ? this.#findTaken() : NONE;
  }

  /** The place of the record with this id, which is added when there is none: then its fields are whatever was there before. */
  findOrAdd(id: string): number {
    if (!this.#id.take(id)) assert.fail('an id that no record can have');
    const found = this.#findTaken();
    return found === NONE ? this.#addTaken() : found;
  }

  /** The doubles among which are the fields of the record at `place`, from `startOf(place)` on. */
  doublesAt(place: number): Float64Array {
    return this.#chunks[place >> CHUNK_BITS]!.doubles;
  }

  /** Removes the record that came first. There must be one. */
  deleteFirst(): void {
    const number = this.#begun[0]!;
    const chunk = this.#chunks[number]!;
    const idStart = (this.#firstStart + this.#fieldCount) * Float64Array.BYTES_PER_ELEMENT;
    this.#table.delete(this.#id.ofBytes(chunk.bytes, idStart), number * CHUNK_LENGTH + this.#firstStart);
    this.#firstStart += this.#fieldCount + doublesOfId(chunk.bytes[idStart]!);
    if (this.#firstStart < chunk.end) return;
    this.#begun.shift();
    this.#free.push(number);
    this.#firstStart = 0;
  }

  /** Removes all. The chunks stay: whoever clears fills them again at once. */
  clear(): void {
    this.#table.clear();
    for (const number of this.#begun) this.#free.push(number);
    this.#begun.length = 0;
    this.#firstStart = 0;
  }

  #findTaken(): number {
    const { hash } = this.#id;
    for (let slot = this.#table.first(hash); slot !== NONE; slot = this.#table.next(hash, slot)) {
      const place = this.#table.placeIn(slot);
      if (this.#isIdAt(place)) return place;
    }
    return NONE;
  }

  #isIdAt(place: number): boolean {
    const { words, wordCount } = this.#id;
    const kept = this.#chunks[place >> CHUNK_BITS]!.words;
    const start = 2 * (startOf(place) + this.#fieldCount);
    for (let index = 0; index < wordCount; index += 1) if (kept[start + index] !== words[index]) return false;
    return true;
  }

  #addTaken(): number {
    const { words, wordCount, hash } = this.#id;
    const length = this.#fieldCount + Math.ceil(wordCount / 2);
    const number = this.#chunkFor(length);
    const chunk = this.#chunks[number]!;
    const place = number * CHUNK_LENGTH + chunk.end;
    const start = 2 * (chunk.end + this.#fieldCount);
    for (let index = 0; index < wordCount; index += 1) chunk.words[start + index] = words[index]!;
    this.#table.add(hash, place);
    chunk.end += length;
    return place;
  }

  /** The number of a chunk that has room for so many doubles. */
  #chunkFor(length: number): number {
    const last = this.#begun.at(-1);
    if (last !== undefined && this.#chunks[last]!.end + length <= CHUNK_LENGTH) return last;
    const number = this.#free.pop() ?? this.#newChunk();
    this.#chunks[number]!.end = 0;
    this.#begun.push(number);
    return number;
  }

  #newChunk(): number {
    assert(this.#chunks.length < CHUNKS_MAX);
    const doubles = new Float64Array(CHUNK_LENGTH);
    const { buffer } = doubles;
    return (
      this.#chunks.push({ doubles, words: new Int32Array(buffer), bytes: new Uint8Array(buffer), end: 0 }) - 1
    );
  }
}

/** Where in `doublesAt(place)` the fields of a record begin. */
export function startOf(place: number): number {
  return place & (CHUNK_LENGTH - 1);
}

/** The same memory in three ways. */
interface Chunk {
  readonly doubles: Float64Array;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** How many doubles records take. */
  end: number;
}

/** How many doubles an id with so many characters takes, with its length. */
function doublesOfId(length: number): number {
  return (length >> 3) + 1;
}
