import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import { AccountId, AnyOperationId, Balance, Currency, Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** What can be news. */
export const EVENT_TYPES = [
  'operation.posted',
  'operation.rejected',
  'balance.below',
  'balance.above',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The place of an event in the order of all events: the sequence of its operation, and 0 for the operation itself, 1, 2, 3...
 * for the balances that it made cross the value of a monitor.
 */
export interface EventPosition {
  readonly sequence: number;
  readonly index: number;
}

/** The largest sequence that an id of an event can name. */
export const SEQUENCE_MAX = 999_999_999_999_999;

/** An index past every event of an operation: at this position all of them are done with. */
export const EVENT_INDEX_MAX = 999_999;

const EVENT_ID_PATTERN = '^(0|[1-9][0-9]{0,14})(\\.[1-9][0-9]{0,5})?$';

/** Most accounts in one filter of events. */
export const EVENT_ACCOUNTS_MAX = 100;
const ACCOUNT_LIST_PATTERN = `^@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}(,@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}){0,${EVENT_ACCOUNTS_MAX - 1}}$`;
const ONE_TYPE = `(${EVENT_TYPES.join('|').replaceAll('.', '\\.')})`;
const TYPE_LIST_PATTERN = `^${ONE_TYPE}(,${ONE_TYPE}){0,${EVENT_TYPES.length - 1}}$`;

/** What each pattern of events asks for, in words. */
export const EVENT_FORMS: readonly (readonly [pattern: string, form: string])[] = [
  [EVENT_ID_PATTERN, 'must be the id of an event: a sequence, such as 120, or 120.1'],
  [ACCOUNT_LIST_PATTERN, `must be ids of accounts, separated by commas, ${EVENT_ACCOUNTS_MAX} at most`],
  [TYPE_LIST_PATTERN, `must be some of ${EVENT_TYPES.join(', ')}, separated by commas`],
];

export const EventId = Type.String({
  pattern: EVENT_ID_PATTERN,
  description:
    'The sequence of the operation; `SEQUENCE.1`, `SEQUENCE.2`... for the balances that it made cross a value.',
  examples: ['120'],
});

/** The position that an id names; `undefined` for a text that is none. */
export function parseEventId(id: string): EventPosition | undefined {
  if (!new RegExp(EVENT_ID_PATTERN).test(id)) return undefined;
  const [sequence, index = '0'] = id.split('.') as [string, string?];
  return { sequence: Number(sequence), index: Number(index) };
}

export function eventIdOf({ sequence, index }: EventPosition): string {
  return index === 0 ? String(sequence) : `${sequence}.${index}`;
}

/** Below 0: `a` comes before `b`; 0: they are the same; above 0: it comes after. */
export function compareEventPositions(a: EventPosition, b: EventPosition): number {
  return a.sequence - b.sequence || a.index - b.index;
}

/** A balance that has gone past the value of a monitor. */
export const BalanceCrossing = Type.Object(
  {
    monitor: Type.String({ description: 'The id of the monitor.' }),
    account: AccountId,
    currency: Currency,
    value: Type.Integer({ ...Balance, description: 'What the monitor watches for, in minor units.' }),
    balance: Type.Integer({ ...Balance, description: 'Right after the operation.' }),
    balanceBefore: Type.Integer({ ...Balance, description: 'Right before it.' }),
    operation: AnyOperationId,
    sequence: Type.Integer({ description: 'Of the operation.' }),
  },
  { title: 'BalanceCrossing' },
);

const base = {
  id: EventId,
  timestamp: Type.String({ ...Instant, description: '`postedAt` of the operation.' }),
};

/** News, as the stream and the webhooks show it. */
export const Event = Type.Union(
  [
    Type.Object(
      { ...base, type: Type.Enum(['operation.posted', 'operation.rejected']), data: Operation },
      { title: 'OperationEvent' },
    ),
    Type.Object(
      { ...base, type: Type.Enum(['balance.below', 'balance.above']), data: BalanceCrossing },
      { title: 'BalanceEvent' },
    ),
  ],
  { title: 'Event' },
);

export const EventStreamQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        ...EventId,
        description:
          'The events after this one; 0: all that there are. Without it, and without `Last-Event-ID`, those to come.',
      }),
    ),
    account: Type.Optional(
      Type.String({
        pattern: ACCOUNT_LIST_PATTERN,
        description: `Only events of this account, or of any of these, separated by commas, ${EVENT_ACCOUNTS_MAX} at most.`,
        examples: ['alice'],
      }),
    ),
    type: Type.Optional(
      Type.String({
        pattern: TYPE_LIST_PATTERN,
        description: `Only events of these types, separated by commas: ${EVENT_TYPES.join(', ')}.`,
        examples: ['operation.posted'],
      }),
    ),
  },
  strict,
);

/** Most operations in one page of the log of events. */
export const EVENT_LOG_PAGE_MAX = 1000;

/** Query of GET /v1/event-log at the data service. */
export const EventLogQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: SEQUENCE_MAX,
        description: 'Operations after this sequence. Without it: nothing but where the log ends.',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: EVENT_LOG_PAGE_MAX,
        default: EVENT_LOG_PAGE_MAX,
        description: 'Most operations in one page.',
      }),
    ),
    wait: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3600,
        default: 0,
        description: 'Hold the answer for so many seconds while there is nothing new.',
      }),
    ),
  },
  strict,
);

/** One page of the log of events, in order. */
export const EventLogPage = Type.Object(
  {
    through: Type.Integer({ description: 'The sequence up to which all events are in the page.' }),
    events: Type.Array(Type.Object({ accounts: Type.Array(AccountId), event: Event })),
  },
  { title: 'EventLogPage' },
);

export type BalanceCrossing = Static<typeof BalanceCrossing>;
export type Event = Static<typeof Event>;
export type EventStreamQuery = Static<typeof EventStreamQuery>;
export type EventLogQuery = Static<typeof EventLogQuery>;
