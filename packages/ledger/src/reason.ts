/**
 * Why the bank rejects an operation: the one catalogue. `number` is what is stored and hashed, so a
 * retired reason keeps its number and no number is ever given twice.
 */
export const REASONS = {
  account_not_found: { number: 1, sentence: 'The account does not exist. Open it first.' },
  account_exists: { number: 2, sentence: 'An account with this id is open already.' },
  insufficient_funds: {
    number: 3,
    sentence:
      'The amount is more than the account has available (balance, less holds, plus overdraft limit).',
  },
  currency_mismatch: {
    number: 4,
    sentence: 'Both accounts, and the currency named in the operation, must have one currency.',
  },
  same_account: { number: 5, sentence: 'An operation must move money between two different accounts.' },
  balance_overflow: {
    number: 6,
    sentence: 'The balance after the operation would leave the range of 2^53 - 1 minor units.',
  },
  group_rejected: { number: 7, sentence: 'Another operation of the same atomic group was rejected.' },
} as const;

export type Reason = keyof typeof REASONS;

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

/** The reason stored under `number`, or `undefined` when this version does not know it. */
export function reasonOf(number: number): Reason | undefined {
  return REASON_NAMES.find((name) => REASONS[name].number === number);
}
