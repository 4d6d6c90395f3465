export * from './bearer-keys.ts';
export * from './config.ts';
export * from './file-lock.ts';
export { RETRY_AFTER_SECONDS, sendProblem } from './error-answers.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
export * from './lifecycle.ts';
export * from './logging.ts';
export * from './metrics.ts';
export * from './problem-error.ts';
