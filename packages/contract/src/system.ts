import { type Static, Type } from 'typebox';
import { Currency, Instant } from './primitives.ts';
import { Verification } from './verification.ts';

const strict = { additionalProperties: false } as const;

/** How many of its last seconds a business service remembers. */
export const SYSTEM_SAMPLES_MAX = 600;

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description?: string,
) => Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

/** One second of one business service. */
export const SystemSample = Type.Object(
  {
    at: Type.String({ ...Instant, description: 'The end of the second, on a whole second.' }),
    accepted: Type.Integer({ description: 'Operations put in the queue in this second.' }),
    posted: Type.Integer(),
    rejected: Type.Integer(),
    batches: Type.Integer({ description: 'Batches that the ledger answered in this second.' }),
    batchOperations: Type.Integer({ description: 'Operations in those batches together.' }),
    timeToPostP50Ms: nullable(
      Type.Integer(),
      'Half of what became final in this second took at most this long, from the queue to the result. null: nothing did.',
    ),
    timeToPostP99Ms: nullable(Type.Integer(), '99 of 100 took at most this long.'),
    queueDepth: Type.Integer({ description: 'Operations accepted and not final, at the end of the second.' }),
  },
  { title: 'SystemSample' },
);

const QueueState = Type.Object({
  depth: Type.Integer({ description: 'Operations accepted and not final.' }),
  depthMax: Type.Integer({ description: 'Beyond, new ones are refused.' }),
  oldestQueuedAt: nullable(Instant, 'When the oldest of them was put there.'),
  deadLetters: Type.Integer(),
  health: Type.Enum(['writable', 'full', 'stalled', 'stopping'], {
    description: 'Whether operations are taken now, and if not, why.',
  }),
});

const WorkerState = Type.Object({
  state: Type.Enum(['waiting', 'delivering', 'retrying'], {
    description:
      '`waiting`: nothing is queued. `delivering`: a batch is with the ledger. `retrying`: it was not answered, and is sent again.',
  }),
  batchOperations: Type.Integer({ description: 'Operations in the batch under way; 0: none is.' }),
  since: nullable(Instant, 'Since when this batch is under way.'),
  retryingSince: nullable(Instant, 'When the first doubt about it came up.'),
  attempts: Type.Integer({ description: 'How often it was sent.' }),
});

const Counters = Type.Object(
  {
    accepted: Type.Integer(),
    posted: Type.Integer(),
    rejected: Type.Integer(),
    rejectedByReason: Type.Record(Type.String(), Type.Integer()),
  },
  { description: 'Operations since it was started.' },
);

/** A business service as the one that answers knows it. */
export const BusinessServiceState = Type.Object(
  {
    id: Type.String({ description: 'Its name, as in `acceptedBy`; its URL while the name is not known.' }),
    state: Type.Enum(['up', 'down']),
    since: nullable(
      Instant,
      'When it was started; of one that is down, when it was first found so. null: not known.',
    ),
    url: Type.Optional(Type.String({ description: 'Where it is asked; absent for the one that answers.' })),
    seenAt: nullable(
      Instant,
      'When the figures below were true: of one that is down, what was known last. null: nothing ever was.',
    ),
    queue: nullable(QueueState),
    worker: nullable(WorkerState),
    counters: nullable(Counters),
    samples: Type.Array(SystemSample, {
      description: 'Oldest first; a second that is missing is not known.',
    }),
  },
  { title: 'BusinessServiceState' },
);

/** Where the ledger stands, as one data service sees it. */
export const LedgerPosition = Type.Object(
  {
    sequence: Type.Integer({ description: 'Of the newest operation.' }),
    batch: Type.Integer({ description: 'Number of the newest batch.' }),
    hash: Type.String({ description: 'Of the newest batch: the head of the chain, in hexadecimal.' }),
    accounts: Type.Integer(),
    postedAt: Type.String({ ...Instant, description: 'When the newest batch was committed.' }),
  },
  { title: 'LedgerPosition' },
);

/** Whether debits equal credits, added up over all accounts from time to time while somebody looks. */
export const MoneyCheck = Type.Object(
  {
    at: Type.String({ ...Instant, description: 'When it was computed.' }),
    sequence: Type.Integer({ description: 'The newest operation that it counts.' }),
    balanced: Type.Boolean({ description: 'Debits equal credits in every currency.' }),
    currencies: Type.Array(
      Type.Object({
        currency: Currency,
        debit: Type.String(),
        credit: Type.String(),
        balanced: Type.Boolean(),
      }),
    ),
  },
  { title: 'MoneyCheck' },
);

/** What a data service says of itself. */
export const DataServiceReport = Type.Object(
  {
    startedAt: Instant,
    database: Type.Enum(['up', 'down'], { description: 'Whether PostgreSQL answers it.' }),
    databaseSince: nullable(Instant, 'Since when it is so, as far as this service has looked.'),
    pendingOperations: Type.Integer({ description: 'Operations that wait for a commit.' }),
    ledger: nullable(LedgerPosition),
    money: nullable(MoneyCheck, 'null: not computed since the start.'),
    verification: nullable(Verification, 'The last one here. null: none since the start.'),
  },
  { title: 'DataServiceReport' },
);

/** A data service as the business service that answers knows it. */
export const DataServiceState = Type.Object(
  {
    url: Type.String(),
    state: Type.Enum(['up', 'down']),
    since: nullable(Instant, 'When it was started; of one that is down, when it was first found so.'),
    seenAt: nullable(Instant, 'When the figures below were true.'),
    report: nullable(DataServiceReport),
  },
  { title: 'DataServiceState' },
);

/** Answer of GET /v1/system. */
export const System = Type.Object(
  {
    at: Type.String({ ...Instant, description: 'When this was looked at, by the clock of `answeredBy`.' }),
    answeredBy: Type.String({ description: 'The business service that answers.' }),
    businessServices: Type.Array(BusinessServiceState, { description: 'In the order of their names.' }),
    dataServices: Type.Array(DataServiceState),
    ledger: nullable(LedgerPosition, 'The newest that any data service has told.'),
    money: nullable(MoneyCheck, 'Likewise.'),
    verification: nullable(
      Verification,
      'The last verification of the whole chain. null: none is known, since data services forget it when they end.',
    ),
    play: Type.Boolean({ description: 'Whether /v1/play is there: the bank was started by `lastro up`.' }),
  },
  { title: 'System' },
);

export const SystemQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        ...Instant,
        description: 'Only samples after this one: `at` of the newest that is known.',
      }),
    ),
    only: Type.Optional(
      Type.Enum(['self'], { description: 'Of the service that is asked alone, without asking any other.' }),
    ),
  },
  strict,
);

export type SystemSample = Static<typeof SystemSample>;
export type BusinessServiceState = Static<typeof BusinessServiceState>;
export type LedgerPosition = Static<typeof LedgerPosition>;
export type MoneyCheck = Static<typeof MoneyCheck>;
export type DataServiceReport = Static<typeof DataServiceReport>;
export type DataServiceState = Static<typeof DataServiceState>;
export type System = Static<typeof System>;
export type SystemQuery = Static<typeof SystemQuery>;
