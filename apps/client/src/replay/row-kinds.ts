/** What a kind of row is in the books. */
interface Kind {
  /** Which way the money may go, seen from the customer's account. */
  readonly sign: 'in' | 'out' | 'either';
  /** Whether the row names another bank. */
  readonly partnerBank: boolean;
  /**
   * The account of the bank on the other side, without its currency; `cash` is the cash account of a deposit or a
   * withdrawal.
   */
  readonly counterpart: (partnerBank: string) => string;
}

const CASH = 'cash';
const ownAccount = (sign: Kind['sign'], account: string): Kind => ({
  sign,
  partnerBank: false,
  counterpart: () => account,
});

/** Every kind of row, by its name in the file. */
export const KINDS = {
  CASH_DEPOSIT: ownAccount('in', CASH),
  CASH_WITHDRAWAL: ownAccount('out', CASH),
  CARD_WITHDRAWAL: ownAccount('out', CASH),
  TRANSFER_IN: { sign: 'in', partnerBank: true, counterpart: (bank) => `bank.${bank}` },
  TRANSFER_OUT: { sign: 'out', partnerBank: true, counterpart: (bank) => `bank.${bank}` },
  INTEREST: ownAccount('in', 'interest'),
  FEE: ownAccount('out', 'fees'),
  PENALTY_INTEREST: ownAccount('out', 'penalties'),
  ROUNDING: ownAccount('either', 'rounding'),
} as const satisfies Record<string, Kind>;

export type RowKind = keyof typeof KINDS;

/**
 * The bank's own account on the other side of a row, in its currency like the cash accounts (`@fees.CZK`), or
 * `undefined` when the other side is cash, which needs no account of its own.
 */
export function bankAccountOf(kind: RowKind, partnerBank: string, currency: string): string | undefined {
  const counterpart = KINDS[kind].counterpart(partnerBank);
  return counterpart === CASH ? undefined : `@${counterpart}.${currency}`;
}
