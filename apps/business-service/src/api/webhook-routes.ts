import { randomBytes } from 'node:crypto';
import {
  CreatedWebhook,
  ReplayRequest,
  RotatedSecret,
  type SubmittedWebhook,
  SubscriptionParams,
  Webhook,
  WebhookDeadLetterPage,
  WebhookDeadLetterQuery,
  WebhookEventParams,
  WebhookList,
  WebhookRequest,
} from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { Type } from 'typebox';
import { uuidv7 } from 'uuidv7';
import { senderOf } from '../access/customers.ts';
import { CHANGE_PROBLEMS, describe, json, problems, READ_PROBLEMS, withExamples } from './documentation.ts';
import { addLedgerReads, type LedgerRead } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';

const config = { scope: 'admin' } as const;
const params = SubscriptionParams;
const SECRET_BYTES = 32;

/**
 * Webhooks, for administrators. They are in the ledger's database, and the data services deliver; ids and secrets are made here,
 * so that a request may reach a data service twice.
 */
export function addWebhookRoutes(app: HttpServer, ledger: LedgerReads): void {
  addCreateRoute(app, ledger);
  addLedgerReads(app, ledger, READS);
  addChanges(app, ledger);
  addSecretRoute(app, ledger);
  addDeadLetterRoutes(app, ledger);
}

function addCreateRoute(app: HttpServer, ledger: LedgerReads): void {
  app.post(
    '/v1/webhooks',
    {
      config,
      schema: {
        ...describe('Webhooks', 'createWebhook', 'Have events sent to a URL', [
          'Each event is one POST with an `Event` as JSON, signed as Standard Webhooks says, in sequence order; the next is sent when',
          'the one before was answered with 2xx. What fails is sent again, later and later; `webhook-id` is the same each time.',
        ]),
        body: withExamples(WebhookRequest, [
          { url: 'https://example.com/lastro-events', events: ['operation.posted'] },
        ]),
        response: {
          201: json('The webhook, with its secret: keep it, it is shown this once.', CreatedWebhook),
          ...problems(...CHANGE_PROBLEMS, 'webhook_url_refused', 'subscription_limit'),
        },
      },
    },
    (request, reply) => {
      const webhook: SubmittedWebhook = { id: uuidv7(), secret: newSecret(), ...request.body };
      const { name: by } = senderOf(request);
      return ledger.passCall(reply, { method: 'POST', path: '/v1/webhooks', body: bytesOf(webhook), by });
    },
  );
}

const READS: readonly LedgerRead[] = [
  {
    path: '/v1/webhooks',
    doc: describe('Webhooks', 'listWebhooks', 'List the webhooks, with how each is doing', []),
    scope: 'admin',
    answer: WebhookList,
  },
  {
    path: '/v1/webhooks/:id',
    doc: describe('Webhooks', 'getWebhook', 'One webhook, with how it is doing', []),
    scope: 'admin',
    params,
    answer: Webhook,
    problems: ['webhook_not_found'],
  },
  {
    path: '/v1/webhooks/:id/dead-letters',
    doc: describe('Webhooks', 'listWebhookDeadLetters', 'Events that could not be delivered', []),
    scope: 'admin',
    params,
    querystring: WebhookDeadLetterQuery,
    answer: WebhookDeadLetterPage,
    problems: ['webhook_not_found'],
  },
];

function addChanges(app: HttpServer, ledger: LedgerReads): void {
  app.delete(
    '/v1/webhooks/:id',
    {
      config,
      schema: {
        ...describe('Webhooks', 'deleteWebhook', 'Remove a webhook, with its dead letters', []),
        params,
        response: {
          204: Type.Null({ description: 'Removed.' }),
          ...problems(...READ_PROBLEMS, 'webhook_not_found'),
        },
      },
    },
    async (request, reply) => {
      const path = `/v1/webhooks/${request.params.id}`;
      await ledger.passCall(reply, { method: 'DELETE', path, by: senderOf(request).name });
    },
  );

  app.post(
    '/v1/webhooks/:id/replay',
    {
      config,
      schema: {
        ...describe('Webhooks', 'replayWebhook', 'Send the events after a sequence, once more or later', [
          'Sets the position of the webhook, back or forward. Events keep their `webhook-id`.',
        ]),
        params,
        body: ReplayRequest,
        response: {
          200: json('It goes on from there.', Webhook),
          ...problems(...CHANGE_PROBLEMS, 'webhook_not_found'),
        },
      },
    },
    (request, reply) =>
      ledger.passCall(reply, {
        method: 'POST',
        path: `/v1/webhooks/${request.params.id}/replay`,
        body: bytesOf(request.body),
        by: senderOf(request).name,
      }),
  );

  app.post(
    '/v1/webhooks/:id/enable',
    {
      config,
      schema: {
        ...describe('Webhooks', 'enableWebhook', 'Enable a webhook that was disabled', [
          'It goes on with the event that it was at. For one that is enabled, the next attempt is made now.',
        ]),
        params,
        response: {
          200: json('It is enabled.', Webhook),
          ...problems(...READ_PROBLEMS, 'webhook_not_found'),
        },
      },
    },
    (request, reply) => {
      const path = `/v1/webhooks/${request.params.id}/enable`;
      return ledger.passCall(reply, { method: 'POST', path, by: senderOf(request).name });
    },
  );
}

function addSecretRoute(app: HttpServer, ledger: LedgerReads): void {
  app.post(
    '/v1/webhooks/:id/secret',
    {
      config,
      schema: {
        ...describe('Webhooks', 'rotateWebhookSecret', 'Give a webhook another secret', [
          'For a while everything is signed with the secret before, too.',
        ]),
        params,
        response: {
          200: json('The secret: keep it, it is shown this once.', RotatedSecret),
          ...problems(...READ_PROBLEMS, 'webhook_not_found'),
        },
      },
    },
    (request, reply) =>
      ledger.passCall(reply, {
        method: 'POST',
        path: `/v1/webhooks/${request.params.id}/secret`,
        body: bytesOf({ secret: newSecret() }),
        by: senderOf(request).name,
      }),
  );
}

function addDeadLetterRoutes(app: HttpServer, ledger: LedgerReads): void {
  app.post(
    '/v1/webhooks/:id/dead-letters/:event/retry',
    {
      config,
      schema: {
        ...describe('Webhooks', 'retryWebhookDeadLetter', 'Send an event once more', [
          'It leaves the list when it is taken.',
        ]),
        params: WebhookEventParams,
        response: {
          202: Type.Null({ description: 'It is sent next.' }),
          ...problems(...READ_PROBLEMS, 'webhook_not_found', 'webhook_dead_letter_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { id, event } = request.params;
      const path = `/v1/webhooks/${id}/dead-letters/${event}/retry`;
      await ledger.passCall(reply, { method: 'POST', path, by: senderOf(request).name });
    },
  );
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function bytesOf(body: object): Buffer {
  return Buffer.from(JSON.stringify(body));
}
