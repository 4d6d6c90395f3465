/**
 * Amounts and balances are whole minor units (cents, haler, yen) in a JavaScript number, within
 * plus or minus 2^53 - 1, where every whole number is exact (promise I10). The ledger adds and
 * subtracts; it never divides, so no fraction can appear.
 */
export const MINOR_MAX = Number.MAX_SAFE_INTEGER;

/** Whether `value` can be an amount to move: a whole number of minor units from 1 to 2^53 - 1. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/**
 * `balance` + `delta`, both in minor units, or `undefined` when the sum leaves the range of I10.
 * The sum of two safe integers is below 2^54, where a rounded double still falls outside the range
 * exactly when the true sum does, so the check cannot be fooled.
 */
export function addMinor(balance: number, delta: number): number | undefined {
  const sum = balance + delta;
  return Number.isSafeInteger(sum) ? sum : undefined;
}
