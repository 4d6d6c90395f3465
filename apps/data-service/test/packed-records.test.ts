import { describe, expect, it } from 'vitest';
import { NONE } from '../src/commit/hash-table.ts';
import { randomFactors } from '../src/commit/id-hash.ts';
import { PackedRecords, startOf } from '../src/commit/packed-records.ts';

const FIELD_COUNT = 3;
/** Doubles of a record with the longest id: its length, and 255 characters. */
const LENGTH_MAX = FIELD_COUNT + 32;

/** Ids of all lengths up to 64. */
function idOf(number: number): string {
  return `${number}`.padEnd(number % 65, '-');
}

function put(records: PackedRecords, number: number): number {
  const place = records.findOrAdd(idOf(number));
  records.doublesAt(place).fill(number, startOf(place), startOf(place) + FIELD_COUNT);
  return place;
}

function fieldsOf(records: PackedRecords, number: number): Float64Array | undefined {
  const place = records.find(idOf(number));
  if (place === NONE) return undefined;
  return records.doublesAt(place).slice(startOf(place), startOf(place) + FIELD_COUNT);
}

describe('packed records', () => {
  it('use the room of those that left again, whatever the lengths of their ids', () => {
    const records = new PackedRecords(FIELD_COUNT, randomFactors());
    const keptMax = 3_000;
    let placeMax = 0;
    for (let number = 0; number < 60_000; number += 1) {
      placeMax = Math.max(placeMax, put(records, number));
      if (records.size > keptMax) records.deleteFirst();
    }
    expect(placeMax).toBeLessThan(keptMax * LENGTH_MAX);
    for (let number = 60_000 - keptMax; number < 60_000; number += 1)
      expect(fieldsOf(records, number)).toEqual(new Float64Array(FIELD_COUNT).fill(number));
    expect(fieldsOf(records, 60_000 - keptMax - 1)).toBeUndefined();
  });

  it('use the same room after each clear', () => {
    const records = new PackedRecords(FIELD_COUNT, randomFactors());
    let placeMax = 0;
    for (let round = 0; round < 200; round += 1) {
      for (let number = 0; number < 500; number += 1) placeMax = Math.max(placeMax, put(records, number));
      if (round % 2 === 0) for (let left = 0; left < 500; left += 1) records.deleteFirst();
      records.clear();
      expect([records.size, records.find(idOf(7))]).toEqual([0, NONE]);
    }
    expect(placeMax).toBeLessThan(500 * LENGTH_MAX);
  });

  it('stay where they are while others come and go', () => {
    const records = new PackedRecords(FIELD_COUNT, randomFactors());
    for (let number = 0; number < 2_000; number += 1) put(records, number);
    const place = records.find(idOf(1_999));
    for (let number = 2_000; number < 5_000; number += 1) put(records, number);
    for (let number = 0; number < 1_999; number += 1) records.deleteFirst();
    expect([records.find(idOf(1_999)), put(records, 1_999)]).toEqual([place, place]);
    records.deleteFirst();
    expect(records.find(idOf(1_999))).toBe(NONE);
  });
});
