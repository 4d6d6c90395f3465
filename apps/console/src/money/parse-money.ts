import { currencyDigits } from './currency-digits.ts';

/** Why a text is no amount. */
export type MoneyFault = 'empty' | 'not_an_amount' | 'too_many_decimals' | 'too_large';

export type ParsedMoney = { readonly minor: number } | { readonly fault: MoneyFault };

const MINOR_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const TEXT_LENGTH_MAX = 40;

interface Separators {
  readonly decimal: string;
  readonly group: string;
}

/** What stands before the decimals, and between thousands, in a language. */
function separatorsOf(language: string): Separators {
  const parts = new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    useGrouping: true,
  }).formatToParts(12_345_678);
  const find = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return { decimal: find('decimal'), group: find('group') };
}

/**
 * An amount as people write it in `language`, with or without separators of thousands: `1.234,56` in Portuguese, `1,234.56` in English.
 * Separators must stand where they belong, so that `1.234` is never taken for something else than it says. Whole minor units come
 * out, by the digits of the currency; no float is made (I10).
 */
export function parseMoney(text: string, currency: string, language: string): ParsedMoney {
  const written = text
    .trim()
    .replace(/^\+/, '')
    .replaceAll(/[\u00a0\u202f]/g, ' ');
  if (written === '') return { fault: 'empty' };
  if (written.length > TEXT_LENGTH_MAX) return { fault: 'not_an_amount' };
  const isNegative = /^[-\u2212]/.test(written);
  const figures = figuresOf(isNegative ? written.slice(1) : written, separatorsOf(language));
  if (figures === undefined) return { fault: 'not_an_amount' };
  const digits = currencyDigits(currency);
  if (figures.decimals.length > digits) return { fault: 'too_many_decimals' };
  const minor = BigInt(figures.whole + figures.decimals.padEnd(digits, '0'));
  if (minor > MINOR_MAX) return { fault: 'too_large' };
  return { minor: isNegative && minor !== 0n ? -Number(minor) : Number(minor) };
}

interface Figures {
  readonly whole: string;
  readonly decimals: string;
}

function figuresOf(number: string, { decimal, group }: Separators): Figures | undefined {
  const [before = '', decimals = '', ...more] = number.split(decimal);
  const whole = ungroup(before, group);
  const isNumber = whole !== undefined && more.length === 0 && /^\d*$/.test(decimals);
  return isNumber && whole + decimals !== '' ? { whole, decimals } : undefined;
}

function ungroup(whole: string, group: string): string | undefined {
  if (/^\d*$/.test(whole)) return whole;
  const [first = '', ...rest] = whole.split(group);
  const grouped = /^\d{1,3}$/.test(first) && rest.every((three) => /^\d{3}$/.test(three));
  return grouped ? first + rest.join('') : undefined;
}
