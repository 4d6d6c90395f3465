import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import { NUMBER_CURSOR_PATTERN, pageCursor, pageLimit } from './page.ts';
import { OperationId, Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** An accepted operation, or a whole atomic group, that the ledger will not take as it is. */
export const DeadLetter = Type.Object(
  {
    id: Type.String({ ...OperationId, description: 'The operation that failed: what a retry is asked by.' }),
    code: Type.String({
      description: '`id_conflict`, or the code of the problem that the ledger named.',
      examples: ['id_conflict'],
    }),
    detail: Type.String(),
    failedAt: Instant,
    operations: Type.Array(Operation, { description: 'It, or its atomic group, in order.' }),
    owner: Type.Optional(Operation),
  },
  { title: 'DeadLetter' },
);

export const DeadLetterPage = Type.Object(
  { deadLetters: Type.Array(DeadLetter), nextCursor: Type.Optional(Type.String()) },
  { title: 'DeadLetterPage' },
);

export const DeadLetterListQuery = Type.Object(
  {
    cursor: Type.Optional(pageCursor(NUMBER_CURSOR_PATTERN)),
    limit: Type.Optional(pageLimit()),
  },
  strict,
);

export const DeadLetterDiscardQuery = Type.Object(
  {
    failedAt: Type.Optional(
      Type.String({
        ...Instant,
        description: '`failedAt` of the letter that is meant, as the list shows it.',
      }),
    ),
  },
  strict,
);

export type DeadLetter = Static<typeof DeadLetter>;
export type DeadLetterPage = Static<typeof DeadLetterPage>;
export type DeadLetterListQuery = Static<typeof DeadLetterListQuery>;
