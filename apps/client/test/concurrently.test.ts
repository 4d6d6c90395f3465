import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrently, piecesOf } from '../src/concurrently.ts';

describe('work that is done at the same time', () => {
  it('does every item once, and never more at once than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.integer({ min: 1, max: 8 }), async (count, limit) => {
        const done: number[] = [];
        let underWay = 0;
        const items = Array.from({ length: count }, (_, index) => index);
        await concurrently(items, limit, async (item) => {
          underWay += 1;
          expect(underWay).toBeLessThanOrEqual(limit);
          await Promise.resolve();
          underWay -= 1;
          done.push(item);
        });
        expect(done.sort((a, b) => a - b)).toEqual(items);
      }),
    );
  });

  it('throws the first failure, begins nothing after it, and leaves nothing running', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = concurrently([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('one is wrong');
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(work).rejects.toThrow('one is wrong');
    expect([begun, ended]).toEqual([[0, 1], [0]]);
  });
});

describe('pieces of a list', () => {
  it('are the list, in order, none larger than asked and none empty', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 7 }), (items, size) => {
        const pieces = [...piecesOf(items, size)];
        expect(pieces.flat()).toEqual(items);
        expect(pieces.every(({ length }) => length > 0 && length <= size)).toBe(true);
      }),
    );
  });
});
