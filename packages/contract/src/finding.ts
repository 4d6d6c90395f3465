import { REASON_NAMES } from '@lastro/ledger';
import { type Static, Type } from 'typebox';
import { Operation } from './operation.ts';
import { pageCursor, pageLimit, SEQUENCE_CURSOR_PATTERN } from './page.ts';
import { AccountId, Amount, Instant, MetadataValue } from './primitives.ts';

const strict = { additionalProperties: false } as const;

const METADATA_PREFIX = 'metadata.';

/** Most keys of metadata in one search. */
export const METADATA_FILTERS_MAX = 5;

const filters = {
  account: Type.Optional(
    Type.String({
      ...AccountId,
      description: 'Only operations that name this account, also rejected ones; it need not be open.',
    }),
  ),
  type: Type.Optional(Operation.properties.type),
  status: Type.Optional(
    Type.Enum(['posted', 'rejected'], {
      description: 'What is only accepted is not in the ledger yet, and is not listed.',
    }),
  ),
  reason: Type.Optional(Type.Enum([...REASON_NAMES], { description: 'Why it was rejected.' })),
  from: Type.Optional(Type.String({ ...Instant, description: 'First instant of posting, inclusive.' })),
  to: Type.Optional(Type.String({ ...Instant, description: 'Last instant of posting, exclusive.' })),
  amountMin: Type.Optional(Type.Integer({ ...Amount, description: 'Least amount, minor units, inclusive.' })),
  amountMax: Type.Optional(
    Type.Integer({ ...Amount, description: 'Largest amount, minor units, inclusive.' }),
  ),
  'metadata.KEY': Type.Optional(
    Type.String({
      ...MetadataValue,
      description: `Only operations with exactly this text under KEY in their metadata: put your key in place of KEY. Up to ${METADATA_FILTERS_MAX} keys.`,
    }),
  ),
};

/** Of the query: any keys of metadata, and nothing unknown. */
export const OPERATION_SEARCH_OPTIONS = {
  ...strict,
  patternProperties: { '^metadata\\.[A-Za-z0-9_.:-]{1,64}$': MetadataValue },
} as const;

export const OperationListQuery = Type.Object(
  {
    ...filters,
    cursor: Type.Optional(pageCursor(SEQUENCE_CURSOR_PATTERN)),
    limit: Type.Optional(pageLimit()),
  },
  OPERATION_SEARCH_OPTIONS,
);

export const OperationPage = Type.Object(
  {
    operations: Type.Array(Operation, {
      description:
        'Newest first. A page of a search that goes far back may have fewer rows than `limit`, or none, while there is a `nextCursor`.',
    }),
    upToSequence: Type.Integer({
      description: 'The newest operation that the search counts: it follows the ledger after a moment.',
    }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'OperationPage' },
);

/** The pairs of key and text that a search asks the metadata for. */
export function metadataFilters(query: OperationListQuery): [key: string, value: string][] {
  return Object.entries(query)
    .filter(([name]) => name.startsWith(METADATA_PREFIX))
    .map(([name, value]) => [name.slice(METADATA_PREFIX.length), String(value)]);
}

/** With any keys of metadata: `'metadata.order': 'A-77'`. */
export type OperationListQuery = Omit<Static<typeof OperationListQuery>, 'metadata.KEY'> & {
  readonly [key: `metadata.${string}`]: string | undefined;
};
export type OperationPage = Static<typeof OperationPage>;
