import { REASON_NAMES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { DEFAULT_CURRENCY } from './currency.ts';
import {
  AccountId,
  AccountName,
  Amount,
  Balance,
  Currency,
  Description,
  Instant,
  Metadata,
  OpenableAccountId,
  AnyOperationId,
  OperationId,
  OverdraftLimit,
} from './primitives.ts';

const strict = { additionalProperties: false } as const;

const opening = {
  currency: Type.Optional(Type.Enum(Currency.enum, { ...Currency, default: DEFAULT_CURRENCY })),
  overdraftLimit: Type.Optional(OverdraftLimit),
  name: Type.Optional(AccountName),
  metadata: Type.Optional(Metadata),
};

const money = {
  id: Type.Optional(OperationId),
  amount: Amount,
  currency: Type.Optional(Currency),
  description: Type.Optional(Description),
  metadata: Type.Optional(Metadata),
};

/** Body of POST /v1/accounts: `id` is the account's. The operation's id comes in `Idempotency-Key`. */
export const OpenAccountRequest = Type.Object(
  { id: OpenableAccountId, ...opening },
  { ...strict, title: 'OpenAccountRequest' },
);
export const DepositRequest = Type.Object(
  { ...money, account: AccountId },
  { ...strict, title: 'DepositRequest' },
);
export const WithdrawalRequest = Type.Object(
  { ...money, account: AccountId },
  { ...strict, title: 'WithdrawalRequest' },
);
export const TransferRequest = Type.Object(
  { ...money, from: AccountId, to: AccountId },
  { ...strict, title: 'TransferRequest' },
);

/** One operation of POST /v1/operations, by its type. */
export const OPERATION_REQUESTS = {
  open: Type.Object(
    { type: Type.Literal('open'), id: Type.Optional(OperationId), account: OpenableAccountId, ...opening },
    { ...strict, title: 'open' },
  ),
  deposit: Type.Object(
    { type: Type.Literal('deposit'), ...money, account: AccountId },
    { ...strict, title: 'deposit' },
  ),
  withdrawal: Type.Object(
    { type: Type.Literal('withdrawal'), ...money, account: AccountId },
    { ...strict, title: 'withdrawal' },
  ),
  transfer: Type.Object(
    { type: Type.Literal('transfer'), ...money, from: AccountId, to: AccountId },
    { ...strict, title: 'transfer' },
  ),
} as const;

export const OperationRequest = Type.Union(
  [
    OPERATION_REQUESTS.open,
    OPERATION_REQUESTS.deposit,
    OPERATION_REQUESTS.withdrawal,
    OPERATION_REQUESTS.transfer,
  ],
  { title: 'OperationRequest' },
);

/** Most operations in one POST /v1/operations. */
export const OPERATIONS_PER_REQUEST_MAX = 10_000;

export const OperationsRequest = Type.Object(
  {
    operations: Type.Array(OperationRequest, { minItems: 1, maxItems: OPERATIONS_PER_REQUEST_MAX }),
    atomic: Type.Optional(Type.Boolean({ description: 'All of the operations post, or none does.' })),
  },
  { ...strict, title: 'OperationsRequest' },
);

export const OperationStatus = Type.Enum(['accepted', 'posted', 'rejected'], {
  description: '`accepted`: on disk, not posted yet. `posted` and `rejected` are final and never change.',
});

/** An operation as every answer shows it. */
export const Operation = Type.Object(
  {
    id: AnyOperationId,
    type: Type.Enum(['open', 'deposit', 'withdrawal', 'transfer']),
    status: OperationStatus,
    reason: Type.Optional(Type.Enum([...REASON_NAMES], { description: 'Why it was rejected.' })),
    account: Type.Optional(AccountId),
    from: Type.Optional(AccountId),
    to: Type.Optional(AccountId),
    amount: Type.Optional(Amount),
    currency: Type.Optional(Currency),
    overdraftLimit: Type.Optional(OverdraftLimit),
    name: Type.Optional(AccountName),
    description: Type.Optional(Description),
    metadata: Type.Optional(Metadata),
    group: Type.Optional(
      Type.String({ ...OperationId, description: 'Id of the first operation of its atomic group.' }),
    ),
    balances: Type.Optional(
      Type.Record(Type.String(), Balance, {
        description: 'Balance of each account right after the operation.',
      }),
    ),
    sequence: Type.Optional(
      Type.Integer({ description: 'Its place in the ledger: 1, 2, 3... without a gap.' }),
    ),
    batch: Type.Optional(Type.Integer({ description: 'The committed batch that it belongs to.' })),
    acceptedBy: Type.String({ description: 'The business service that took it.' }),
    acceptedAt: Instant,
    postedAt: Type.Optional(Instant),
  },
  { title: 'Operation' },
);

export const OperationsAnswer = Type.Object(
  { operations: Type.Array(Operation) },
  { title: 'OperationsAnswer' },
);

export type OpenAccountRequest = Static<typeof OpenAccountRequest>;
export type DepositRequest = Static<typeof DepositRequest>;
export type WithdrawalRequest = Static<typeof WithdrawalRequest>;
export type TransferRequest = Static<typeof TransferRequest>;
export type OperationRequest = Static<typeof OperationRequest>;
export type OperationsRequest = Static<typeof OperationsRequest>;
export type Operation = Static<typeof Operation>;
export type OperationsAnswer = Static<typeof OperationsAnswer>;
