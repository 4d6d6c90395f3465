import { setTimeout as sleep } from 'node:timers/promises';
import {
  AccountListQuery,
  DepositRequest,
  DryRunQuery,
  OpenAccountRequest,
  type Operation,
  type OperationRequest,
  OperationsRequest,
  problemBody,
  type ProblemCode,
  StatementQuery,
  TransferRequest,
  WithdrawalRequest,
} from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import { BearerKeys, createLogger, createMetrics, type HttpServer, ProblemError } from '@lastro/service';
import { createHttpServer } from '@lastro/service/http-server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LedgerInMemory } from './ledger-in-memory.ts';

export const KEY = 'key-of-the-tests';

/** What goes wrong with one request at one door. */
export type Fault =
  | 'drop-before'
  | 'drop-after'
  | {
      readonly status: number;
      readonly code?: ProblemCode;
      readonly retryAfter?: string;
      readonly page?: string;
    }
  | { readonly slowMs: number };

interface Waiter {
  readonly id: string;
  readonly resolve: () => void;
}

/**
 * A business service that speaks the public API over a ledger in memory, with its own queue, and fails on
 * request: what the client, the simulation and the replay are tested against, over real sockets.
 */
export class Door {
  readonly name: string;
  url = '';
  /** Asked for each request that writes; the fault to show, if any. */
  fault: (request: FastifyRequest) => Fault | undefined = () => undefined;
  /** While true, nothing leaves the queue: the data service is down. */
  paused = false;
  /** Longest time that an answer is held. */
  waitMaxSeconds = 30;
  /** Requests that reached the door: method and path. */
  readonly requests: string[] = [];
  /** The header of each request that brought operations. */
  readonly traceparents: unknown[] = [];
  readonly #ledger: LedgerInMemory;
  readonly #app: HttpServer;
  readonly #queue: AcceptedOperation[] = [];
  readonly #pending = new Map<string, Operation>();
  #waiters: Waiter[] = [];
  #draining = false;

  constructor(ledger: LedgerInMemory, name: string) {
    this.name = name;
    this.#ledger = ledger;
    this.#app = createHttpServer({
      logger: createLogger(name, 'silent'),
      metrics: createMetrics(name),
      keys: new BearerKeys().add(KEY, { name: 'tests', scope: 'operate' }),
      limits: { bodySizeMaxBytes: 10_000_000 },
    });
    this.#addWrites();
    this.#addReads();
  }

  async start(port = 0): Promise<this> {
    this.url = await this.#app.listen({ host: '127.0.0.1', port });
    return this;
  }

  /** Ends at once, cutting every connection. What is queued is still posted: it is on disk. */
  async kill(): Promise<void> {
    this.#app.server.closeAllConnections();
    await this.#app.close();
  }

  resume(): void {
    this.paused = false;
    this.#drain();
  }

  #addWrites(): void {
    const config = { scope: 'operate' } as const;
    this.#app.addHook('preHandler', async (request, reply) => this.#record(request, reply));
    this.#app.post(
      '/v1/accounts',
      { config, schema: { body: OpenAccountRequest } },
      async (request, reply) => {
        const { id: account, ...opening } = request.body;
        const id = String(request.headers['idempotency-key']);
        return this.#takeOne({ type: 'open', id, account, ...opening }, request, reply);
      },
    );
    this.#app.post('/v1/deposits', { config, schema: { body: DepositRequest } }, async (request, reply) =>
      this.#takeOne({ type: 'deposit', ...request.body }, request, reply),
    );
    this.#app.post(
      '/v1/withdrawals',
      { config, schema: { body: WithdrawalRequest } },
      async (request, reply) => this.#takeOne({ type: 'withdrawal', ...request.body }, request, reply),
    );
    this.#app.post('/v1/transfers', { config, schema: { body: TransferRequest } }, async (request, reply) =>
      this.#takeOne({ type: 'transfer', ...request.body }, request, reply),
    );
    this.#app.post(
      '/v1/operations',
      { config, schema: { body: OperationsRequest, querystring: DryRunQuery } },
      async (request, reply) => {
        if (request.query.dryRun === true) {
          const tried = this.#ledger.copy();
          return { operations: request.body.operations.map((operation) => this.#try(tried, operation)) };
        }
        const taken = request.body.operations.map((operation) => this.#take(operation));
        const operations = await this.#settle(taken, request);
        await this.#dropAfter(request, reply);
        return reply
          .code(operations.some(({ status }) => status === 'accepted') ? 202 : 200)
          .send({ operations });
      },
    );
  }

  #addReads(): void {
    const config = { scope: 'read' } as const;
    this.#app.get(
      '/v1/accounts',
      { config, schema: { querystring: AccountListQuery } },
      async ({ query }) => {
        const all = this.#ledger
          .accounts(query.prefix)
          .filter(({ id }) => query.cursor === undefined || id > query.cursor);
        return page('accounts', all, query.limit ?? 50, ({ id }) => id);
      },
    );
    this.#app.get<{ Params: { id: string } }>('/v1/accounts/:id', { config }, async ({ params }) =>
      this.#account(params.id),
    );
    this.#app.get<{ Params: { id: string } }>('/v1/accounts/:id/balance', { config }, async ({ params }) => {
      const { id, currency, balance, held, available } = this.#account(params.id);
      return { account: id, currency, balance, held, available, sequence: this.#ledger.sequence };
    });
    this.#app.get<{ Params: { id: string }; Querystring: StatementQuery }>(
      '/v1/accounts/:id/statement',
      { config, schema: { querystring: StatementQuery } },
      async ({ params, query }) => {
        const { id, currency } = this.#account(params.id);
        const cursor = Number(query.cursor ?? Infinity);
        const all = this.#ledger.entries(id).filter((entry) => entry.entry < cursor);
        return {
          account: id,
          currency,
          ...page('entries', all, query.limit ?? 50, ({ entry }) => String(entry)),
        };
      },
    );
    this.#app.get<{ Params: { id: string } }>('/v1/operations/:id', { config }, async ({ params }) => {
      const operation = this.#ledger.operation(params.id) ?? this.#pending.get(params.id);
      if (operation === undefined) throw new ProblemError('operation_not_found');
      return operation;
    });
    this.#app.get('/v1/trial-balance', { config }, async () => this.#ledger.trialBalance());
  }

  #account(id: string) {
    const account = this.#ledger.account(id);
    if (account === undefined) throw new ProblemError('account_unknown', `There is no account '${id}'.`);
    return account;
  }

  async #record(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    this.requests.push(`${request.method} ${request.url}`);
    const fault = this.fault(request);
    (request as { fault?: Fault | undefined }).fault = fault;
    if (fault === 'drop-before') return this.#drop(reply);
    if (typeof fault !== 'object') return undefined;
    if ('slowMs' in fault) return sleep(fault.slowMs);
    if (fault.retryAfter !== undefined) reply.header('retry-after', fault.retryAfter);
    if (fault.page !== undefined) return reply.code(fault.status).type('text/html').send(fault.page);
    const code = fault.code ?? (fault.status === 503 ? 'queue_full' : 'internal_error');
    return reply.code(fault.status).send(problemBody(code));
  }

  async #dropAfter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if ((request as { fault?: Fault | undefined }).fault === 'drop-after') await this.#drop(reply);
  }

  async #drop(reply: FastifyReply): Promise<never> {
    reply.hijack();
    reply.raw.destroy();
    return new Promise(() => undefined);
  }

  async #takeOne(operation: OperationRequest, request: FastifyRequest, reply: FastifyReply) {
    const [result] = await this.#settle([this.#take(operation)], request);
    await this.#dropAfter(request, reply);
    if (result?.status === 'accepted') return reply.code(202).send(result);
    if (result?.status === 'rejected')
      throw new ProblemError(result.reason!, undefined, { operation: result });
    if (operation.type === 'open') return reply.code(201).send(this.#ledger.account(operation.account));
    return reply.code(200).send(result);
  }

  #try(ledger: LedgerInMemory, request: OperationRequest): Operation {
    const content = this.#contentOf(request);
    const known = ledger.operation(content.id);
    if (known !== undefined) return known;
    const result = ledger.apply(content);
    if (!('operation' in result)) throw new ProblemError('id_conflict');
    const { sequence: _s, batch: _b, postedAt: _p, ...tried } = result.operation;
    return { ...tried, dryRun: true };
  }

  #contentOf(request: OperationRequest): AcceptedOperation {
    const filled = request.type === 'open' ? { currency: 'BRL', overdraftLimit: 0, ...request } : request;
    return {
      ...filled,
      acceptedBy: this.name,
      acceptedAt: new Date().toISOString(),
    } as AcceptedOperation;
  }

  /** Queues an operation, as the fsynced queue of a real service does, or says what is known of it. */
  #take(request: OperationRequest): string {
    const content = this.#contentOf(request);
    if (this.#ledger.operation(content.id) === undefined) {
      this.#pending.set(content.id, { ...content, status: 'accepted' } as Operation);
    }
    if (!this.#ledger.tampering.lose?.(content)) this.#queue.push(content);
    this.#drain();
    return content.id;
  }

  #drain(): void {
    if (this.#draining || this.paused) return;
    this.#draining = true;
    setImmediate(() => {
      this.#draining = false;
      if (this.paused) return;
      for (const content of this.#queue.splice(0)) {
        this.#ledger.apply(content);
        this.#pending.delete(content.id);
      }
      const [done, waiting] = partition(this.#waiters, ({ id }) => this.#ledger.operation(id) !== undefined);
      this.#waiters = waiting;
      for (const waiter of done) waiter.resolve();
    });
  }

  async #settle(ids: readonly string[], request: FastifyRequest): Promise<Operation[]> {
    this.traceparents.push(request.headers['traceparent']);
    const asked = Number(/wait=(\d+)/.exec(String(request.headers['prefer']))?.[1] ?? 0);
    const waitSeconds = Math.min(asked, this.waitMaxSeconds);
    const waits = ids.map((id) =>
      this.#ledger.operation(id) === undefined
        ? new Promise<void>((resolve) => this.#waiters.push({ id, resolve }))
        : Promise.resolve(),
    );
    if (waitSeconds > 0) {
      const timeout = new AbortController();
      const late = sleep(waitSeconds * 1000, undefined, { signal: timeout.signal }).catch(() => undefined);
      await Promise.race([Promise.all(waits), late]);
      timeout.abort();
    }
    return ids.map((id) => this.#ledger.operation(id) ?? this.#pending.get(id)!);
  }
}

/** A ledger and `count` doors to it. */
export async function startBank(
  count = 1,
): Promise<{ ledger: LedgerInMemory; doors: Door[]; stop: () => Promise<void> }> {
  const ledger = new LedgerInMemory();
  const doors = await Promise.all(
    Array.from({ length: count }, (_, index) => new Door(ledger, `door-${index + 1}`).start()),
  );
  return { ledger, doors, stop: async () => void (await Promise.all(doors.map((door) => door.kill()))) };
}

function page<Row>(name: string, rows: readonly Row[], limit: number, cursorOf: (row: Row) => string) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    [name]: shown,
    ...(rows.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {}),
  };
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
