import { OPERATION_TYPES, REASON_NAMES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { DEFAULT_CURRENCY } from './currency.ts';
import {
  AccountId,
  AccountName,
  Amount,
  Balance,
  Currency,
  Description,
  EffectiveAt,
  ExchangeRate,
  ExpiresIn,
  FreezeSide,
  Instant,
  SenderName,
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
  effectiveAt: Type.Optional(EffectiveAt),
  description: Type.Optional(Description),
  metadata: Type.Optional(Metadata),
};

const said = {
  id: Type.Optional(OperationId),
  description: Type.Optional(Description),
  metadata: Type.Optional(Metadata),
};

const holding = { ...money, from: AccountId, to: AccountId, expiresIn: Type.Optional(ExpiresIn) };
const partOf = {
  ...said,
  effectiveAt: Type.Optional(EffectiveAt),
  amount: Type.Optional(
    Type.Integer({ ...Amount, description: 'Whole minor units (cents). Absent: all that is left.' }),
  ),
};
const freezing = {
  ...said,
  side: Type.Optional(Type.Enum(FreezeSide.enum, { ...FreezeSide, default: 'both' })),
};
const updating = {
  id: Type.Optional(OperationId),
  overdraftLimit: Type.Optional(OverdraftLimit),
  name: Type.Optional(AccountName),
  metadata: Type.Optional(Metadata),
  description: Type.Optional(Description),
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

export const HoldRequest = Type.Object(holding, { ...strict, title: 'HoldRequest' });
export const CaptureRequest = Type.Object(partOf, { ...strict, title: 'CaptureRequest' });
export const VoidRequest = Type.Object(said, { ...strict, title: 'VoidRequest' });
export const ReversalRequest = Type.Object(partOf, { ...strict, title: 'ReversalRequest' });
export const FreezeRequest = Type.Object(freezing, { ...strict, title: 'FreezeRequest' });
export const CloseRequest = Type.Object(said, { ...strict, title: 'CloseRequest' });
export const UpdateAccountRequest = Type.Object(updating, { ...strict, title: 'UpdateAccountRequest' });

/** Body of POST /v1/exchanges: two transfers through the bank's exchange accounts, posted together. */
export const ExchangeRequest = Type.Object(
  {
    id: Type.Optional(OperationId),
    from: AccountId,
    to: AccountId,
    amount: Type.Integer({ ...Amount, description: 'What is sold, in minor units of `currency`.' }),
    currency: Currency,
    toCurrency: Currency,
    rate: ExchangeRate,
    toAmount: Type.Optional(
      Type.Integer({
        ...Amount,
        description:
          'What is bought, in minor units of `toCurrency`. Absent: by the rate, rounded half to even. May differ from that by one.',
      }),
    ),
    effectiveAt: Type.Optional(EffectiveAt),
    description: Type.Optional(Description),
    metadata: Type.Optional(Metadata),
  },
  { ...strict, title: 'ExchangeRequest' },
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
  hold: Type.Object({ type: Type.Literal('hold'), ...holding }, { ...strict, title: 'hold' }),
  capture: Type.Object(
    { type: Type.Literal('capture'), hold: OperationId, ...partOf },
    { ...strict, title: 'capture' },
  ),
  void: Type.Object({ type: Type.Literal('void'), hold: OperationId, ...said }, { ...strict, title: 'void' }),
  reversal: Type.Object(
    { type: Type.Literal('reversal'), operation: OperationId, ...partOf },
    { ...strict, title: 'reversal' },
  ),
  freeze: Type.Object(
    { type: Type.Literal('freeze'), account: AccountId, ...freezing },
    { ...strict, title: 'freeze' },
  ),
  unfreeze: Type.Object(
    { type: Type.Literal('unfreeze'), account: AccountId, ...freezing },
    { ...strict, title: 'unfreeze' },
  ),
  close: Type.Object(
    { type: Type.Literal('close'), account: OpenableAccountId, ...said },
    { ...strict, title: 'close' },
  ),
  update: Type.Object(
    { type: Type.Literal('update'), account: AccountId, ...updating },
    { ...strict, title: 'update' },
  ),
} as const;

export const OperationRequest = Type.Union(
  [
    OPERATION_REQUESTS.open,
    OPERATION_REQUESTS.deposit,
    OPERATION_REQUESTS.withdrawal,
    OPERATION_REQUESTS.transfer,
    OPERATION_REQUESTS.hold,
    OPERATION_REQUESTS.capture,
    OPERATION_REQUESTS.void,
    OPERATION_REQUESTS.reversal,
    OPERATION_REQUESTS.freeze,
    OPERATION_REQUESTS.unfreeze,
    OPERATION_REQUESTS.close,
    OPERATION_REQUESTS.update,
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
    type: Type.Enum([...OPERATION_TYPES], {
      description: '`expiry`: the bank has released a hold whose time was over.',
    }),
    status: OperationStatus,
    reason: Type.Optional(Type.Enum([...REASON_NAMES], { description: 'Why it was rejected.' })),
    failedOperation: Type.Optional(
      Type.String({ ...OperationId, description: 'With `group_rejected`: the operation that failed.' }),
    ),
    account: Type.Optional(AccountId),
    from: Type.Optional(
      Type.String({
        ...AccountId,
        description: 'Who pays, or whose money is held, or is not held any more.',
      }),
    ),
    to: Type.Optional(Type.String({ ...AccountId, description: 'Who receives, or would have received.' })),
    hold: Type.Optional(Type.String({ ...OperationId, description: 'The hold that it ends.' })),
    operation: Type.Optional(
      Type.String({ ...AnyOperationId, description: 'The operation that it reverses.' }),
    ),
    amount: Type.Optional(
      Type.Integer({
        ...Amount,
        description: 'Whole minor units (cents) that it has moved, holds, or does not hold any more.',
      }),
    ),
    rate: Type.Optional(ExchangeRate),
    expiresIn: Type.Optional(ExpiresIn),
    expiresAt: Type.Optional(
      Type.String({
        ...Instant,
        description: 'When the bank releases the hold, unless it has ended before.',
      }),
    ),
    side: Type.Optional(FreezeSide),
    effectiveAt: Type.Optional(EffectiveAt),
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
    key: Type.Optional(
      Type.String({
        ...SenderName,
        description: 'The API key that sent it. Absent: the first, or the bank itself.',
      }),
    ),
    acceptedAt: Instant,
    postedAt: Type.Optional(Instant),
    dryRun: Type.Optional(
      Type.Boolean({
        description: 'It was only tried: nothing is written, and it has no place in the ledger.',
      }),
    ),
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
export type HoldRequest = Static<typeof HoldRequest>;
export type CaptureRequest = Static<typeof CaptureRequest>;
export type VoidRequest = Static<typeof VoidRequest>;
export type ReversalRequest = Static<typeof ReversalRequest>;
export type FreezeRequest = Static<typeof FreezeRequest>;
export type CloseRequest = Static<typeof CloseRequest>;
export type UpdateAccountRequest = Static<typeof UpdateAccountRequest>;
export type ExchangeRequest = Static<typeof ExchangeRequest>;
export type TransferRequest = Static<typeof TransferRequest>;
export type OperationRequest = Static<typeof OperationRequest>;
export type OperationsRequest = Static<typeof OperationsRequest>;
export type Operation = Static<typeof Operation>;
export type OperationsAnswer = Static<typeof OperationsAnswer>;
