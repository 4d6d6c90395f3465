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
  account_frozen: { number: 8, sentence: 'The account is frozen for movements in this direction.' },
  account_closed: { number: 9, sentence: 'The account is closed.' },
  account_not_empty: { number: 10, sentence: 'Only an account with a balance of zero can be closed.' },
  account_has_holds: { number: 11, sentence: 'An account with open holds cannot be closed.' },
  limit_in_use: {
    number: 12,
    sentence: 'The account is further below zero, counting holds, than the new overdraft limit allows.',
  },
  hold_not_found: { number: 13, sentence: 'There is no hold with this id.' },
  hold_captured: { number: 14, sentence: 'The hold has been captured already.' },
  hold_voided: { number: 15, sentence: 'The hold has been voided already.' },
  hold_expired: { number: 16, sentence: 'The time of the hold is over.' },
  capture_exceeds_hold: { number: 17, sentence: 'The amount is more than the hold reserves.' },
  original_not_found: { number: 18, sentence: 'There is no operation with this id to reverse.' },
  not_reversible: {
    number: 19,
    sentence: 'Only a posted deposit, withdrawal, transfer or capture can be reversed.',
  },
  reversal_exceeds_rest: {
    number: 20,
    sentence: 'The amount is more than what is left of the operation to reverse.',
  },
} as const;

export type Reason = keyof typeof REASONS;

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

/** The reason stored under `number`, or `undefined` when this version does not know it. */
export function reasonOf(number: number): Reason | undefined {
  return REASON_NAMES.find((name) => REASONS[name].number === number);
}
