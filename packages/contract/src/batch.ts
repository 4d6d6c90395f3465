import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import {
  AccountId,
  AccountName,
  Amount,
  BusinessId,
  Currency,
  Description,
  EffectiveAt,
  ExchangeRate,
  ExpiresIn,
  FreezeSide,
  Instant,
  KeptOperationId,
  SenderName,
  Metadata,
  OpenableAccountId,
  OverdraftLimit,
} from './primitives.ts';

const strict = { additionalProperties: false } as const;

const common = {
  id: KeptOperationId,
  description: Type.Optional(Description),
  metadata: Type.Optional(Metadata),
  group: Type.Optional(KeptOperationId),
  acceptedAt: Instant,
  key: Type.Optional(SenderName),
  /** Where it was accepted by another business service than the one that sends it. */
  acceptedBy: Type.Optional(BusinessId),
};
const valued = { ...common, effectiveAt: Type.Optional(EffectiveAt) };
const money = { ...valued, amount: Amount, currency: Type.Optional(Currency) };
const part = { ...valued, amount: Type.Optional(Amount) };
const freezing = { ...common, account: AccountId, side: FreezeSide };

/** An operation on its way from a business service to the data service, by its type: nothing is left to default. */
export const SUBMITTED_OPERATIONS = {
  open: Type.Object(
    {
      ...common,
      type: Type.Literal('open'),
      account: OpenableAccountId,
      currency: Currency,
      overdraftLimit: OverdraftLimit,
      name: Type.Optional(AccountName),
    },
    strict,
  ),
  deposit: Type.Object({ ...money, type: Type.Literal('deposit'), account: AccountId }, strict),
  withdrawal: Type.Object({ ...money, type: Type.Literal('withdrawal'), account: AccountId }, strict),
  transfer: Type.Object(
    {
      ...money,
      type: Type.Literal('transfer'),
      from: AccountId,
      to: AccountId,
      rate: Type.Optional(ExchangeRate),
    },
    strict,
  ),
  hold: Type.Object(
    {
      ...money,
      type: Type.Literal('hold'),
      from: AccountId,
      to: AccountId,
      expiresIn: Type.Optional(ExpiresIn),
    },
    strict,
  ),
  capture: Type.Object({ ...part, type: Type.Literal('capture'), hold: KeptOperationId }, strict),
  void: Type.Object({ ...common, type: Type.Literal('void'), hold: KeptOperationId }, strict),
  reversal: Type.Object({ ...part, type: Type.Literal('reversal'), operation: KeptOperationId }, strict),
  freeze: Type.Object({ ...freezing, type: Type.Literal('freeze') }, strict),
  unfreeze: Type.Object({ ...freezing, type: Type.Literal('unfreeze') }, strict),
  close: Type.Object({ ...common, type: Type.Literal('close'), account: OpenableAccountId }, strict),
  update: Type.Object(
    {
      ...common,
      type: Type.Literal('update'),
      account: AccountId,
      overdraftLimit: Type.Optional(OverdraftLimit),
      name: Type.Optional(AccountName),
    },
    strict,
  ),
} as const;

/** Most operations in one POST /v1/batches. */
export const OPERATIONS_PER_BATCH_MAX = 20_000;

/** Body of POST /v1/batches. Each operation is checked by itself, so that one bad one cannot hold up the rest. */
export const BatchRequest = Type.Object(
  { operations: Type.Array(Type.Unknown(), { minItems: 1, maxItems: OPERATIONS_PER_BATCH_MAX }) },
  { ...strict, title: 'BatchRequest' },
);

/** What became of one operation of a batch. */
export const BatchResult = Type.Union(
  [
    Type.Object({ operation: Operation }, { ...strict, title: 'final' }),
    Type.Object(
      { conflict: Type.Union([Operation, Type.Null()], { description: 'The operation that owns the id.' }) },
      { ...strict, title: 'conflict' },
    ),
    Type.Object(
      { malformed: Type.String({ description: 'What is wrong with it.' }) },
      { ...strict, title: 'malformed' },
    ),
  ],
  { title: 'BatchResult' },
);

/** One result for each operation of the batch, in its order. */
export const BatchAnswer = Type.Object({ results: Type.Array(BatchResult) }, { title: 'BatchAnswer' });

export type SubmittedOperation = Static<(typeof SUBMITTED_OPERATIONS)[keyof typeof SUBMITTED_OPERATIONS]>;
export type BatchRequest = Static<typeof BatchRequest>;
export type BatchResult = Static<typeof BatchResult>;
export type BatchAnswer = Static<typeof BatchAnswer>;
