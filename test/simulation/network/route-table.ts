import { EventEmitter } from 'node:events';
import type { HttpServer, Logger } from '@lastro/service';
import { problemBody } from '@lastro/contract';
import { answerError } from '../../../packages/service/src/error-answers.ts';
import type { HttpRequest, HttpResponse } from './network.ts';

type FastifyError = Parameters<typeof answerError>[0];
type FastifyRequest = Parameters<typeof answerError>[1];
type FastifyReply = Parameters<typeof answerError>[2];
type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => unknown;

interface Route {
  readonly method: string;
  readonly url: string;
  readonly pattern: RegExp;
  readonly handler: RouteHandler;
}

export interface RouteTableOptions {
  readonly logger: Logger;
  readonly bodySizeMaxBytes: number;
  /** Turns a service's own errors into problems. */
  readonly toProblem?: (error: unknown) => unknown;
  readonly onTooLarge?: () => void;
}

/**
 * As much of a Fastify server as the routes of the services use, without a socket, a stream or a schema: the
 * real routes, and the real answers to errors, at a tenth of the price. What is sent here is well-formed.
 */
export class RouteTable {
  readonly #options: RouteTableOptions;
  readonly #routes: Route[] = [];
  #underWay = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: RouteTableOptions) {
    this.#options = options;
  }

  /** What the functions that add routes take for a server. */
  get app(): HttpServer {
    const add = (method: string) => (url: string, _options: object, handler: RouteHandler) => {
      const pattern = new RegExp(`^${url.replace(':id', '([^/]+)')}$`);
      this.#routes.push({ method, url, pattern, handler });
    };
    return {
      get: add('GET'),
      post: add('POST'),
      patch: add('PATCH'),
      delete: add('DELETE'),
    } as unknown as HttpServer;
  }

  /** Resolves when no request is being handled. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#underWay === 0) resolve();
      else this.#onIdle = resolve;
    });
  }

  async handle(request: HttpRequest, onGone: (listener: () => void) => void): Promise<HttpResponse> {
    if (Buffer.byteLength(request.body ?? '') > this.#options.bodySizeMaxBytes) {
      this.#options.onTooLarge?.();
      return tooLarge();
    }
    this.#underWay += 1;
    const response = await this.#answer(request, onGone);
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#onIdle?.();
    return response;
  }

  async #answer(request: HttpRequest, onGone: (listener: () => void) => void): Promise<HttpResponse> {
    const [path = '', query = ''] = request.path.split('?', 2);
    const route = this.#routes.find(({ method, pattern }) => method === request.method && pattern.test(path));
    if (route === undefined) throw new Error(`no route for ${request.method} ${request.path}`);
    const reply = new SimulatedReply(onGone);
    const fastifyReply = reply as unknown as FastifyReply;
    const fastifyRequest = {
      method: request.method,
      url: request.path,
      headers: request.headers,
      params: { id: decodeURIComponent(route.pattern.exec(path)?.[1] ?? '') },
      // What a schema would make of it.
      query: Object.fromEntries(
        [...new URLSearchParams(query)].map(([name, value]) => [name, value === 'true' ? true : value]),
      ),
      body: request.body === undefined ? undefined : (JSON.parse(request.body) as unknown),
      principal: { name: request.headers['authorization']?.replace('Bearer ', ''), scope: 'admin' },
      routeOptions: { url: route.url },
      log: this.#options.logger,
      id: 'simulated',
    } as unknown as FastifyRequest;
    try {
      const answer = await route.handler(fastifyRequest, fastifyReply);
      if (!reply.sent) reply.send(answer);
    } catch (error) {
      const { toProblem = (fault: unknown) => fault } = this.#options;
      answerError(toProblem(error) as FastifyError, fastifyRequest, fastifyReply);
    }
    return reply.response;
  }
}

function tooLarge(): HttpResponse {
  return {
    status: 413,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problemBody('body_too_large')),
  };
}

/** What a route does to a FastifyReply. */
class SimulatedReply {
  /** The connection: `close` when the client is gone. */
  readonly raw = Object.assign(new EventEmitter(), { closed: false });
  readonly #headers: Record<string, string> = {};
  #status = 200;
  #body: string | undefined;

  constructor(onGone: (listener: () => void) => void) {
    onGone(() => {
      this.raw.closed = true;
      this.raw.emit('close');
    });
  }

  get sent(): boolean {
    return this.#body !== undefined;
  }

  get response(): HttpResponse {
    return { status: this.#status, headers: this.#headers, body: this.#body ?? '' };
  }

  code(status: number): this {
    this.#status = status;
    return this;
  }

  header(name: string, value: string | number): this {
    this.#headers[name] = String(value);
    return this;
  }

  type(contentType: string): this {
    return this.header('content-type', contentType);
  }

  serializer(): this {
    return this;
  }

  send(payload: unknown): this {
    this.#body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return this;
  }
}
