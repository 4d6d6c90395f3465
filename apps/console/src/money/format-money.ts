import { currencyDigits } from './currency-digits.ts';

/** An amount of whole minor units: a number up to 2^53 - 1, or text or a BigInt where a sum may pass that. */
export type MinorUnits = number | string | bigint;

const formats = new Map<string, Intl.NumberFormat>();

/** An amount with its currency, such as `R$ 1.234,50`, with all the decimals of the currency and exact whatever its size (I10). */
export function formatMoney(minor: MinorUnits, currency: string, language: string): string {
  return format(minor, currency, language, 'currency');
}

/** The number of `formatMoney` by itself, for columns of one currency. */
export function formatMoneyNumber(minor: MinorUnits, currency: string, language: string): string {
  return format(minor, currency, language, 'decimal');
}

/** Text on the whole way: `Intl` formats decimal text exactly, and no float is made. */
function format(
  minor: MinorUnits,
  currency: string,
  language: string,
  style: 'currency' | 'decimal',
): string {
  const digits = currencyDigits(currency);
  const name = `${language} ${style} ${currency}`;
  let found = formats.get(name);
  if (found === undefined) {
    found = new Intl.NumberFormat(language, {
      style,
      ...(style === 'currency' ? { currency } : {}),
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(name, found);
  }
  return found.format(decimalText(minor, digits) as Intl.StringNumericLiteral);
}

/** `-1234` with two digits is `-12.34`. */
export function decimalText(minor: MinorUnits, digits: number): string {
  const text = BigInt(minor).toString();
  const sign = text.startsWith('-') ? '-' : '';
  const figures = text.slice(sign.length).padStart(digits + 1, '0');
  const at = figures.length - digits;
  return digits === 0 ? sign + figures : `${sign}${figures.slice(0, at)}.${figures.slice(at)}`;
}
