import {
  type BatchResult,
  KNOWN_HEAD_HEADER,
  type KeyChanges,
  type KeyChangesQuery,
  type Operation,
  type SubmittedOperation,
} from '@lastro/contract';
import { sameContent } from '@lastro/ledger';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';

/** What the data service does with one request, instead of answering it as it should. */
export type Misbehaviour =
  /** Applies the batch and closes the connection without a word: the ambiguous commit. */
  | 'lose-answer'
  /** Closes the connection without applying anything. */
  | 'hang-up'
  | 'answer-503'
  | 'answer-401'
  /** 400 from something that is not Lastro. */
  | 'answer-400-as-proxy'
  /** Applies the batch, and answers only after `answerLate` was called. */
  | 'answer-late'
  | 'answer-garbage'
  /** Applies the batch, and leaves the last result out. */
  | 'answer-short'
  /** Applies the batch, and mixes up the first two results. */
  | 'answer-swapped';

export const BUSINESS_KEY = 'business-key-of-the-tests';

/**
 * A real HTTP server that speaks the data service's side of the contract, and misbehaves as told. Its ledger is
 * as simple as can be: everything posts, except what goes to account `rejecting`; descriptions `malformed` and
 * `poison` spoil their operation, and the whole batch.
 */
export class ScriptedDataService {
  readonly app: FastifyInstance;
  /** The batches that came, in order, each as the ids in it. */
  readonly batches: string[][] = [];
  /** The header `traceparent` of each batch. */
  readonly traceparents: unknown[] = [];
  /** The header with a known head of each batch. */
  readonly toldHeads: unknown[] = [];
  /** That header of the answers to batches. */
  knownHead: string | undefined;
  /** The bodies of the batches, in order. */
  readonly bodies: string[] = [];
  readonly reads: string[] = [];
  /** The next misbehaviours, one for each batch. */
  readonly script: Misbehaviour[] = [];
  /** All keys, with the newest change of them; undefined: they cannot be read. */
  keyChanges: KeyChanges | undefined = {
    change: 0,
    mark: '11111111-1111-4111-8111-111111111111',
    whole: true,
    more: false,
    keys: [],
  };
  /** How often somebody has asked what has changed. */
  keyLooks = 0;
  readonly ledger = new Map<string, Operation>();
  readonly #submitted = new Map<string, SubmittedOperation>();
  answerLate: () => void = () => undefined;
  /** Reads are answered once this is resolved. */
  readsHeld: Promise<void> = Promise.resolve();
  /** Headers of the answers to reads. */
  readHeaders: Readonly<Record<string, string>> = {};
  url = '';

  constructor() {
    this.app = fastify({ bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
    this.app.removeContentTypeParser('application/json');
    this.app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    this.app.addHook('onRequest', async (request, reply) => {
      if (request.headers.authorization !== `Bearer ${BUSINESS_KEY}`)
        await problem(reply, 401, 'unauthorized');
    });
    this.app.post('/v1/batches', async (request, reply) => {
      this.traceparents.push(request.headers['traceparent']);
      this.toldHeads.push(request.headers[KNOWN_HEAD_HEADER]);
      if (this.knownHead !== undefined) reply.header(KNOWN_HEAD_HEADER, this.knownHead);
      return this.#batch(request.body as string, reply);
    });
    this.app.get('/v1/operations/:id', async (request, reply) => {
      const operation = this.ledger.get((request.params as { id: string }).id);
      return operation ?? problem(reply, 404, 'operation_not_found');
    });
    this.app.get('/v1/keys/changes', async (request, reply) => {
      this.keyLooks += 1;
      return this.keyChanges === undefined
        ? problem(reply, 503, 'ledger_unavailable')
        : this.#changesAfter(request.query as KeyChangesQuery, this.keyChanges);
    });
    this.app.get('/v1/*', async (request, reply) => {
      this.reads.push(request.url);
      await this.readsHeld;
      reply.headers(this.readHeaders);
      return { read: request.url };
    });
  }

  static async start(port = 0): Promise<ScriptedDataService> {
    const service = new ScriptedDataService();
    service.url = await service.app.listen({ host: '127.0.0.1', port });
    return service;
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  async #batch(body: string, reply: FastifyReply): Promise<unknown> {
    const { operations } = JSON.parse(body) as { operations: SubmittedOperation[] };
    this.batches.push(operations.map(({ id }) => id));
    this.bodies.push(body);
    const misbehaviour = this.script.shift();
    if (misbehaviour === 'hang-up') return this.#hangUp(reply);
    if (misbehaviour === 'answer-503') return problem(reply, 503, 'ledger_unavailable');
    if (misbehaviour === 'answer-401') return problem(reply, 401, 'unauthorized');
    if (misbehaviour === 'answer-400-as-proxy')
      return reply.code(400).type('text/html').send('<h1>Bad Request</h1>');
    if (operations.some((operation) => 'description' in operation && operation.description === 'poison')) {
      return problem(reply, 400, 'invalid_request', 'there is poison in it');
    }
    const results = this.#apply(operations);
    if (misbehaviour === 'lose-answer') return this.#hangUp(reply);
    if (misbehaviour === 'answer-late') await new Promise<void>((resolve) => (this.answerLate = resolve));
    if (misbehaviour === 'answer-garbage') return reply.type('application/json').send('{"results":[{"opera');
    if (misbehaviour === 'answer-short') results.pop();
    if (misbehaviour === 'answer-swapped') [results[0], results[1]] = [results[1]!, results[0]!];
    return { results };
  }

  #changesAfter(place: KeyChangesQuery, all: KeyChanges): KeyChanges {
    return place.mark === all.mark ? { ...all, whole: false, keys: [] } : all;
  }

  #hangUp(reply: FastifyReply): FastifyReply {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }

  #apply(operations: readonly SubmittedOperation[]): BatchResult[] {
    return operations.map((submitted) => {
      if ('description' in submitted && submitted.description === 'malformed')
        return { malformed: 'it is malformed' };
      const known = this.#submitted.get(submitted.id);
      if (known !== undefined && !sameContent(known, submitted))
        return { conflict: this.ledger.get(submitted.id)! };
      if (known === undefined) this.post(submitted);
      return { operation: this.ledger.get(submitted.id)! };
    });
  }

  /** Puts an operation in the ledger, as another business service would have. */
  post(submitted: SubmittedOperation): void {
    const sequence = this.ledger.size + 1;
    const { acceptedAt, ...content } = submitted;
    const rejected = 'account' in submitted && submitted.account === 'rejecting';
    const result = rejected
      ? { status: 'rejected' as const, reason: 'insufficient_funds' as const }
      : {
          status: 'posted' as const,
          ...(submitted.type === 'open' ? {} : { currency: 'BRL', balances: { any: 1 } }),
        };
    this.#submitted.set(submitted.id, submitted);
    this.ledger.set(submitted.id, {
      ...content,
      ...result,
      sequence,
      batch: this.batches.length,
      acceptedBy: 'business-1',
      acceptedAt,
      postedAt: '2026-11-22T12:00:00.000Z',
    });
  }
}

function problem(reply: FastifyReply, status: number, code: string, detail = ''): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:lastro:problem:${code}`, title: code, status, code, detail }));
}
