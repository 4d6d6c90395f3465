import currencyCodes from 'currency-codes';

/** Metals, baskets, tests: ISO 4217 gives them no minor unit, so an amount in minor units would mean nothing. */
const WITHOUT_MINOR_UNIT = 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ');

/** Every active ISO 4217 code of money that can be counted. */
export const CURRENCY_CODES: readonly string[] = currencyCodes
  .codes()
  .filter((code) => !WITHOUT_MINOR_UNIT.includes(code));

export const DEFAULT_CURRENCY = 'BRL';

const digitsByCode = new Map(CURRENCY_CODES.map((code) => [code, currencyCodes.code(code)?.digits ?? 2]));

/** How many decimal digits the minor unit of `currency` has: 2 for BRL, 0 for JPY, 3 for BHD. */
export function currencyDigits(currency: string): number {
  const digits = digitsByCode.get(currency);
  if (digits === undefined) throw new RangeError(`'${currency}' is not an ISO 4217 currency`);
  return digits;
}
