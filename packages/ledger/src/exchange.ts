import { MINOR_MAX } from './money.ts';

/** A decimal number as text: `5.4321`, `0.0184`. */
const DECIMAL = /^([0-9]{1,12})(?:\.([0-9]{1,12}))?$/;

/**
 * What `amount` minor units of one currency are in another, in its minor units: by `rate`, units of the other currency for
 * one unit of the first, as decimal text. Exact up to the last step, which rounds half to even, as banks do (ISO 80000-1,
 * annex B). No floating point touches money (I10).
 *
 * @returns `undefined` where nothing is left of it, or more than a balance can hold.
 * @throws RangeError when `rate` is no decimal number.
 */
export function convertMinor(
  amount: number,
  rate: string,
  digits: { readonly from: number; readonly to: number },
): number | undefined {
  const [, whole, decimals = ''] = DECIMAL.exec(rate) ?? [];
  if (whole === undefined) throw new RangeError(`'${rate}' is no decimal number`);
  const numerator = BigInt(amount) * BigInt(whole + decimals) * 10n ** BigInt(digits.to);
  const denominator = 10n ** BigInt(digits.from + decimals.length);
  const converted = divideHalfToEven(numerator, denominator);
  return converted >= 1n && converted <= BigInt(MINOR_MAX) ? Number(converted) : undefined;
}

function divideHalfToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twiceTheRest = (numerator % denominator) * 2n;
  const isUp = twiceTheRest > denominator || (twiceTheRest === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
