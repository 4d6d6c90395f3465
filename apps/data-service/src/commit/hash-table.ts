import assert from 'node:assert/strict';

/** No such slot, no such place. */
export const NONE = -1;

const SLOTS_MIN = 2 ** 4;
/** Higher than is usual: the hashes stand beside the places, so that a long search still reads from one line of memory or two. */
const LOAD_MAX = 0.75;

/**
 * Where things are, by their hashes: open addressing with linear probing, in one array of numbers. Whoever looks for
 * something compares it with what is at each place of the same hash.
 */
export class HashTable {
  #size = 0;
  #mask = SLOTS_MIN - 1;
  /** For each slot a hash and a place + 1; 0: the slot is empty. */
  #slots = new Int32Array(2 * SLOTS_MIN);

  get size(): number {
    return this.#size;
  }

  /** The first slot with this hash, or NONE. */
  first(hash: number): number {
    return this.#seek(hash, hash & this.#mask);
  }

  /** The next one with this hash behind `slot`, or NONE. */
  next(hash: number, slot: number): number {
    return this.#seek(hash, (slot + 1) & this.#mask);
  }

  placeIn(slot: number): number {
    return this.#slots[2 * slot + 1]! - 1;
  }

  add(hash: number, place: number): void {
    if (this.#size + 1 > LOAD_MAX * (this.#mask + 1)) this.#grow();
    this.#put(hash, place + 1);
    this.#size += 1;
  }

  /** Empties the slot of `place`, which must be here. */
  delete(hash: number, place: number): void {
    let slot = this.first(hash);
    while (slot !== NONE && this.placeIn(slot) !== place) slot = this.next(hash, slot);
    assert(slot !== NONE);
    this.#empty(slot);
    this.#size -= 1;
  }

  clear(): void {
    this.#size = 0;
    this.#mask = SLOTS_MIN - 1;
    this.#slots = new Int32Array(2 * SLOTS_MIN);
  }

  #seek(hash: number, from: number): number {
    const slots = this.#slots;
    for (let slot = from; slots[2 * slot + 1] !== 0; slot = (slot + 1) & this.#mask)
      if (slots[2 * slot] === hash) return slot;
    return NONE;
  }

  #put(hash: number, entry: number): void {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = entry;
  }

  /** What stands behind moves up, so that no search ends too early at the empty slot. */
  #empty(slot: number): void {
    const slots = this.#slots;
    let gap = slot;
    for (let next = (gap + 1) & this.#mask; slots[2 * next + 1] !== 0; next = (next + 1) & this.#mask) {
      const home = slots[2 * next]! & this.#mask;
      // Only what does not have to stand behind the gap.
      if (((next - home) & this.#mask) < ((next - gap) & this.#mask)) continue;
      slots[2 * gap] = slots[2 * next]!;
      slots[2 * gap + 1] = slots[2 * next + 1]!;
      gap = next;
    }
    slots[2 * gap + 1] = 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = old.length - 1;
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#put(old[at]!, old[at + 1]!);
  }
}
