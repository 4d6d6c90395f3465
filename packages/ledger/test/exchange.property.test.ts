import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertMinor, MINOR_MAX } from '../src/index.ts';

const CENTS = { from: 2, to: 2 };

describe('an amount in another currency', () => {
  it.each([
    [10_000, '5.4321', CENTS, 54_321],
    [100, '0.5', CENTS, 50],
    // Half to even: 0.5 of a cent is dropped, 1.5 becomes 2, 2.5 too.
    [1, '1.5', CENTS, 2],
    [1, '2.5', CENTS, 2],
    [3, '0.5', CENTS, 2],
    [1, '2.5000001', CENTS, 3],
    // Reais to yen, which have no cents, and to dinars, which have three decimals.
    [12_345, '27.18', { from: 2, to: 0 }, 3_355],
    [12_345, '0.0561', { from: 2, to: 3 }, 6_926],
    [1, '0.4', CENTS, undefined],
    [MINOR_MAX, '1.1', CENTS, undefined],
    [MINOR_MAX, '1', CENTS, MINOR_MAX],
  ])('%i at %s is %j: %s', (amount, rate, digits, expected) => {
    expect(convertMinor(amount, rate, digits)).toBe(expected);
  });

  it('is never off by more than half of a minor unit', () => {
    const decimals = fc.stringMatching(/^[0-9]{1,12}$/);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 12 }),
        fc.nat({ max: 999 }),
        decimals,
        fc.constantFrom(0, 2, 3),
        (amount, whole, part, to) => {
          const converted = convertMinor(amount, `${whole}.${part}`, { from: 2, to });
          fc.pre(converted !== undefined);
          const scale = 10n ** BigInt(2 + part.length);
          const exact = BigInt(amount) * BigInt(`${whole}${part}`) * 10n ** BigInt(to);
          const off = BigInt(converted) * scale - exact;
          expect((off < 0n ? -off : off) * 2n <= scale).toBe(true);
        },
      ),
    );
  });

  it.each(['', '1.', '.5', '-1', '1e3', '1,5', ' 1'])('is not computed with a rate of "%s"', (rate) => {
    expect(() => convertMinor(1, rate, CENTS)).toThrow(RangeError);
  });
});
