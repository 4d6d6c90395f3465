import { compileSchema } from '@lastro/contract';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
  type RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TSchema } from 'typebox';
import { type Authenticator, includesScope, type Principal, type Scope } from './bearer-keys.ts';
import {
  answerBrokenRequest,
  answerError,
  answerErrorsWithProblems,
  setSecurityHeaders,
} from './error-answers.ts';
import { allowOrigins } from './cross-origin.ts';
import { createLimitedServer, HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { acceptOnlyJson } from './json-body.ts';
import type { Logger } from './logging.ts';
import type { Registry } from './metrics.ts';
import { ProblemError } from './problem-error.ts';
import { UnfinishedRequests } from './unfinished-requests.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to do. A route without it fails at start. */
    scope?: Scope | 'public';
  }
  interface FastifyRequest {
    /** Who sent the request; null only on public routes. */
    principal: Principal | null;
  }
  interface FastifyInstance {
    /** The scope of routes that say none: for a plugin that brings routes of its own, set around it. */
    scopeOfPlugin?: Scope | 'public';
  }
}

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly keys: Authenticator;
  /** Of pages that may call it from browsers; absent, or empty: none. */
  readonly origins?: readonly string[];
  /** Those that are not as in HTTP_LIMITS. */
  readonly limits?: Partial<HttpLimits>;
  /** Turns a service's own errors into problems; what it does not know it gives back as it is. */
  readonly toProblem?: (error: unknown) => unknown;
}

const PARAM_LENGTH_MAX = 200;
/** Keeps a route out of OpenAPI. */
const UNLISTED: object = { hide: true };

/**
 * A Fastify server with what every Lastro service has: strict validation by the contract's schemas,
 * problems as errors, a scope on every route, headers that keep browsers and caches from harm, `/metrics`
 * and `/healthz`, and limits on what a connection may cost.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const limits = { ...HTTP_LIMITS, ...options.limits };
  let unfinished: UnfinishedRequests | undefined;
  const app = fastify({
    loggerInstance,
    // One logger for all requests: a child for each costs more than the rest of a small request. What is logged of
    // a request names it (error-answers.ts).
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodySizeMaxBytes,
    serverFactory(handler) {
      const server = createLimitedServer(handler, limits);
      unfinished = new UnfinishedRequests(server);
      return server;
    },
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    // A stopping service answers what has already reached it; the routes themselves refuse new work.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request as FastifyRequest, reply as never),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => compileSchema(schema, httpPart));
  if (options.origins !== undefined && options.origins.length > 0) allowOrigins(app, options.origins);
  app.addHook('preClose', async () => unfinished?.cutEvery(limits.closingGraceMs));
  acceptOnlyJson(app);
  answerErrorsWithProblems(app, options.toProblem);
  requireScopes(app, options.keys);
  app.get('/healthz', { config: { scope: 'public' }, schema: UNLISTED }, () => ({ status: 'up' }));
  app.get('/metrics', { config: { scope: 'public' }, schema: UNLISTED }, async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  );
  return app;
}

function requireScopes(app: HttpServer, keys: Authenticator): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', function (route) {
    const scope = route.config?.scope ?? this.scopeOfPlugin;
    if (scope === undefined) throw new Error(`the route ${String(route.method)} ${route.url} has no scope`);
    route.config = { ...route.config, scope };
  });
  // With a callback: a promise for each request would cost more than the look-up of its key.
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(reply);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
      return done(new ProblemError('invalid_request', 'The header Host is missing.'));
    if (request.routeOptions.config.scope === 'public') return done();
    const principal = keys.authenticate(request.headers.authorization);
    if (!(principal instanceof Promise)) return done(refusalOf(request, principal));
    principal.then((found) => refusalOf(request, found)).then(done, done);
  });
}

/** Why `request` may not go on to its route; `undefined` when it may. Sets its principal. */
function refusalOf(request: FastifyRequest, principal: Principal | undefined): ProblemError | undefined {
  // A path that is no route is refused like one that is, so that nobody without a key learns which exist.
  if (principal === undefined) return new ProblemError('unauthorized');
  request.principal = principal;
  const { scope } = request.routeOptions.config;
  const isAllowed = scope === undefined || scope === 'public' || includesScope(principal.scope, scope);
  return isAllowed ? undefined : new ProblemError('forbidden');
}
