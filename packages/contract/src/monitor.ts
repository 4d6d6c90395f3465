import { type Static, Type } from 'typebox';
import { NUMBER_CURSOR_PATTERN, pageCursor, pageLimit } from './page.ts';
import { AccountId, Balance, Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

const Below = Type.Integer({
  ...Balance,
  description: 'News when the balance comes to stand below this, and was not before. Minor units.',
  examples: [1000],
});
const Above = Type.Integer({
  ...Balance,
  description: 'News when the balance comes to stand above this, and was not before. Minor units.',
  examples: [1_000_000],
});

/** Body of POST /v1/monitors: one value, or both. */
export const MonitorRequest = Type.Union(
  [
    Type.Object({ account: AccountId, below: Below, above: Type.Optional(Above) }, strict),
    Type.Object({ account: AccountId, above: Above }, strict),
  ],
  { title: 'MonitorRequest' },
);

/** A UUID that the bank has made. */
export const SubscriptionId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  examples: ['01890a5d-ac96-774b-bcce-b302099a8057'],
});

/** What a business service sends for it to the data service: the same id, however often it is sent. */
export const SubmittedMonitor = Type.Object(
  {
    id: SubscriptionId,
    account: AccountId,
    below: Type.Optional(Below),
    above: Type.Optional(Above),
  },
  strict,
);

export const Monitor = Type.Object(
  {
    id: SubscriptionId,
    account: AccountId,
    below: Type.Optional(Below),
    above: Type.Optional(Above),
    fromSequence: Type.Integer({ description: 'It counts for the operations after this one.' }),
    createdAt: Instant,
  },
  { title: 'Monitor' },
);

const Cursor = pageCursor(NUMBER_CURSOR_PATTERN);
const Limit = pageLimit();

export const MonitorPage = Type.Object(
  { monitors: Type.Array(Monitor, { description: 'Oldest first.' }), nextCursor: Type.Optional(Cursor) },
  { title: 'MonitorPage' },
);

export const MonitorListQuery = Type.Object(
  {
    account: Type.Optional(Type.String({ ...AccountId, description: 'Only those of this account.' })),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Limit),
  },
  strict,
);

export const SubscriptionParams = Type.Object({ id: SubscriptionId }, strict);

export type MonitorRequest = Static<typeof MonitorRequest>;
export type SubmittedMonitor = Static<typeof SubmittedMonitor>;
export type Monitor = Static<typeof Monitor>;
export type MonitorListQuery = Static<typeof MonitorListQuery>;
export type MonitorPage = Static<typeof MonitorPage>;
