import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutIntoRuns,
  DamagedRecordError,
  OperationRecord,
  packRecord,
} from '../src/queue/operation-record.ts';
import { readUuid, uuidBytes } from '../src/queue/uuid.ts';

const anEntry = fc.record({
  id: fc.uuid(),
  json: fc.json().map((value) => JSON.stringify({ value })),
  named: fc.record({ currency: fc.boolean(), amount: fc.boolean() }),
});
const someEntries = fc.array(anEntry, { minLength: 1, maxLength: 30 });

describe('a record of operations', () => {
  it('gives back what was packed into it', () => {
    fc.assert(
      fc.property(someEntries, fc.boolean(), fc.nat(), (entries, atomic, atMs) => {
        const record = OperationRecord.read(packRecord(entries, atomic, atMs).bytes);
        expect([record.atomic, record.packedAtMs, record.count]).toEqual([atomic, atMs, entries.length]);
        const unpacked = entries.map((_, index) => ({
          id: record.id(index),
          json: record.json(index),
          named: record.named(index),
        }));
        expect(unpacked).toEqual(entries);
        expect(record.joined(0, record.count).toString()).toBe(entries.map(({ json }) => json).join(','));
      }),
    );
  });

  it('is not read when any byte of it is another', () => {
    fc.assert(
      fc.property(someEntries, fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, at, change) => {
        const { bytes } = packRecord(entries, false, 1);
        bytes[at % bytes.length]! ^= change;
        expect(() => OperationRecord.read(bytes)).toThrow(DamagedRecordError);
      }),
    );
  });

  it('is not read when a part of it is missing', () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        const { bytes } = packRecord(entries, false, 1);
        expect(() => OperationRecord.read(bytes.subarray(0, -1))).toThrow(DamagedRecordError);
      }),
    );
  });

  it('is one of several runs that hold all, in order, and within the limits', () => {
    const limits = { operationsMax: 4, bytesMax: 200 };
    fc.assert(
      fc.property(someEntries, (entries) => {
        const runs = cutIntoRuns(entries, limits);
        expect(runs.flat()).toEqual(entries);
        for (const run of runs) {
          expect(run.length).toBeLessThanOrEqual(limits.operationsMax);
          const length = run.reduce((sum, { json }) => sum + json.length, 0);
          if (run.length > 1) expect(length).toBeLessThanOrEqual(limits.bytesMax);
        }
      }),
    );
  });
});

describe('a UUID', () => {
  it('is the same after it was 16 bytes', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(readUuid(uuidBytes(uuid), 0)).toBe(uuid);
      }),
    );
  });

  it.each([
    '',
    'x',
    '01890A5D-AC96-774B-BCCE-B302099A8057',
    '01890a5d-ac96-774b-bcce-b302099a805g',
    '01890a5d-ac96-774b-bcce-b302099a805é',
  ])('is not read when it is not one in lower case: %s', (text) => {
    expect(() => uuidBytes(text)).toThrow();
  });
});
