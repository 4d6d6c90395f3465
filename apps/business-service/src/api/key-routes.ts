import {
  AuditPage,
  AuditQuery,
  IssuedKey,
  KeyListQuery,
  KeyPage,
  KeyParams,
  NewKey,
  RotateKeyRequest,
} from '@lastro/contract';
import type { HttpServer, Logger } from '@lastro/service';
import { Type } from 'typebox';
import { senderOf } from '../access/customers.ts';
import type { KeyIssuer } from '../access/key-issuer.ts';
import { CHANGE_PROBLEMS, describe, json, problems, READ_PROBLEMS, withExamples } from './documentation.ts';
import { addLedgerReads, type LedgerRead } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';

const config = { scope: 'admin' } as const;
/** The keys of the bank and what was done to them, for administrators. All of it needs the ledger. */
export function addKeyRoutes(app: HttpServer, issuer: KeyIssuer, ledger: LedgerReads, logger: Logger): void {
  addCreateRoute(app, issuer, logger);
  addRotateRoute(app, issuer, logger);
  addRevokeRoute(app, issuer, logger);
  addLedgerReads(app, ledger, READS);
}

function addCreateRoute(app: HttpServer, issuer: KeyIssuer, logger: Logger): void {
  app.post(
    '/v1/keys',
    {
      config,
      schema: {
        ...describe('Keys', 'createKey', 'Make a key', [
          'The answer is the only place where the key is ever shown. When it gets lost on its way, rotate the key.',
          'A key that is limited to `accounts` is for a customer: it reads and lists these accounts, their statements, and the',
          'operations that touch them; it sends withdrawals, transfers and holds that debit them; nothing else, whatever its scope.',
        ]),
        body: withExamples(NewKey, [
          { name: 'backoffice', scope: 'operate' },
          { name: 'shop-7', scope: 'operate', accounts: ['shop-7', 'shop-7:*'], rateLimitPerSecond: 50 },
        ]),
        response: {
          201: json('Made. The key is shown this once.', IssuedKey),
          ...problems(...CHANGE_PROBLEMS, 'key_exists'),
        },
      },
    },
    async (request, reply) => {
      const key = await issuer.create(request.body, senderOf(request).name);
      logger.info({ key: key.name }, 'a key was made');
      return reply.code(201).send(key);
    },
  );
}

function addRotateRoute(app: HttpServer, issuer: KeyIssuer, logger: Logger): void {
  app.post(
    '/v1/keys/:name/rotate',
    {
      config,
      schema: {
        ...describe('Keys', 'rotateKey', 'Replace a key by a new one', [
          'Name, scope and limits stay. The old key is refused at once, or after `overlapSeconds`.',
        ]),
        params: KeyParams,
        body: withExamples(RotateKeyRequest, [{}, { overlapSeconds: 3600 }]),
        response: {
          200: json('The new key, shown this once.', IssuedKey),
          ...problems(...CHANGE_PROBLEMS, 'key_not_found', 'key_revoked'),
        },
      },
    },
    async (request) => {
      const { name } = request.params;
      const key = await issuer.rotate(name, request.body, senderOf(request).name);
      logger.info({ key: name }, 'a key was rotated');
      return key;
    },
  );
}

function addRevokeRoute(app: HttpServer, issuer: KeyIssuer, logger: Logger): void {
  app.delete(
    '/v1/keys/:name',
    {
      config,
      schema: {
        ...describe('Keys', 'revokeKey', 'Revoke a key, for good', [
          'This business service refuses it from now on; the others do as soon as they look: within a second, unless they',
          'are set otherwise, or cannot reach the ledger. What is revoked already stays so.',
        ]),
        params: KeyParams,
        response: {
          204: Type.Null({ description: 'Revoked.' }),
          ...problems(...READ_PROBLEMS, 'key_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      await issuer.revoke(name, senderOf(request).name);
      logger.info({ key: name }, 'a key was revoked');
      return reply.code(204).send(null);
    },
  );
}

const READS: readonly LedgerRead[] = [
  {
    path: '/v1/keys',
    doc: describe('Keys', 'listKeys', 'List keys, in the order of their names', [
      'Revoked ones too, and never the keys themselves.',
    ]),
    scope: 'admin',
    querystring: KeyListQuery,
    answer: KeyPage,
  },
  {
    path: '/v1/audit',
    doc: describe(
      'Keys',
      'listAuditEvents',
      'Who changed what beside the ledger: keys, webhooks, monitors, schedules',
      ['Newest first, and never with a secret. Who sent an operation is with the operation: `key`.'],
    ),
    scope: 'admin',
    querystring: AuditQuery,
    answer: AuditPage,
  },
];
