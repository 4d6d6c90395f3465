/**
 * How many decimal digits the minor unit of a currency has, by ISO 4217. Not what `Intl` says: it shows some currencies with fewer
 * decimals than their minor unit has, and an amount would be read a hundredfold. A test holds this table to the contract's.
 */
const OTHER_THAN_TWO: Readonly<Record<string, number>> = {
  ...digitsOf(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digitsOf(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digitsOf(4, 'CLF UYW'),
};

function digitsOf(digits: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, digits]));
}

/** By ISO 4217. */
export const CURRENCY = /^[A-Z]{3}$/;

/** 2 for BRL, 0 for JPY, 3 for BHD. */
export function currencyDigits(currency: string): number {
  return OTHER_THAN_TWO[currency] ?? 2;
}
