import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmountError, formatAmount, formatNumber, parseAmount } from '../src/amount-text.ts';

const digitsOfCurrencies = fc.integer({ min: 0, max: 4 });
const minorUnits = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2_000_000, max: 2_000_000 }));

describe('an amount as people write it', () => {
  it.each([
    ['BRL', '100', 10_000],
    ['BRL', '100.50', 10_050],
    ['BRL', '100,50', 10_050],
    ['BRL', '100.5', 10_050],
    ['BRL', '0.01', 1],
    ['BRL', '0', 0],
    ['BRL', '007', 700],
    ['BRL', '1234.5', 123_450],
    ['BRL', '1,234.50', 123_450],
    ['BRL', '1.234,50', 123_450],
    ['BRL', '1.234.567', 123_456_700],
    ['BRL', '1,234,567', 123_456_700],
    ['BRL', '1.234.567,8', 123_456_780],
    ['BRL', '-5', -500],
    ['BRL', '90071992547409.91', 9_007_199_254_740_991],
    ['JPY', '1500', 1_500],
    ['JPY', '1,500', 1_500],
    ['JPY', '1.500.000', 1_500_000],
    ['BHD', '1.234', 1_234],
    ['BHD', '1.5', 1_500],
    ['BHD', '0,234', 234],
    ['BHD', '1234,567', 1_234_567],
    ['BHD', '1,234.567', 1_234_567],
    ['CLF', '1.2345', 12_345],
    ['CLF', '1234', 12_340_000],
  ])('%s %s is %i minor units', (currency, text, minor) => {
    expect(parseAmount(text, currency)).toBe(minor);
  });

  it.each([
    ['BRL', '1.234', "'1.234' could mean 1234 or 1 and a part: write 1234.00 for the first"],
    ['BRL', '1,234', "'1,234' could mean 1234 or 1 and a part: write 1234.00 for the first"],
    ['BRL', '-12.000', "'-12.000' could mean 12000 or 12 and a part: write 12000.00 for the first"],
    ['JPY', '1.234', "'1.234' could mean 1234 or 1 and a part: write 1234 for the first"],
    ['BHD', '1,234', "'1,234' could mean 1234 or 1 and a part: write 1234.000 for the first"],
    ['CLF', '1.234', "'1.234' could mean 1234 or 1 and a part: write 1234.0000 for the first"],
  ])('%s %s could mean two, and is refused', (currency, text, sentence) => {
    expect(() => parseAmount(text, currency)).toThrow(new AmountError(sentence));
  });

  it.each([
    ['BRL', '0.001', "'0.001' is more exact than BRL is: it has 2 decimals"],
    ['BRL', '1234.567', 'is more exact than BRL is'],
    ['BRL', '1,234.567', 'is more exact than BRL is'],
    ['JPY', '1.5', "'1.5' is more exact than JPY is: it has no decimals"],
    ['BRL', '90071992547409.92', 'is more than the bank can hold'],
    ['BRL', '99999999999999999999', 'is more than the bank can hold'],
    ['BRL', '1'.repeat(41), 'is not an amount in BRL'],
  ])('%s %s is refused', (currency, text, sentence) => {
    expect(() => parseAmount(text, currency)).toThrow(sentence);
  });

  it.each([
    ...[
      '',
      ' ',
      'abc',
      '12a',
      '1e3',
      '0x10',
      'NaN',
      'Infinity',
      '+5',
      '--5',
      '5-',
      '1 000',
      '1_000',
      '1’000',
      'R$ 5',
      '5 BRL',
    ],
    ...[
      '.5',
      ',5',
      '5.',
      '5,',
      '1..5',
      '1,,5',
      '1.2.3',
      '1,23,456.00',
      '12,34.56',
      '0,123,456',
      '1.234,567.89',
      '1,234,567.89.1',
    ],
    ...['１００', '١٠٠', '100\n', '100\u0000', '1,234.', '1234,567,890'],
  ])('%j is no amount', (text) => {
    expect(() => parseAmount(text, 'BRL')).toThrow(
      /^'.*' is not an amount in BRL: write it like 100, 100.00 or 100,00$/s,
    );
  });

  it('is never taken for something that was not written: the result, printed plainly, has the digits of the text', () => {
    const texts = fc.stringMatching(/^-?[0-9.,]{1,12}$/);
    fc.assert(
      fc.property(texts, digitsOfCurrencies, (text, digits) => {
        let minor: number;
        try {
          minor = parseAmount(text, 'XXX', digits);
        } catch (error) {
          expect(error).toBeInstanceOf(AmountError);
          return;
        }
        const written = text.replaceAll(/[^0-9]/g, '').replace(/^0+/, '');
        expect(String(Math.abs(minor)).replace(/^0+/, '').startsWith(written)).toBe(true);
        expect(String(Math.abs(minor)).replace(/^0+/, '').slice(written.length)).toMatch(/^0*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an amount as it is shown', () => {
  it.each([
    [0, 'BRL', '0.00 BRL'],
    [-1, 'BRL', '-0.01 BRL'],
    [123_456_789, 'BRL', '1,234,567.89 BRL'],
    [Number.MAX_SAFE_INTEGER, 'BRL', '90,071,992,547,409.91 BRL'],
    [-Number.MAX_SAFE_INTEGER, 'JPY', '-9,007,199,254,740,991 JPY'],
    [5, 'BHD', '0.005 BHD'],
    [12_345, 'CLF', '1.2345 CLF'],
  ])('%i minor units of %s are %s', (minor, currency, text) => {
    expect(formatAmount(minor, currency)).toBe(text);
  });

  it('is read back as what it was, for every amount and any number of decimals', () => {
    fc.assert(
      fc.property(minorUnits, digitsOfCurrencies, (minor, digits) => {
        // There is one zero: -0 is printed, and read, as 0.
        expect(parseAmount(formatNumber(minor, digits), 'XXX', digits)).toBe(minor + 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read back also with the comma and the point the other way round, where that is not ambiguous', () => {
    fc.assert(
      fc.property(minorUnits, fc.constantFrom(1, 2, 4), (minor, digits) => {
        const swapped = formatNumber(minor, digits).replaceAll(/[.,]/g, (sign) => (sign === '.' ? ',' : '.'));
        expect(parseAmount(swapped, 'XXX', digits)).toBe(minor + 0);
      }),
    );
  });

  it('is never made of a number that is not whole', () => {
    expect(() => formatAmount(0.5, 'BRL')).toThrow(RangeError);
  });
});
