export * from './bearer-keys.ts';
export * from './config.ts';
export * from './file-lock.ts';
export * from './files.ts';
export { RETRY_AFTER_SECONDS, sendProblem } from './error-answers.ts';
// The server itself is `@lastro/service/http-server`: what serves nobody does not wait until Fastify is loaded.
export type { HttpServer, HttpServerOptions } from './http-server.ts';
export type { HttpLimits } from './http-limits.ts';
export * from './lifecycle.ts';
export * from './logging.ts';
export * from './metrics.ts';
export * from './niceness.ts';
export * from './node-flags.ts';
export * from './origin.ts';
export * from './problem-error.ts';
export * from './processes.ts';
export * from './service-settings.ts';
export * from './shared-look.ts';
export * from './tracing/index.ts';
