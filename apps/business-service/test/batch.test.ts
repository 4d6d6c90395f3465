import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRecord } from '../src/queue/operation-record.ts';
import { Batch } from '../src/worker/batch.ts';
import { entries } from './entries.ts';

const records = fc.array(fc.record({ count: fc.integer({ min: 1, max: 6 }), atomic: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

function batchOf(shapes: readonly { count: number; atomic: boolean }[]): Batch {
  return Batch.of(
    shapes.map(({ count, atomic }, position) => ({
      position,
      record: packRecord(entries(count), atomic, 1),
    })),
  );
}

function idsInBody(batch: Batch): string[] {
  const { operations } = JSON.parse(batch.body().toString()) as { operations: { id: string }[] };
  return operations.map(({ id }) => id);
}

/** Halved until nothing can be halved any more, in order. */
function pieces(batch: Batch): Batch[] {
  return batch.halves()?.flatMap(pieces) ?? [batch];
}

describe('a batch', () => {
  it('has in its body the operations that it counts and names', () => {
    fc.assert(
      fc.property(records, (shapes) => {
        const batch = batchOf(shapes);
        const ids = [...batch.ids()];
        expect(idsInBody(batch)).toEqual(ids);
        expect(batch.count).toBe(ids.length);
        expect(batch.count).toBe(shapes.reduce((sum, { count }) => sum + count, 0));
      }),
    );
  });

  it('is halved into parts that make up the whole, in order', () => {
    fc.assert(
      fc.property(records, (shapes) => {
        const batch = batchOf(shapes);
        const halves = batch.halves();
        if (halves === undefined) return;
        expect(halves.flatMap((half) => idsInBody(half))).toEqual([...batch.ids()]);
        for (const half of halves) expect(half.count).toBeGreaterThan(0);
      }),
    );
  });

  it('comes down to single operations and whole atomic groups', () => {
    fc.assert(
      fc.property(records, (shapes) => {
        const sizes = shapes.flatMap(({ count, atomic }) =>
          atomic ? [count] : Array<number>(count).fill(1),
        );
        expect(pieces(batchOf(shapes)).map((piece) => piece.count)).toEqual(sizes);
      }),
    );
  });
});
