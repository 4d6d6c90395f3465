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
  /** What holds reserve. */
  readonly held: number;
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

/** What the account may still pay out, in minor units: `balance - held + overdraftLimit`. */
export function available(account: Pick<Account, 'balance' | 'held' | 'overdraftLimit'>): number {
  return account.balance - account.held + account.overdraftLimit;
}
