import { CURRENCY_CODES, currencyDigits as digitsOfContract } from '@lastro/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyDigits } from '../src/money/currency-digits.ts';
import { formatMoney, formatMoneyNumber } from '../src/money/format-money.ts';
import { parseMoney } from '../src/money/parse-money.ts';

const anyMinor = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const anyCurrency = fc.constantFrom(...CURRENCY_CODES);
const anyLanguage = fc.constantFrom('en', 'pt-BR');

const spaced = (text: string) => text.replaceAll('\u00a0', ' ');

it('has the digits of every currency that the contract has', () => {
  for (const currency of CURRENCY_CODES)
    expect([currency, currencyDigits(currency)]).toEqual([currency, digitsOfContract(currency)]);
});

describe('money, as it is shown', () => {
  it.each([
    [123_456, 'BRL', 'pt-BR', 'R$ 1.234,56'],
    [123_456, 'BRL', 'en', 'R$1,234.56'],
    [-5, 'BRL', 'pt-BR', '-R$ 0,05'],
    [1_500, 'JPY', 'en', '¥1,500'],
    [1_234_567, 'BHD', 'en', 'BHD 1,234.567'],
    // `Intl` shows it without decimals of its own accord, and 12345 minor units would look like 12,345.
    [12_345, 'AFN', 'en', 'AFN 123.45'],
    ['123456789012345678901234567890', 'BRL', 'en', 'R$1,234,567,890,123,456,789,012,345,678.90'],
  ])('%s minor units of %s in %s', (minor, currency, language, shown) => {
    expect(spaced(formatMoney(minor, currency, language))).toBe(shown);
  });

  it('is exact for every amount (I10), and read back as it was', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, anyLanguage, (minor, currency, language) => {
        const shown = formatMoneyNumber(minor, currency, language);
        expect(BigInt(shown.replaceAll(/[^\d-]/g, ''))).toBe(BigInt(minor));
        expect(parseMoney(shown, currency, language)).toEqual({ minor });
      }),
    );
  });
});

describe('money, as it is written', () => {
  it.each([
    ['1.234,56', 'BRL', 'pt-BR', 123_456],
    ['1234,56', 'BRL', 'pt-BR', 123_456],
    ['1.234', 'BRL', 'pt-BR', 123_400],
    ['1,234.56', 'BRL', 'en', 123_456],
    ['1234.5', 'BRL', 'en', 123_450],
    [' 12 ', 'BRL', 'en', 1_200],
    ['.5', 'BRL', 'en', 50],
    ['5.', 'BRL', 'en', 500],
    ['+5', 'BRL', 'en', 500],
    ['-0.01', 'BRL', 'en', -1],
    ['-0', 'BRL', 'en', 0],
    ['1,500', 'JPY', 'en', 1_500],
    ['90,071,992,547,409.91', 'BRL', 'en', Number.MAX_SAFE_INTEGER],
  ])('%s %s in %s', (text, currency, language, minor) => {
    expect(parseMoney(text, currency, language)).toEqual({ minor });
  });

  it.each([
    ['', 'BRL', 'en', 'empty'],
    ['  ', 'BRL', 'en', 'empty'],
    ['abc', 'BRL', 'en', 'not_an_amount'],
    ['1.234,56', 'BRL', 'en', 'not_an_amount'],
    ['1,234.56', 'BRL', 'pt-BR', 'not_an_amount'],
    ['1234.56', 'BRL', 'pt-BR', 'not_an_amount'],
    ['1,23', 'BRL', 'en', 'not_an_amount'],
    ['1,2345', 'BRL', 'en', 'not_an_amount'],
    ['1.2.3', 'BRL', 'en', 'not_an_amount'],
    ['.', 'BRL', 'en', 'not_an_amount'],
    ['-', 'BRL', 'en', 'not_an_amount'],
    ['1e3', 'BRL', 'en', 'not_an_amount'],
    ['١٢', 'BRL', 'en', 'not_an_amount'],
    ['1.234', 'BRL', 'en', 'too_many_decimals'],
    ['1.0', 'JPY', 'en', 'too_many_decimals'],
    ['90,071,992,547,409.92', 'BRL', 'en', 'too_large'],
    ['9'.repeat(41), 'BRL', 'en', 'not_an_amount'],
  ])('%j %s in %s is %s', (text, currency, language, fault) => {
    expect(parseMoney(text, currency, language)).toEqual({ fault });
  });

  it('is whole minor units or a fault, whatever is written', () => {
    const anyText = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9., ]{0,20}$/));
    fc.assert(
      fc.property(anyText, anyCurrency, anyLanguage, (text, currency, language) => {
        const parsed = parseMoney(text, currency, language);
        if ('minor' in parsed) expect(Number.isSafeInteger(parsed.minor)).toBe(true);
        else expect(parsed.fault).toMatch(/^\w+$/);
      }),
    );
  });
});
