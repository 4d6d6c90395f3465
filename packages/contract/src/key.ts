import { type Static, Type } from 'typebox';
import { EVENT_TYPES } from './event.ts';
import { NUMBER_CURSOR_PATTERN, pageCursor, pageLimit } from './page.ts';
import { ACCOUNT_GRANT_PATTERN, Instant, KEY_NAME_PATTERN, SENDER_NAME_PATTERN } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** What a key may do. Each includes the ones before it. */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Most accounts that one key can be limited to; a beginning of ids stands for any number of them. */
export const ACCOUNTS_PER_KEY_MAX = 100;
export const OVERLAP_MAX_SECONDS = 30 * 24 * 3600;
export const RATE_MAX_PER_SECOND = 1_000_000;
export const KEYS_PER_PAGE_MAX = 1000;

export const KeyName = Type.String({
  pattern: KEY_NAME_PATTERN,
  description: 'What the key is called, for ever: operations and the audit trail name it.',
  examples: ['shop-7'],
});

const AccessScope = Type.Enum([...SCOPES], {
  description: '`read`, `operate` (and read) or `admin` (and both).',
});

const Accounts = Type.Array(
  Type.String({
    pattern: ACCOUNT_GRANT_PATTERN,
    description: 'The id of an account, or how ids begin, with `*` at the end.',
    examples: ['alice', 'shop-7:*'],
  }),
  {
    minItems: 1,
    maxItems: ACCOUNTS_PER_KEY_MAX,
    description:
      'A customer’s key: it reads these accounts only, and sends only operations that debit them. Absent: all accounts.',
  },
);

const RateLimit = Type.Integer({
  minimum: 1,
  maximum: RATE_MAX_PER_SECOND,
  description:
    'Most requests in a second, at each business service; many operations in one request count each. Absent: no limit.',
});

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the key.' });

const SenderName = Type.String({ pattern: SENDER_NAME_PATTERN, description: 'Who asked for it.' });

const settings = {
  name: KeyName,
  scope: AccessScope,
  accounts: Type.Optional(Accounts),
  rateLimitPerSecond: Type.Optional(RateLimit),
  expiresAt: Type.Optional(Type.String({ ...Instant, description: 'From then on the key is refused.' })),
};

/** Body of POST /v1/keys. */
export const NewKey = Type.Object(settings, { ...strict, title: 'NewKey' });

/** A key as it is shown: never the key itself. */
export const Key = Type.Object(
  {
    ...settings,
    createdAt: Instant,
    createdBy: Type.String({ description: 'The key that made it.' }),
    rotatedAt: Type.Optional(Type.String({ ...Instant, description: 'When it was replaced last.' })),
    previousKeyUntil: Type.Optional(
      Type.String({ ...Instant, description: 'Until then the key that was replaced last works too.' }),
    ),
    revokedAt: Type.Optional(Instant),
  },
  { title: 'Key' },
);

/** A key that was just made. This is the only time that it is shown. */
export const IssuedKey = Type.Object(
  {
    ...Key.properties,
    key: Type.String({ description: 'Shown this once, and kept nowhere. Send it as a bearer token.' }),
  },
  { title: 'IssuedKey' },
);

export const KeyPage = Type.Object(
  { keys: Type.Array(Key), nextCursor: Type.Optional(Type.String()) },
  { title: 'KeyPage' },
);

/** Whose request it is: answer of GET /v1/whoami. */
export const Caller = Type.Object(
  {
    name: Type.String({ description: 'The key, or the subject of the token, that was sent.' }),
    scope: AccessScope,
    limitedToAccounts: Type.Boolean({ description: 'A customer’s key: it is for some accounts only.' }),
  },
  { title: 'Caller' },
);

const Limit = pageLimit(KEYS_PER_PAGE_MAX);

export const KeyParams = Type.Object({ name: KeyName }, strict);

export const KeyListQuery = Type.Object(
  {
    cursor: Type.Optional(pageCursor(KEY_NAME_PATTERN)),
    limit: Type.Optional(Limit),
  },
  strict,
);

const Overlap = Type.Integer({
  minimum: 0,
  maximum: OVERLAP_MAX_SECONDS,
  description: 'How long the key that is replaced works beside the new one.',
});

/** Body of POST /v1/keys/{name}/rotate. */
export const RotateKeyRequest = Type.Object(
  { overlapSeconds: Type.Optional(Overlap) },
  { ...strict, title: 'RotateKeyRequest' },
);

/** Who asked for a change: what a business service tells a data service with each that is noted. */
export const AUTHOR_HEADER = 'lastro-by';

/** What is noted. The first word says what it was done to. */
export const AUDIT_ACTIONS = [
  ...(['key_created', 'key_rotated', 'key_revoked'] as const),
  ...(['webhook_created', 'webhook_deleted', 'webhook_moved', 'webhook_enabled'] as const),
  ...(['webhook_secret_rotated', 'webhook_event_retried'] as const),
  ...(['monitor_created', 'monitor_deleted'] as const),
  ...(['schedule_created', 'schedule_cancelled'] as const),
] as const;

/** Who did what to a key, a webhook, a monitor or a schedule, and when. */
export const AuditEvent = Type.Object(
  {
    event: Type.Integer({ description: '1, 2, 3... without a gap.' }),
    at: Instant,
    action: Type.Enum([...AUDIT_ACTIONS]),
    key: Type.Optional(Type.String({ description: 'The name of the key that it was done to.' })),
    webhook: Type.Optional(Type.String({ description: 'The id of the webhook that it was done to.' })),
    monitor: Type.Optional(Type.String({ description: 'The id of the monitor that it was done to.' })),
    schedule: Type.Optional(Type.String({ description: 'The id of the schedule that it was done to.' })),
    by: Type.String({ description: 'The key, or the subject of the token, that asked for it.' }),
    acceptedBy: Type.String({ description: 'The business service that was asked.' }),
    scope: Type.Optional(AccessScope),
    accounts: Type.Optional(Accounts),
    rateLimitPerSecond: Type.Optional(RateLimit),
    expiresAt: Type.Optional(Instant),
    overlapSeconds: Type.Optional(Overlap),
    origin: Type.Optional(
      Type.String({
        description: 'Where the webhook sends: scheme, host and port, as paths can have secrets.',
      }),
    ),
    events: Type.Optional(
      Type.Array(Type.Enum([...EVENT_TYPES]), { description: 'The types of events that the webhook sends.' }),
    ),
    after: Type.Optional(Type.Integer({ description: 'The webhook goes on after this sequence.' })),
    retried: Type.Optional(Type.String({ description: 'The id of the event that is sent once more.' })),
    account: Type.Optional(Type.String({ description: 'The account that is watched.' })),
    below: Type.Optional(Type.Integer()),
    above: Type.Optional(Type.Integer()),
    scheduledFor: Type.Optional(Instant),
    operationCount: Type.Optional(Type.Integer({ description: 'How many operations are scheduled.' })),
  },
  { title: 'AuditEvent' },
);

export const AuditPage = Type.Object(
  {
    events: Type.Array(AuditEvent, { description: 'Newest first.' }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'AuditPage' },
);

export const AuditQuery = Type.Object(
  {
    cursor: Type.Optional(pageCursor(NUMBER_CURSOR_PATTERN)),
    limit: Type.Optional(Limit),
  },
  strict,
);

/** Body of POST /v1/keys at the data service: the key was made by a business service, and never comes here. */
export const StoreKeyRequest = Type.Object(
  { ...settings, digest: Digest, by: SenderName },
  { ...strict, title: 'StoreKeyRequest' },
);

/** Body of POST /v1/keys/{name}/rotate at the data service. */
export const StoreRotationRequest = Type.Object(
  { digest: Digest, overlapSeconds: Overlap, by: SenderName },
  { ...strict, title: 'StoreRotationRequest' },
);

/** Body of POST /v1/keys/{name}/revoke at the data service. */
export const StoreRevocationRequest = Type.Object(
  { by: SenderName },
  { ...strict, title: 'StoreRevocationRequest' },
);

/** A place in the changes of the keys of one ledger: its number, and a mark that no other ledger has there. */
const ChangePlace = {
  change: Type.Integer({ minimum: 0 }),
  mark: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
};

/** What a business service has to know of a key, to tell who sends it. */
export const KeyRecord = Type.Object(
  {
    name: KeyName,
    scope: AccessScope,
    accounts: Type.Optional(Accounts),
    rateLimitPerSecond: Type.Optional(RateLimit),
    expiresAt: Type.Optional(Instant),
    revoked: Type.Boolean(),
    digest: Digest,
    previous: Type.Optional(Type.Object({ digest: Digest, until: Instant }, strict)),
  },
  { ...strict, title: 'KeyRecord' },
);

/** Query of GET /v1/keys/changes at the data service: the place that the asker is at. */
export const KeyChangesQuery = Type.Object(ChangePlace, strict);

/** The keys that have changed since, each as it is now. */
export const KeyChanges = Type.Object(
  {
    ...ChangePlace,
    whole: Type.Boolean({ description: 'Whoever asked knew nothing of this ledger: forget all others.' }),
    more: Type.Boolean({ description: 'There are more: ask again from here.' }),
    keys: Type.Array(KeyRecord),
  },
  { ...strict, title: 'KeyChanges' },
);

export type NewKey = Static<typeof NewKey>;
export type Key = Static<typeof Key>;
export type IssuedKey = Static<typeof IssuedKey>;
export type Caller = Static<typeof Caller>;
export type KeyPage = Static<typeof KeyPage>;
export type KeyListQuery = Static<typeof KeyListQuery>;
export type RotateKeyRequest = Static<typeof RotateKeyRequest>;
export type AuditEvent = Static<typeof AuditEvent>;
export type AuditPage = Static<typeof AuditPage>;
export type AuditQuery = Static<typeof AuditQuery>;
export type StoreKeyRequest = Static<typeof StoreKeyRequest>;
export type StoreRotationRequest = Static<typeof StoreRotationRequest>;
export type StoreRevocationRequest = Static<typeof StoreRevocationRequest>;
export type KeyRecord = Static<typeof KeyRecord>;
export type KeyChangesQuery = Static<typeof KeyChangesQuery>;
export type KeyChanges = Static<typeof KeyChanges>;
