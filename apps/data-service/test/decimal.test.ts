import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalText } from '../src/export/decimal.ts';

describe('an amount as decimal text', () => {
  it.each([
    [0, 2, '0.00'],
    [5, 2, '0.05'],
    [-5, 2, '-0.05'],
    [-2_500, 2, '-25.00'],
    [1_500, 0, '1500'],
    [-7, 3, '-0.007'],
    [Number.MAX_SAFE_INTEGER, 2, '90071992547409.91'],
  ])('%i with %i digits is %s', (amount, digits, text) => {
    expect(decimalText(amount, digits)).toBe(text);
  });

  it('is exact for every amount (I10)', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(0, 2, 3, 4), (amount, digits) => {
        const text = decimalText(amount, digits);
        expect(BigInt(text.replace('.', ''))).toBe(BigInt(amount));
        expect(text).toMatch(digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${digits}}$`));
      }),
    );
  });
});
