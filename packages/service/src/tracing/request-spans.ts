import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../http-server.ts';
import type { Span } from './span.ts';
import { TRACEPARENT } from './trace-context.ts';
import type { Tracing } from './tracing.ts';

type Route = FastifyRequest['routeOptions'];

/** Spans of the requests to a server that are traced, each from when its sender is known until its answer is sent. */
export class RequestSpans {
  readonly #spans = new WeakMap<FastifyRequest, Span>();

  /**
   * To be made before routes are added, and after hooks that refuse requests: whoever has no key causes no traces.
   * `isTraced` says which routes are traced.
   */
  constructor(app: HttpServer, tracing: Tracing, isTraced: (route: Route) => boolean) {
    app.addHook('onRequest', (request, reply, done) => {
      const span = isTraced(request.routeOptions) ? receive(tracing, request) : undefined;
      if (span !== undefined) {
        this.#spans.set(request, span);
        const { raw } = reply;
        // This comes whatever happens: also when the client goes away.
        raw.once('close', () => {
          if (!raw.headersSent) return span.end('client_gone');
          span.set({ 'http.response.status_code': raw.statusCode });
          span.end(raw.statusCode >= 500 ? String(raw.statusCode) : undefined);
        });
      }
      done();
    });
  }

  of(request: FastifyRequest): Span | undefined {
    return this.#spans.get(request);
  }
}

/** By the route's pattern: a path may have the name of an account in it. */
function receive(tracing: Tracing, request: FastifyRequest): Span | undefined {
  const { method } = request;
  const route = request.routeOptions.url ?? '';
  return tracing.receive(`${method} ${route}`, request.headers[TRACEPARENT], {
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': route },
  });
}
