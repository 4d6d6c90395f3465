import { currencyDigits } from './currency.ts';

/** What was typed is no amount, or could mean two. The message is one sentence that says how to write it. */
export class AmountError extends Error {
  override readonly name = 'AmountError';
}

const TEXT_MAX = 40;
const PARTS = /^(-?)([0-9][0-9.,]*)$/;
const GROUPS = /^[1-9][0-9]{0,2}([.,][0-9]{3})+$/;

/**
 * Reads an amount as people write it, `100`, `100.5`, `100,50`, `1,234.50` or `1.234,50`, in whole minor units of
 * `currency`, through text alone and never a fraction (I10). What the command line prints, it reads back. What could
 * mean two amounts, such as `1.234` reais, is refused: a guess would be wrong by a factor of a thousand.
 *
 * @throws AmountError
 */
export function parseAmount(text: string, currency: string, digits = currencyDigits(currency)): number {
  const [, sign = '', number = ''] = (text.length <= TEXT_MAX ? PARTS.exec(text) : null) ?? [];
  const { whole, decimals } = splitNumber(number, digits) ?? refuse(text, currency, digits);
  if (decimals.length > digits) {
    throw new AmountError(`'${text}' is more exact than ${currency} is: it has ${digitsText(digits)}`);
  }
  const minor = BigInt(whole + decimals.padEnd(digits, '0'));
  if (minor > BigInt(Number.MAX_SAFE_INTEGER))
    throw new AmountError(`'${text}' is more than the bank can hold`);
  return Number(sign === '-' ? -minor : minor);
}

interface NumberParts {
  readonly whole: string;
  readonly decimals: string;
}

/** The whole part, without separators, and the decimals; `undefined` when it is not clear which is which. */
function splitNumber(number: string, digits: number): NumberParts | undefined {
  const separators = number.replaceAll(/[0-9]/g, '');
  const last = separators.at(-1);
  if (last === undefined) return number === '' ? undefined : { whole: number, decimals: '' };
  const decimalsAt = number.lastIndexOf(last);
  const before = number.slice(0, decimalsAt);
  const after = number.slice(decimalsAt + 1);
  const different = new Set(separators).size;
  if (separators.length > 1 && different === 1) return ungroup(number);
  if (separators.length > 1) {
    // Thousands with the one sign, then decimals with the other, which comes once.
    const wellFormed =
      after !== '' && separators.indexOf(last) === separators.length - 1 && GROUPS.test(before);
    return wellFormed ? { whole: before.replaceAll(/[.,]/g, ''), decimals: after } : undefined;
  }
  if (after === '') return undefined;
  if (!couldBeThousands(before, after)) return { whole: before, decimals: after };
  return splitThreeAfterOne(before, after, last, digits);
}

/**
 * `1.234` and `1,234` are read only in the form that the command line itself prints: a comma between thousands where
 * there are no decimals to print, a point before the decimals where there are three.
 */
function splitThreeAfterOne(
  before: string,
  after: string,
  separator: string,
  digits: number,
): NumberParts | undefined {
  if (digits === 0 && separator === ',') return { whole: before + after, decimals: '' };
  if (digits === 3 && separator === '.') return { whole: before, decimals: after };
  return undefined;
}

function couldBeThousands(before: string, after: string): boolean {
  return after.length === 3 && /^[1-9][0-9]{0,2}$/.test(before);
}

function ungroup(number: string): NumberParts | undefined {
  return GROUPS.test(number) ? { whole: number.replaceAll(/[.,]/g, ''), decimals: '' } : undefined;
}

function refuse(text: string, currency: string, digits: number): never {
  const [, before, after] = /^-?([1-9][0-9]{0,2})[.,]([0-9]{3})$/.exec(text) ?? [];
  if (before !== undefined && after !== undefined) {
    const thousands = formatDecimal(`${before}${after}`, digits).replaceAll(',', '');
    throw new AmountError(
      `'${text}' could mean ${before}${after} or ${before} and a part: write ${thousands} for the first`,
    );
  }
  const example =
    digits === 0
      ? '100 or 1500'
      : `100, ${formatDecimal('100', digits)} or ${formatDecimal('100', digits).replace('.', ',')}`;
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text;
  throw new AmountError(`'${shown}' is not an amount in ${currency}: write it like ${example}`);
}

/** An amount for people, such as `1,234.50 BRL`: with all the decimals of its currency, exact whatever its size. */
export function formatAmount(minor: number, currency: string): string {
  return `${formatNumber(minor, currencyDigits(currency))} ${currency}`;
}

/** The number of `formatAmount` by itself, for columns of one currency. */
export function formatNumber(minor: number | bigint, digits: number): string {
  if (typeof minor === 'number' && !Number.isSafeInteger(minor))
    throw new RangeError(`${minor} is not a whole number of minor units`);
  const text = String(minor < 0 ? -minor : minor).padStart(digits + 1, '0');
  const at = text.length - digits;
  const decimal = digits === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`;
  return (minor < 0 ? '-' : '') + formatDecimal(decimal, digits);
}

/** Given as text, the number is formatted as it stands there and is never a float on the way. */
function formatDecimal(decimal: string, digits: number): string {
  const format = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(decimal as Intl.StringNumericLiteral);
}

function digitsText(digits: number): string {
  return digits === 0 ? 'no decimals' : `${digits} decimals`;
}
