import { ACCOUNT_STATUS_NAMES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { pageCursor, pageLimit } from './page.ts';
import {
  AccountId,
  AccountName,
  Balance,
  Currency,
  EffectiveAt,
  Instant,
  Metadata,
  AnyOperationId,
  OpenableAccountId,
  OperationId,
  OverdraftLimit,
} from './primitives.ts';

const strict = { additionalProperties: false } as const;

const Limit = pageLimit();
const Cursor = pageCursor('^[@A-Za-z0-9._:-]{1,200}$');
const Prefix = Type.String({
  pattern: '^@?[A-Za-z0-9._:-]{0,64}$',
  description: 'Only accounts whose id begins with this.',
});
const At = Type.Union(
  [
    Type.String({ ...Instant, description: 'A past instant, RFC 3339: whole batches posted up to then.' }),
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'A sequence: every operation up to and with this one.',
    }),
  ],
  {
    description:
      'A past moment: an instant, or the sequence of an operation. `sequence` in the answer says what was counted.',
  },
);

/** What an account holds, in minor units. */
export const AccountBalance = Type.Object(
  {
    account: AccountId,
    currency: Currency,
    balance: Balance,
    held: Balance,
    available: Type.Integer({ description: 'balance - held + overdraftLimit' }),
    sequence: Type.Integer({ description: 'The newest operation that the balance counts.' }),
  },
  { title: 'AccountBalance' },
);

export const Account = Type.Object(
  {
    id: AccountId,
    currency: Currency,
    name: Type.Optional(AccountName),
    metadata: Type.Optional(Metadata),
    overdraftLimit: OverdraftLimit,
    balance: Balance,
    held: Balance,
    available: Type.Integer({ description: 'balance - held + overdraftLimit' }),
    status: Type.Enum([...ACCOUNT_STATUS_NAMES], {
      description: 'What movements it takes part in. A closed account stays closed.',
    }),
    entryCount: Type.Integer(),
    openedAt: Instant,
  },
  { title: 'Account' },
);

export const AccountPage = Type.Object(
  {
    accounts: Type.Array(Account),
    upToSequence: Type.Optional(
      Type.Integer({
        description: 'With `balanceMin` or `balanceMax`: the newest operation that they count.',
      }),
    ),
    nextCursor: Type.Optional(Cursor),
  },
  { title: 'AccountPage' },
);

/** One line of a statement. */
export const StatementEntry = Type.Object(
  {
    entry: Type.Integer({ description: '1, 2, 3... within the account.' }),
    operation: OperationId,
    type: Type.Enum(['deposit', 'withdrawal', 'transfer', 'capture', 'reversal']),
    amount: Type.Integer({ description: 'Minor units: positive in, negative out.' }),
    balance: Balance,
    counterparty: AccountId,
    effectiveAt: Type.Optional(EffectiveAt),
    description: Type.Optional(Type.String()),
    metadata: Type.Optional(Metadata),
    sequence: Type.Integer(),
    batch: Type.Integer(),
    postedAt: Instant,
  },
  { title: 'StatementEntry' },
);

export const Statement = Type.Object(
  {
    account: AccountId,
    currency: Currency,
    openingBalance: Type.Integer({
      ...Balance,
      description: 'Balance right before `from`; 0 where there is none.',
    }),
    closingBalance: Type.Integer({
      ...Balance,
      description: 'Balance right before `to`; without it, the balance now.',
    }),
    entries: Type.Array(StatementEntry, { description: 'Newest first.' }),
    nextCursor: Type.Optional(Cursor),
  },
  { title: 'Statement' },
);

export const TrialBalance = Type.Object(
  {
    sequence: Type.Integer({ description: 'The newest operation that the figures count.' }),
    currencies: Type.Array(
      Type.Object({
        currency: Currency,
        accounts: Type.Integer(),
        debit: Type.String({
          description: 'Sum of negative balances, minor units, without the sign. Text: a sum may pass 2^53.',
        }),
        credit: Type.String({ description: 'Sum of positive balances, minor units.' }),
        balanced: Type.Boolean(),
      }),
    ),
  },
  { title: 'TrialBalance' },
);

/** Most accounts in one POST /v1/balances. */
export const BALANCES_PER_REQUEST_MAX = 1000;

/** Body of POST /v1/balances at the data service: many reads of a business service in one. */
export const BalancesRequest = Type.Object(
  { accounts: Type.Array(AccountId, { minItems: 1, maxItems: BALANCES_PER_REQUEST_MAX }) },
  { ...strict, title: 'BalancesRequest' },
);

/** One balance for each account, in order, all of one state; null where there is no such account. */
export const BalancesAnswer = Type.Object(
  { balances: Type.Array(Type.Union([AccountBalance, Type.Null()])) },
  { title: 'BalancesAnswer' },
);

export const AccountParams = Type.Object({ id: AccountId }, strict);
export const OpenableAccountParams = Type.Object({ id: OpenableAccountId }, strict);
export const AccountListQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Limit),
    prefix: Type.Optional(Prefix),
    namePrefix: Type.Optional(
      Type.String({
        ...AccountName,
        minLength: 0,
        description:
          'Only accounts with a name that begins with this, in whatever case, with or without accents.',
      }),
    ),
    currency: Type.Optional(Currency),
    status: Type.Optional(Account.properties.status),
    balanceMin: Type.Optional(
      Type.Integer({ ...Balance, description: 'Least balance, minor units, inclusive.' }),
    ),
    balanceMax: Type.Optional(
      Type.Integer({ ...Balance, description: 'Largest balance, minor units, inclusive.' }),
    ),
  },
  strict,
);
export const BalanceQuery = Type.Object({ at: Type.Optional(At) }, strict);
export const TrialBalanceQuery = Type.Object({ at: Type.Optional(At) }, strict);
export const StatementQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Limit),
    from: Type.Optional(Type.String({ ...Instant, description: 'First instant, inclusive.' })),
    to: Type.Optional(Type.String({ ...Instant, description: 'Last instant, exclusive.' })),
  },
  strict,
);
export const OperationParams = Type.Object({ id: AnyOperationId }, strict);
/** Of an operation to be reversed: what the bank makes by itself moves no money. */
export const ReversedParams = Type.Object({ id: OperationId }, strict);

export type AccountBalance = Static<typeof AccountBalance>;
export type BalancesRequest = Static<typeof BalancesRequest>;
export type BalancesAnswer = Static<typeof BalancesAnswer>;
export type Account = Static<typeof Account>;
export type AccountPage = Static<typeof AccountPage>;
export type StatementEntry = Static<typeof StatementEntry>;
export type Statement = Static<typeof Statement>;
export type TrialBalance = Static<typeof TrialBalance>;
export type AccountListQuery = Static<typeof AccountListQuery>;
export type BalanceQuery = Static<typeof BalanceQuery>;
/** A past moment: an instant (RFC 3339), or a sequence. */
export type Moment = Static<typeof At>;
export type StatementQuery = Static<typeof StatementQuery>;
