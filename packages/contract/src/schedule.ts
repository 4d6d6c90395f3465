import { OPERATION_TYPES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { OperationRequest } from './operation.ts';
import { NUMBER_CURSOR_PATTERN, pageCursor, pageLimit } from './page.ts';
import { Instant, KeptOperationId, OperationId } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** How a schedule stands. What is stored is the place in this list. */
export const SCHEDULE_STATES = ['waiting', 'started', 'done', 'cancelled'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** Most operations of one schedule. */
export const OPERATIONS_PER_SCHEDULE_MAX = 1000;
export const SCHEDULES_PER_PAGE_MAX = 100;

const ScheduledFor = Type.String({
  ...Instant,
  description: 'When its operations are sent. What is past already is sent at once.',
  examples: ['2026-12-01T09:00:00Z'],
});

/** Body of POST /v1/schedules. */
export const ScheduleRequest = Type.Object(
  {
    id: Type.Optional(OperationId),
    scheduledFor: ScheduledFor,
    operations: Type.Array(OperationRequest, { minItems: 1, maxItems: OPERATIONS_PER_SCHEDULE_MAX }),
    atomic: Type.Optional(Type.Boolean({ description: 'All of the operations post, or none does.' })),
  },
  { ...strict, title: 'ScheduleRequest' },
);

/** What a business service sends for it to the data service: the same ids, however often it is sent. */
export const SubmittedSchedule = Type.Object(
  {
    id: KeptOperationId,
    scheduledFor: Instant,
    operations: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: OPERATIONS_PER_SCHEDULE_MAX,
      description: 'Each a SubmittedOperation; when it is accepted is said by the bank once it starts.',
    }),
    by: Type.String({ description: 'The key that asked for it.' }),
  },
  strict,
);

export const Schedule = Type.Object(
  {
    id: OperationId,
    scheduledFor: ScheduledFor,
    state: Type.Enum([...SCHEDULE_STATES], {
      description:
        '`started`: its operations are on their way, and nothing stops them any more. `done`: each has its result, which its id shows.',
    }),
    conflict: Type.Optional(
      Type.Literal(true, {
        description: 'An id of its operations belonged to an operation with another content by then.',
      }),
    ),
    operations: Type.Array(
      Type.Object(
        { id: OperationId, type: Type.Enum([...OPERATION_TYPES]) },
        { title: 'ScheduledOperation' },
      ),
    ),
    createdAt: Instant,
    createdBy: Type.String({ description: 'The key that made it.' }),
    startedAt: Type.Optional(Type.String({ ...Instant, description: '`acceptedAt` of its operations.' })),
    endedAt: Type.Optional(Type.String({ ...Instant, description: 'When it was done, or cancelled.' })),
  },
  { title: 'Schedule' },
);

const Cursor = pageCursor(NUMBER_CURSOR_PATTERN);

export const SchedulePage = Type.Object(
  {
    schedules: Type.Array(Schedule, { description: 'The one that was made last comes first.' }),
    nextCursor: Type.Optional(Cursor),
  },
  { title: 'SchedulePage' },
);

export const ScheduleListQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(pageLimit(SCHEDULES_PER_PAGE_MAX)),
    state: Type.Optional(Type.Enum([...SCHEDULE_STATES], { description: 'Only those that stand so.' })),
  },
  strict,
);

export const ScheduleParams = Type.Object({ id: OperationId }, strict);

export type ScheduleRequest = Static<typeof ScheduleRequest>;
export type SubmittedSchedule = Static<typeof SubmittedSchedule>;
export type Schedule = Static<typeof Schedule>;
export type SchedulePage = Static<typeof SchedulePage>;
export type ScheduleListQuery = Static<typeof ScheduleListQuery>;
