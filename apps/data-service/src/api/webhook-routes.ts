import {
  parseEventId,
  ReplayRequest,
  SubmittedSecret,
  SubmittedWebhook,
  SubscriptionParams,
  type WebhookDeadLetterPage,
  WebhookDeadLetterQuery,
  WebhookEventParams,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { authorOf } from '../audit/author.ts';
import { cutPage } from './cut-page.ts';
import type { PostgresSubscriptions } from '../storage/postgres/postgres-subscriptions.ts';
import { refusalOfUrl } from '../webhooks/public-address.ts';

export interface WebhookRules {
  readonly webhooksMax: number;
  readonly allowPrivate: boolean;
  /** How long everything is signed with the secret before, too. */
  readonly secretOverlapMs: number;
  /** Something was changed: whoever delivers looks again. */
  readonly changed: () => void;
}

const config = { scope: 'operate' } as const;

/** Webhooks, in the paths and shapes of the public API; but ids and secrets come with the requests. */
export function addWebhookRoutes(app: HttpServer, store: PostgresSubscriptions, rules: WebhookRules): void {
  app.post('/v1/webhooks', { config, schema: { body: SubmittedWebhook } }, async (request, reply) => {
    const { body } = request;
    const refusal = refusalOfUrl(body.url, rules.allowPrivate);
    if (refusal !== undefined) throw new ProblemError('webhook_url_refused', refusal);
    const webhook = await store.addWebhook(body, rules.webhooksMax, authorOf(request));
    if (webhook === undefined) throw new ProblemError('subscription_limit');
    rules.changed();
    return reply.code(201).send(webhook);
  });

  app.get('/v1/webhooks', { config }, async () => ({ webhooks: await store.webhooks() }));

  app.get('/v1/webhooks/:id', { config, schema: { params: SubscriptionParams } }, async ({ params }) => {
    return found(await store.webhook(params.id));
  });

  app.delete(
    '/v1/webhooks/:id',
    { config, schema: { params: SubscriptionParams } },
    async (request, reply) => {
      found(await store.deleteWebhook(request.params.id, authorOf(request)));
      rules.changed();
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/webhooks/:id/replay',
    { config, schema: { params: SubscriptionParams, body: ReplayRequest } },
    async (request) => {
      const { params, body } = request;
      found(await store.moveWebhook(params.id, body.after, authorOf(request)));
      rules.changed();
      return found(await store.webhook(params.id));
    },
  );

  app.post('/v1/webhooks/:id/enable', { config, schema: { params: SubscriptionParams } }, async (request) => {
    const { id } = request.params;
    found(await store.enableWebhook(id, authorOf(request)));
    rules.changed();
    return found(await store.webhook(id));
  });

  app.post(
    '/v1/webhooks/:id/secret',
    { config, schema: { params: SubscriptionParams, body: SubmittedSecret } },
    async (request) => {
      const { secret } = request.body;
      const rotation = { id: request.params.id, secret, overlapMs: rules.secretOverlapMs };
      const previousUntil = found(await store.rotateSecret(rotation, authorOf(request)));
      rules.changed();
      return { secret, previousUntil };
    },
  );
  addDeadLetterRoutes(app, store, rules);
}

function addDeadLetterRoutes(app: HttpServer, store: PostgresSubscriptions, { changed }: WebhookRules): void {
  app.get(
    '/v1/webhooks/:id/dead-letters',
    { config, schema: { params: SubscriptionParams, querystring: WebhookDeadLetterQuery } },
    async ({ params: { id }, query }): Promise<WebhookDeadLetterPage> => {
      const limit = query.limit ?? PAGE_SIZE_DEFAULT;
      const after = parseEventId(query.cursor ?? '0')!;
      const letters = found(await store.letters({ id, after, limit: limit + 1 }));
      const { page, next } = cutPage(letters, limit, ({ event }) => event);
      return { deadLetters: [...page], ...next };
    },
  );

  app.post(
    '/v1/webhooks/:id/dead-letters/:event/retry',
    { config, schema: { params: WebhookEventParams } },
    async (request, reply) => {
      const { id, event } = request.params;
      found(await store.webhook(id));
      if (!(await store.requestLetter(id, parseEventId(event)!, authorOf(request))))
        throw new ProblemError('webhook_dead_letter_not_found');
      changed();
      return reply.code(202).send();
    },
  );
}

function found<Value>(value: Value | undefined | false): Value {
  if (value === undefined || value === false) throw new ProblemError('webhook_not_found');
  return value;
}
