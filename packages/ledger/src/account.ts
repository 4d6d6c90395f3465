/**
 * What an account still takes part in, and the number that is stored for it; a number is never given twice.
 * A frozen account keeps its balance and can be unfrozen; a closed one stays closed.
 */
export const ACCOUNT_STATUSES = {
  open: 0,
  debits_frozen: 1,
  credits_frozen: 2,
  frozen: 3,
  closed: 4,
} as const;

export type AccountStatus = keyof typeof ACCOUNT_STATUSES;

export const ACCOUNT_STATUS_NAMES = Object.keys(ACCOUNT_STATUSES) as readonly AccountStatus[];

/** The status stored under `number`, or `undefined` when this version does not know it. */
export function accountStatusOf(number: number): AccountStatus | undefined {
  return STATUS_BY_NUMBER[number];
}

const STATUS_BY_NUMBER: readonly AccountStatus[] = [...ACCOUNT_STATUS_NAMES].sort(
  (a, b) => ACCOUNT_STATUSES[a] - ACCOUNT_STATUSES[b],
);

/** Which movements a freeze stops: out of the account, into it, or either. */
export const SIDES = ['debits', 'credits', 'both'] as const;
export type Side = (typeof SIDES)[number];

const SIDE_BITS = { debits: 1, credits: 2, both: 3 } as const;

/** The status after `side` of an account that is not closed was frozen, or unfrozen. */
export function statusWith(status: AccountStatus, side: Side, frozen: boolean): AccountStatus {
  const bits = ACCOUNT_STATUSES[status];
  const next = frozen ? bits | SIDE_BITS[side] : bits & ~SIDE_BITS[side];
  return STATUS_BY_NUMBER[next]!;
}

/** An account as the rules see it. Amounts are minor units of `currency`. */
export interface Account {
  /** The bank's own number for the account: 1, 2, 3... in the order of opening. Never reused. */
  readonly number: number;
  readonly id: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** How far below zero the account may go. Not read for the bank's own accounts. */
  readonly overdraftLimit: number;
  /** What is posted: credits less debits. */
  readonly balance: number;
  /** What open holds reserve. */
  readonly held: number;
  readonly status: AccountStatus;
  /** How many entries the account has; its newest entry carries this number. */
  readonly entryCount: number;
  /** Sequence of the newest operation that has an entry here; 0 when there is none. */
  readonly lastSequence: number;
}

/** An account while a batch is applied to it: the same shape, with the parts that move. */
export type WorkingAccount = {
  -readonly [Field in keyof Account]: Account[Field];
};

/** Accounts that start with `@` belong to the bank and may go negative. */
export function isBankAccount(id: string): boolean {
  return id.startsWith('@');
}

/** The bank's cash account in `currency`: the other leg of every deposit and withdrawal. */
export function cashAccountId(currency: string): string {
  return `@cash.${currency}`;
}

/** The bank's account for exchanges in `currency`: it takes one currency in and pays another out. */
export function exchangeAccountId(currency: string): string {
  return `@fx.${currency}`;
}

/** The currency of the exchange account with this id; `undefined` for any other account. */
export function exchangeCurrencyOf(accountId: string): string | undefined {
  return /^@fx\.([A-Z]{3})$/.exec(accountId)?.[1];
}

/** What the account may still pay out, in minor units: `balance - held + overdraftLimit`. */
export function available(account: Pick<Account, 'balance' | 'held' | 'overdraftLimit'>): number {
  return account.balance - account.held + account.overdraftLimit;
}
