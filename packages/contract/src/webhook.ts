import { type Static, Type } from 'typebox';
import { EVENT_ACCOUNTS_MAX, EVENT_TYPES, EventId, SEQUENCE_MAX } from './event.ts';
import { SubscriptionId } from './monitor.ts';
import { pageLimit } from './page.ts';
import { AccountId, Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

const Url = Type.String({
  pattern: '^https?://[!-~]{1,2000}$',
  description:
    'Where events are sent with POST: an https URL, without a user, that leads to no private address.',
  examples: ['https://example.com/lastro-events'],
});
const Types = Type.Array(Type.Enum([...EVENT_TYPES]), {
  minItems: 1,
  maxItems: EVENT_TYPES.length,
  description: 'Only events of these types. Without it: all.',
  examples: [['operation.posted', 'operation.rejected']],
});
const Accounts = Type.Array(AccountId, {
  minItems: 1,
  maxItems: EVENT_ACCOUNTS_MAX,
  description: 'Only events of these accounts. Without it: of all.',
  examples: [['alice']],
});
const AFTER_MEANS = 'Begin with the operation after this sequence; 0: with the first.';
const After = Type.Integer({
  minimum: 0,
  maximum: SEQUENCE_MAX,
  description: AFTER_MEANS,
  examples: [0],
});
const Secret = Type.String({
  pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$',
  description: 'The key of the signatures (Standard Webhooks). Shown once, here.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

/** Body of POST /v1/webhooks. */
export const WebhookRequest = Type.Object(
  {
    url: Url,
    events: Type.Optional(Types),
    accounts: Type.Optional(Accounts),
    after: Type.Optional(
      Type.Integer({ ...After, description: `${AFTER_MEANS} Without it: with the next to come.` }),
    ),
  },
  { ...strict, title: 'WebhookRequest' },
);

/** What a business service sends for it to the data service: the same id and secret, however often it is sent. */
export const SubmittedWebhook = Type.Object(
  {
    id: SubscriptionId,
    secret: Secret,
    url: Url,
    events: Type.Optional(Types),
    accounts: Type.Optional(Accounts),
    after: Type.Optional(After),
  },
  strict,
);

const fields = {
  id: SubscriptionId,
  url: Url,
  events: Type.Optional(Types),
  accounts: Type.Optional(Accounts),
  status: Type.Enum(['enabled', 'disabled'], {
    description:
      '`disabled`: it failed for too long, or said that it is gone; nothing is sent until it is enabled.',
  }),
  disabledReason: Type.Optional(Type.String({ description: 'Why it is disabled.' })),
  position: Type.String({
    ...EventId,
    description: 'The newest event that it is done with: delivered, dead, or none of its kind.',
  }),
  attempts: Type.Integer({ description: 'How often the next event was tried in vain so far.' }),
  nextAttemptAt: Type.Optional(Type.String({ ...Instant, description: 'When it is tried again.' })),
  lastError: Type.Optional(Type.String({ description: 'Why the newest attempt failed.' })),
  failingSince: Type.Optional(
    Type.String({ ...Instant, description: 'The first failure since the newest success.' }),
  ),
  deadLetters: Type.Integer({ description: 'Events on its dead-letter list.' }),
  createdAt: Instant,
};

export const Webhook = Type.Object(fields, { title: 'Webhook' });

/** The answer that makes a webhook known: the only one with its secret. */
export const CreatedWebhook = Type.Object({ ...fields, secret: Secret }, { title: 'CreatedWebhook' });

export const WebhookList = Type.Object(
  { webhooks: Type.Array(Webhook, { description: 'Oldest first.' }) },
  { title: 'WebhookList' },
);

export const ReplayRequest = Type.Object({ after: After }, { ...strict, title: 'ReplayRequest' });

/** Body of POST /v1/webhooks/:id/secret at the data service. */
export const SubmittedSecret = Type.Object({ secret: Secret }, strict);

export const RotatedSecret = Type.Object(
  {
    secret: Secret,
    previousUntil: Type.String({
      ...Instant,
      description: 'Until then everything is signed with the secret before, too.',
    }),
  },
  { title: 'RotatedSecret' },
);

/** An event that could not be delivered. */
export const WebhookDeadLetter = Type.Object(
  {
    event: EventId,
    type: Type.Enum([...EVENT_TYPES]),
    attempts: Type.Integer(),
    failedAt: Instant,
    error: Type.String({ description: 'Why the newest attempt failed.' }),
    retrying: Type.Boolean({ description: 'It is about to be sent once more.' }),
  },
  { title: 'WebhookDeadLetter' },
);

export const WebhookDeadLetterPage = Type.Object(
  {
    deadLetters: Type.Array(WebhookDeadLetter, { description: 'In the order of the events.' }),
    nextCursor: Type.Optional(Type.String()),
  },
  { title: 'WebhookDeadLetterPage' },
);

export const WebhookDeadLetterQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ ...EventId, description: '`nextCursor` of the page before.' })),
    limit: Type.Optional(pageLimit()),
  },
  strict,
);

export const WebhookEventParams = Type.Object({ id: SubscriptionId, event: EventId }, strict);

export type WebhookRequest = Static<typeof WebhookRequest>;
export type SubmittedWebhook = Static<typeof SubmittedWebhook>;
export type Webhook = Static<typeof Webhook>;
export type WebhookList = Static<typeof WebhookList>;
export type CreatedWebhook = Static<typeof CreatedWebhook>;
export type WebhookDeadLetter = Static<typeof WebhookDeadLetter>;
export type RotatedSecret = Static<typeof RotatedSecret>;
export type WebhookDeadLetterQuery = Static<typeof WebhookDeadLetterQuery>;
export type WebhookDeadLetterPage = Static<typeof WebhookDeadLetterPage>;
