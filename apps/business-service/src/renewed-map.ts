/** A smaller map is not worth a new one. */
const RENEWED_FROM_DELETIONS = 16;

/**
 * A Map for entries that come and go, thousands a second: now and then it moves to a new Map.
 *
 * When V8 makes room in a Map, the old table keeps its entries and a link to the new one, for iterators that may be under
 * way (OrderedHashTable::Rehash). Once such a table has become old, dead or not, every small collection takes it for alive:
 * it keeps the next table with its entries (and what hangs on those, whole requests), and so do all that follow, until the
 * next full collection. A business service copied 2 to 3 MB a second that way, and collected all of its memory every 10 s.
 */
export class RenewedMap<Key, Value> {
  #map = new Map<Key, Value>();
  #deletions = 0;

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#deletions >= Math.max(RENEWED_FROM_DELETIONS, this.#map.size)) {
      this.#map = new Map(this.#map);
      this.#deletions = 0;
    }
    this.#map.set(key, value);
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    const isThere = this.#map.delete(key);
    if (isThere) this.#deletions += 1;
    return isThere;
  }

  values(): IterableIterator<Value> {
    return this.#map.values();
  }

  /** In the order in which the keys were first set. What is set meanwhile may be left out. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map[Symbol.iterator]();
  }
}
