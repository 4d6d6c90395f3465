import { type Logger, ProblemError } from '@lastro/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DataServiceAnswer, DataServiceClient, LedgerCall } from '../data-service-client.ts';

/** Reads from the ledger, with this service's own credential. */
export class LedgerReads {
  readonly #client: DataServiceClient;
  readonly #logger: Logger;

  constructor(client: DataServiceClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /**
   * What the ledger answers for `path`, as it came; with `body` it is a POST that only asks, or may be sent twice.
   *
   * @throws ProblemError `ledger_unavailable`
   */
  async ask(path: string, body?: Buffer): Promise<DataServiceAnswer> {
    return this.#call({ method: body === undefined ? 'GET' : 'POST', path, ...(body && { body }) });
  }

  /**
   * Answers with what the ledger answers for `path`: status, problem and all.
   *
   * @throws ProblemError `ledger_unavailable`
   */
  async pass(reply: FastifyReply, path: string): Promise<FastifyReply> {
    return this.passCall(reply, { method: 'GET', path });
  }

  /**
   * Answers with what the ledger answers to a call that may be made more than once.
   *
   * @throws ProblemError `ledger_unavailable`
   */
  async passCall(reply: FastifyReply, call: LedgerCall): Promise<FastifyReply> {
    const { status, contentType, standing, body } = await this.#call(call);
    if (contentType !== '') reply.header('content-type', contentType);
    for (const [name, value] of Object.entries(standing)) reply.header(name, value);
    return reply.code(status).send(body === '' ? null : body);
  }

  async #call(call: LedgerCall): Promise<DataServiceAnswer> {
    const answer = await this.#client.call(call).catch((cause: unknown) => {
      throw new ProblemError('ledger_unavailable', undefined, { cause });
    });
    if (answer.status === 401 || answer.status === 403) {
      this.#logger.error(
        { status: answer.status },
        'the data service refuses the key of this business service',
      );
      throw new ProblemError('ledger_unavailable');
    }
    return answer;
  }

  /** Answers a read of the public API with what the ledger answers for the same path and query. */
  passRequest(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.pass(reply, pathToPassOn(request));
  }
}

/** The path is built again from its checked parts; the query has been checked as a whole. */
export function pathToPassOn(request: FastifyRequest): string {
  const params = request.params as Readonly<Record<string, string | number>>;
  const path = request.routeOptions.url!.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const queryAt = request.url.indexOf('?');
  return queryAt === -1 ? path : path + request.url.slice(queryAt);
}
