import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import { pageCursor, pageLimit, NUMBER_CURSOR_PATTERN, SEQUENCE_CURSOR_PATTERN } from './page.ts';
import { Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** A batch as it was committed: a link of the hash chain (I8). */
export const CommittedBatch = Type.Object(
  {
    number: Type.Integer({ description: '1, 2, 3... without a gap.' }),
    firstSequence: Type.Integer(),
    lastSequence: Type.Integer(),
    operations: Type.Integer({ description: 'How many operations it has.' }),
    posted: Type.Integer(),
    rejected: Type.Integer(),
    postedAt: Type.String({ ...Instant, description: 'When it was committed.' }),
    hash: Type.String({ description: 'Of all of its operations and the hash before, in hexadecimal.' }),
    previousHash: Type.String({ description: 'Of the batch before; zeros for the first.' }),
    acceptedBy: Type.Array(Type.String(), {
      description: 'The business services that took its operations, in the order of their names.',
    }),
  },
  { title: 'CommittedBatch' },
);

export const CommittedBatchPage = Type.Object(
  {
    batches: Type.Array(CommittedBatch, {
      description:
        'Newest first. A page of large batches has fewer than `limit` while there is a `nextCursor`.',
    }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'CommittedBatchPage' },
);

/** One batch with a page of its operations. */
export const CommittedBatchWithOperations = Type.Object(
  {
    batch: CommittedBatch,
    operations: Type.Array(Operation, { description: 'In order, oldest first.' }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'CommittedBatchWithOperations' },
);

export const CommittedBatchListQuery = Type.Object(
  { cursor: Type.Optional(pageCursor(NUMBER_CURSOR_PATTERN)), limit: Type.Optional(pageLimit(100)) },
  strict,
);
export const CommittedBatchQuery = Type.Object(
  { cursor: Type.Optional(pageCursor(SEQUENCE_CURSOR_PATTERN)), limit: Type.Optional(pageLimit()) },
  strict,
);
export const CommittedBatchParams = Type.Object(
  { number: Type.Integer({ minimum: 1, maximum: 999_999_999_999_999 }) },
  strict,
);

export type CommittedBatch = Static<typeof CommittedBatch>;
export type CommittedBatchPage = Static<typeof CommittedBatchPage>;
export type CommittedBatchWithOperations = Static<typeof CommittedBatchWithOperations>;
export type CommittedBatchListQuery = Static<typeof CommittedBatchListQuery>;
export type CommittedBatchQuery = Static<typeof CommittedBatchQuery>;
