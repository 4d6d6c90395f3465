import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, pairedRatio, spread } from '../src/statistics.ts';

const figures = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('has as many values above it as below it', () => {
    fc.assert(
      fc.property(figures, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('does not exist for nothing', () => {
    expect(() => median([])).toThrow('nothing has no median');
  });
});

describe('a spread', () => {
  it('tells the lowest, the middle and the highest round', () => {
    expect(spread([5, 9, 7])).toEqual({ median: 7, min: 5, max: 9 });
  });
});

describe('a paired ratio', () => {
  it('compares what was measured in the same round', () => {
    // The machine was half as fast in the second round: for both.
    expect(pairedRatio([100, 50, 100], [10, 5, 10])).toEqual({ median: 10, min: 10, max: 10 });
  });

  it('is that of the rounds which both have', () => {
    expect(pairedRatio([30, 40], [10])).toEqual({ median: 3, min: 3, max: 3 });
    expect(pairedRatio([30], [])).toBeUndefined();
  });
});
