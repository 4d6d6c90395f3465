import {
  type AuditPage,
  AuditQuery,
  type Key,
  type KeyChanges,
  KeyChangesQuery,
  KeyListQuery,
  type KeyPage,
  KeyParams,
  StoreKeyRequest,
  StoreRevocationRequest,
  StoreRotationRequest,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { cutPage } from '../api/cut-page.ts';
import type { AccessStore } from './access-store.ts';

const read = { scope: 'read' } as const;
const write = { scope: 'operate' } as const;

/**
 * The keys of the bank. The lists have the paths and shapes of the public API, and are passed on as they are; the rest is
 * between business and data services. Each change may be sent twice: the second time it finds itself done.
 */
export function addAccessRoutes(app: HttpServer, store: AccessStore): void {
  addLists(app, store);
  const acceptedBy = (request: { principal: { name: string } | null }) => request.principal?.name ?? '';

  app.post('/v1/keys', { config: write, schema: { body: StoreKeyRequest } }, async (request, reply) => {
    const key = await store.create(request.body, acceptedBy(request));
    if (key === 'exists') throw new ProblemError('key_exists');
    return reply.code(201).send(key);
  });

  app.post(
    '/v1/keys/:name/rotate',
    { config: write, schema: { params: KeyParams, body: StoreRotationRequest } },
    async (request) => present(await store.rotate(request.params.name, request.body, acceptedBy(request))),
  );

  app.post(
    '/v1/keys/:name/revoke',
    { config: write, schema: { params: KeyParams, body: StoreRevocationRequest } },
    async (request) => present(await store.revoke(request.params.name, request.body, acceptedBy(request))),
  );
}

function addLists(app: HttpServer, store: AccessStore): void {
  app.get(
    '/v1/keys',
    { config: read, schema: { querystring: KeyListQuery } },
    async ({ query: { cursor, limit = PAGE_SIZE_DEFAULT } }): Promise<KeyPage> => {
      const keys = await store.list(cursor, limit + 1);
      const { page, next } = cutPage(keys, limit, ({ name }) => name);
      return { keys: [...page], ...next };
    },
  );

  app.get(
    '/v1/keys/changes',
    { config: read, schema: { querystring: KeyChangesQuery } },
    async ({ query }): Promise<KeyChanges> => store.changes(query),
  );

  app.get(
    '/v1/audit',
    { config: read, schema: { querystring: AuditQuery } },
    async ({ query: { cursor, limit = PAGE_SIZE_DEFAULT } }): Promise<AuditPage> => {
      const events = await store.events(cursor === undefined ? undefined : Number(cursor), limit + 1);
      const page = events.slice(0, limit);
      return { events: page, ...(events.length > limit ? { nextCursor: String(events[limit]!.event) } : {}) };
    },
  );
}

function present(key: Key | 'unknown' | 'revoked'): Key {
  if (key === 'unknown') throw new ProblemError('key_not_found');
  if (key === 'revoked') throw new ProblemError('key_revoked');
  return key;
}
