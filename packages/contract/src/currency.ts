import currencyCodes from 'currency-codes';

/** Every active ISO 4217 code. */
export const CURRENCY_CODES: readonly string[] = currencyCodes.codes();

export const DEFAULT_CURRENCY = 'BRL';

const digitsByCode = new Map(CURRENCY_CODES.map((code) => [code, currencyCodes.code(code)?.digits ?? 2]));

/** How many decimal digits the minor unit of `currency` has: 2 for BRL, 0 for JPY, 3 for BHD. */
export function currencyDigits(currency: string): number {
  const digits = digitsByCode.get(currency);
  if (digits === undefined) throw new RangeError(`'${currency}' is not an ISO 4217 currency`);
  return digits;
}
