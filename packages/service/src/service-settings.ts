import { type Static, Type } from 'typebox';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import type { StopTimes } from './lifecycle.ts';
import { LOG_LEVELS } from './logging.ts';

/** The settings that every service has: the first part of its schema. Given are the defaults that are its own. */
export function serviceSettings(defaults: { readonly port: number; readonly bodySizeMaxBytes: number }) {
  return {
    LASTRO_HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    LASTRO_PORT: Type.Integer({
      default: defaults.port,
      minimum: 0,
      maximum: 65_535,
      description: 'Port to listen on; 0: any free one.',
    }),
    LASTRO_LOG_LEVEL: Type.Enum([...LOG_LEVELS], {
      default: 'info',
      description: 'trace, debug, info, warn, error, fatal or silent.',
    }),
    LASTRO_BODY_SIZE_MAX_BYTES: Type.Integer({
      default: defaults.bodySizeMaxBytes,
      minimum: 1024,
      description: 'Largest body of a request.',
    }),
    LASTRO_REQUEST_TIMEOUT_MS: Type.Integer({
      default: HTTP_LIMITS.requestTimeoutMs,
      minimum: 100,
      description: 'Longest time for a whole request to arrive.',
    }),
    LASTRO_HEADERS_TIMEOUT_MS: Type.Integer({
      default: HTTP_LIMITS.headersTimeoutMs,
      minimum: 100,
      description: 'Longest time for the headers of a request, and for the first request of a connection.',
    }),
    LASTRO_KEEP_ALIVE_TIMEOUT_MS: Type.Integer({
      default: HTTP_LIMITS.keepAliveTimeoutMs,
      minimum: 100,
      description: 'Longest time between an answer and the next request on a connection.',
    }),
    LASTRO_SILENCE_TIMEOUT_MS: Type.Integer({
      default: HTTP_LIMITS.silenceTimeoutMs,
      minimum: 100,
      description:
        'A connection on which nothing moves for so long is cut, also one that does not read its answer.',
    }),
    LASTRO_CONNECTIONS_MAX: Type.Integer({
      default: HTTP_LIMITS.connectionsMax,
      minimum: 1,
      description: 'Most connections; beyond, new ones are closed at once.',
    }),
    LASTRO_SHUTDOWN_DEADLINE_MS: Type.Integer({
      default: 15_000,
      minimum: 100,
      description: 'Longest time to stop in; then it ends at once.',
    }),
    LASTRO_SHUTDOWN_DELAY_MS: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        'When asked to stop: how long /readyz says 503, while everything is taken as before, so that whoever balances the load sends nothing more.',
    }),
  };
}

type ServiceConfig = { readonly [Name in keyof ServiceSettings]: Static<ServiceSettings[Name]> };
type ServiceSettings = ReturnType<typeof serviceSettings>;

/** What the settings of a service say about how its process ends. */
export function stopTimes(config: ServiceConfig): StopTimes {
  return { deadlineMs: config.LASTRO_SHUTDOWN_DEADLINE_MS, delayMs: config.LASTRO_SHUTDOWN_DELAY_MS };
}

/** What the settings of a service say about its HTTP server. */
export function httpLimits(config: ServiceConfig): Partial<HttpLimits> {
  return {
    bodySizeMaxBytes: config.LASTRO_BODY_SIZE_MAX_BYTES,
    requestTimeoutMs: config.LASTRO_REQUEST_TIMEOUT_MS,
    headersTimeoutMs: config.LASTRO_HEADERS_TIMEOUT_MS,
    keepAliveTimeoutMs: config.LASTRO_KEEP_ALIVE_TIMEOUT_MS,
    silenceTimeoutMs: config.LASTRO_SILENCE_TIMEOUT_MS,
    connectionsMax: config.LASTRO_CONNECTIONS_MAX,
  };
}
