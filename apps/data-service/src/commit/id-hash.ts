import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';

/** An id is kept with its length in one byte; account ids have 65 characters at most. */
const LENGTH_MAX = 2 ** 8 - 1;
/** Ids are kept with one byte for each character; those of account ids are all ASCII. */
const CHARACTER_MAX = 2 ** 8 - 1;

/** Secret factors for `IdHash`: whoever knows them can choose ids that all hash alike. */
export function randomFactors(): Int32Array {
  return randomFillSync(new Int32Array(LENGTH_MAX));
}

/**
 * Takes one id after the other: as the bytes that are kept of it, and hashed. Makes no objects.
 *
 * The hash is the sum of all characters, each times a secret factor of its place, mixed. Clients choose ids, but without
 * the factors nobody can choose two that hash alike with a chance above 1 in 2 ** 25, however alike the ids are.
 */
export class IdHash {
  readonly #factors: Int32Array;
  readonly #bytes = new Uint8Array(LENGTH_MAX + 1);
  /** The id that was taken last: its length, its characters, and zeros up to the end of a word. */
  readonly words = new Int32Array(this.#bytes.buffer);
  /** How many of the words it takes. */
  wordCount = 0;
  hash = 0;

  constructor(factors: Int32Array) {
    assert(factors.length === LENGTH_MAX);
    this.#factors = factors;
  }

  /** `false`: no such id can be kept, for it is too long or has characters that no byte can hold. */
  take(id: string): boolean {
    const { length } = id;
    if (length > LENGTH_MAX) return false;
    const bytes = this.#bytes;
    const factors = this.#factors;
    this.wordCount = (length >> 2) + 1;
    this.words[length >> 2] = 0;
    bytes[0] = length;
    let bits = 0;
    let sum = 0;
    for (let index = 0; index < length; index += 1) {
      const character = id.charCodeAt(index);
      bits |= character;
      bytes[index + 1] = character;
      sum = (sum + Math.imul(character, factors[index]!)) | 0;
    }
    this.hash = mixed(sum);
    return bits <= CHARACTER_MAX;
  }

  /** The hash of the id whose bytes are kept at `start`. */
  ofBytes(bytes: Uint8Array, start: number): number {
    const length = bytes[start]!;
    let sum = 0;
    for (let index = 0; index < length; index += 1)
      sum = (sum + Math.imul(bytes[start + 1 + index]!, this.#factors[index]!)) | 0;
    return mixed(sum);
  }
}

/** Each bit depends on all bits, and no two sums become the same (the last step of MurmurHash3). */
function mixed(sum: number): number {
  let hash = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
