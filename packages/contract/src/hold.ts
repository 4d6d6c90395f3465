import { HOLD_STATUS_NAMES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import { pageCursor, pageLimit, SEQUENCE_CURSOR_PATTERN } from './page.ts';
import {
  AccountId,
  Amount,
  AnyOperationId,
  Currency,
  Instant,
  MinorAmount,
  OperationId,
} from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** Money that is reserved on an account for a payment to another. */
export const Hold = Type.Object(
  {
    id: Type.String({ ...OperationId, description: 'Id of the operation that made it.' }),
    from: AccountId,
    to: AccountId,
    amount: Amount,
    currency: Currency,
    status: Type.Enum([...HOLD_STATUS_NAMES], {
      description: 'An `open` hold reserves its amount; the others do not any more, and never will again.',
    }),
    captured: Type.Integer({ ...MinorAmount, description: 'Minor units that were paid out of it.' }),
    expiresAt: Type.Optional(Instant),
    openedAt: Instant,
    closedAt: Type.Optional(Instant),
  },
  { title: 'Hold' },
);

export const HoldPage = Type.Object(
  {
    holds: Type.Array(Hold, { description: 'Newest first.' }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'HoldPage' },
);

export const HoldParams = Type.Object({ id: OperationId }, strict);

export const HoldListQuery = Type.Object(
  {
    cursor: Type.Optional(pageCursor(SEQUENCE_CURSOR_PATTERN)),
    limit: Type.Optional(pageLimit()),
    status: Type.Optional(Type.Enum([...HOLD_STATUS_NAMES], { description: 'Only holds that stand so.' })),
  },
  strict,
);

/** How an operation is reversed so far. */
export const Reversals = Type.Object(
  {
    operation: AnyOperationId,
    reversed: Type.Integer({ ...MinorAmount, description: 'Minor units that were moved back.' }),
    left: Type.Integer({ ...MinorAmount, description: 'Minor units that can still be moved back.' }),
    reversals: Type.Array(Operation, { description: 'In order; the first thousand.' }),
  },
  { title: 'Reversals' },
);

export type Hold = Static<typeof Hold>;
export type HoldPage = Static<typeof HoldPage>;
export type HoldListQuery = Static<typeof HoldListQuery>;
export type Reversals = Static<typeof Reversals>;
