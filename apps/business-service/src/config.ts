import { BUSINESS_ID_PATTERN, OPERATIONS_PER_BATCH_MAX } from '@lastro/contract';
import { ConfigError, isOrigin, loadConfig, serviceSettings, TRACE_SETTINGS } from '@lastro/service';
import { type Static, Type } from 'typebox';
import type { TokenVerifierOptions } from './access/token-verifier.ts';
import { checkReplicatedQueue, replicatedQueueSettings } from './queue/rabbit/settings.ts';

/** Printable ASCII, long enough not to be guessed. */
const KEY_PATTERN = '^[!-~]{16,512}$';
const MIB = 1024 * 1024;

/** Settings of a business service, by the names of their environment variables. */
export const BusinessServiceConfig = Type.Object({
  LASTRO_BUSINESS_ID: Type.String({
    pattern: BUSINESS_ID_PATTERN,
    description: 'Its name: the owner of its queue, and `acceptedBy` of every operation it takes.',
  }),
  LASTRO_BUSINESS_KEY: Type.String({
    pattern: '^[!-+\\--~]{16,512}$',
    description: 'Its own credential for the data services.',
  }),
  LASTRO_DATA_URL: Type.String({
    pattern: '^https?://[^\\s,]+(,https?://[^\\s,]+)*$',
    description: 'URL of the data service; several, that share one ledger, are separated by commas.',
  }),
  LASTRO_PEERS: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s,]+(,https?://[^\\s,]+)*$',
      description:
        'URLs of the business services, separated by commas, for the console: each is asked with the key of whoever looks at it. This one may be among them.',
    }),
  ),
  LASTRO_PEER_TIMEOUT_MS: Type.Integer({
    default: 1_500,
    minimum: 1,
    description: 'Longest wait for another service to say how it is; then it is shown as down.',
  }),
  LASTRO_SYSTEM_AGE_MAX_MS: Type.Integer({
    default: 900,
    minimum: 0,
    description:
      'How old what is known of the other services may be before they are asked again, while somebody looks.',
  }),
  LASTRO_CONSOLE: Type.Enum(['on', 'off'], {
    default: 'on',
    description: 'Whether the web console is served at `/`.',
  }),
  LASTRO_CONSOLE_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Where the console is built; the one of this repository, unless it is set.',
    }),
  ),
  LASTRO_QUEUE_DIR: Type.String({
    minLength: 1,
    description:
      'Directory of its queue, not shared with another; with LASTRO_QUEUE, of what it remembers of operations and results.',
  }),
  ...replicatedQueueSettings,
  LASTRO_ADMIN_KEY: Type.String({ pattern: KEY_PATTERN, description: 'The key that may do everything.' }),
  ...serviceSettings({ port: 7401, bodySizeMaxBytes: 4 * MIB }),
  ...TRACE_SETTINGS,
  LASTRO_TRACES_RATIO: Type.Number({
    default: 0.01,
    minimum: 0,
    maximum: 1,
    description:
      'Part of the requests that are traced, of those whose client says nothing of it in `traceparent`.',
  }),
  LASTRO_TRACES_LINKS_MAX: Type.Integer({
    default: 128,
    minimum: 1,
    description: 'To how many of its operations the span of a batch is linked at most.',
  }),
  LASTRO_SHUTDOWN_DRAIN_MAX_MS: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      'When asked to stop: longest time in which it takes nothing more and its queue is worked off; the rest waits for its next start. 0: all of it does. SIGUSR2 works all of it off, without a limit.',
  }),
  LASTRO_BATCH_SIZE_MAX: Type.Integer({
    default: 5000,
    minimum: 1,
    maximum: OPERATIONS_PER_BATCH_MAX,
    description: 'Most operations in one batch to the data service.',
  }),
  LASTRO_BATCH_BYTES_MAX: Type.Integer({
    default: 8 * MIB,
    minimum: 1024,
    description: 'Largest batch to the data service.',
  }),
  LASTRO_BATCH_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    description: 'Longest wait for the answer to a batch before it is sent again.',
  }),
  LASTRO_READ_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'Longest wait for a read from the data service.',
  }),
  LASTRO_CONNECT_TIMEOUT_MS: Type.Integer({
    default: 3_000,
    minimum: 1,
    description: 'Longest wait for a connection to the data service.',
  }),
  LASTRO_DATA_CONNECTIONS_MAX: Type.Integer({
    default: 32,
    minimum: 2,
    description: 'Most connections to each data service.',
  }),
  LASTRO_DATA_READS_MAX: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Most reads that may be under way or wait for a connection.',
  }),
  LASTRO_EXPORTS_MAX: Type.Integer({
    default: 8,
    minimum: 1,
    description: 'Most exports of statements at a time; beyond, they are refused with 503.',
  }),
  LASTRO_RETRY_DELAY_MIN_MS: Type.Integer({
    default: 20,
    minimum: 1,
    description:
      'Longest pause before a batch is sent the second time; doubles for each time after, with full jitter.',
  }),
  LASTRO_RETRY_DELAY_MAX_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'Longest pause before a batch is sent again.',
  }),
  LASTRO_QUEUE_DEPTH_MAX: Type.Integer({
    default: 1_000_000,
    minimum: 1,
    description: 'Most operations in the queue; beyond, new ones are refused with 503.',
  }),
  LASTRO_QUEUE_UNWRITTEN_MAX: Type.Integer({
    default: 64 * MIB,
    minimum: 1024,
    description: 'Most text that may wait for the disk, in characters.',
  }),
  LASTRO_QUEUE_AT_HAND_MAX_BYTES: Type.Integer({
    default: 16 * MIB,
    minimum: 0,
    description:
      'Most that the embedded queue keeps in memory, besides on disk, of what was not sent to the ledger yet; the rest is read back from the disk.',
  }),
  LASTRO_QUEUE_DISK_FREE_MIN_BYTES: Type.Integer({
    default: 64 * MIB,
    minimum: 0,
    description: 'With less left on the disk of the queue, new operations are refused with 503.',
  }),
  LASTRO_QUEUE_STALLED_AFTER_MS: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'How long one write to the queue may take before new operations are refused.',
  }),
  LASTRO_RESULTS_KEPT_MAX: Type.Integer({
    default: 1_000_000,
    minimum: 0,
    description:
      'Final results kept here, the newest; older ones are asked of the data service. Each takes 14 bytes of memory, and all are read at a start.',
  }),
  LASTRO_WAIT_MAX_MS: Type.Integer({
    default: 30_000,
    minimum: 0,
    description: 'Longest that Prefer: wait holds an answer.',
  }),
  LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: Type.Integer({
    default: 1_000,
    minimum: 10,
    maximum: 3_600_000,
    description:
      'Longest pause between two looks at the keys in the ledger: how long a revoked key may work on while the ledger can be reached.',
  }),
  LASTRO_KEYS_UNKNOWN_INTERVAL_MIN_MS: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 60_000,
    description:
      'Least time between two looks at the keys in the ledger because somebody sends one that is not known here, and may be new.',
  }),
  LASTRO_KEYS_UNKNOWN_WAIT_MAX_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 60_000,
    description: 'Longest wait for such a look before the key is refused.',
  }),
  LASTRO_KEYS_UNKNOWN_WAITING_MAX: Type.Integer({
    default: 1_000,
    minimum: 0,
    description:
      'Most requests that wait for such a look; beyond, keys that are not known are refused at once.',
  }),
  LASTRO_JWT_JWKS_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s]+$',
      description:
        'Where an identity provider publishes the keys of its tokens (JWKS); with the next two, its tokens are accepted like keys.',
    }),
  ),
  LASTRO_JWT_ISSUER: Type.Optional(
    Type.String({ minLength: 1, description: 'The identity provider, as its tokens name it (`iss`).' }),
  ),
  LASTRO_JWT_AUDIENCE: Type.Optional(
    Type.String({ minLength: 1, description: 'This bank, as tokens for it name it (`aud`).' }),
  ),
  LASTRO_JWT_CLOCK_TOLERANCE_SECONDS: Type.Integer({
    default: 5,
    minimum: 0,
    maximum: 300,
    description: 'How far the clock of the identity provider may be from ours.',
  }),
  LASTRO_JWT_JWKS_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'Longest wait for the keys of the identity provider.',
  }),
  LASTRO_JWT_JWKS_AGE_MAX_MS: Type.Integer({
    default: 600_000,
    minimum: 0,
    description:
      'How old they may be before they are fetched again: tokens work so long without the provider.',
  }),
  LASTRO_JWT_JWKS_COOLDOWN_MS: Type.Integer({
    default: 30_000,
    minimum: 0,
    description: 'Least time before they are fetched again because a token names a key that is not there.',
  }),
  LASTRO_CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s,*]+(,https?://[^\\s,*]+)*$',
      description:
        'Origins of the pages that may call the API from browsers, such as https://bank.example.com; several are separated by commas. Not set: none.',
    }),
  ),
  LASTRO_WAITERS_MAX: Type.Integer({
    default: 100_000,
    minimum: 0,
    description: 'Most ids waited for at a time.',
  }),
  LASTRO_EVENT_STREAMS_MAX: Type.Integer({
    default: 1000,
    minimum: 0,
    description: 'Most streams of events that are open at a time; beyond, new ones are refused with 503.',
  }),
  LASTRO_EVENT_HEARTBEAT_MS: Type.Integer({
    default: 15_000,
    minimum: 10,
    description: 'How often a stream of events is sent a comment, so that it does not look dead.',
  }),
  LASTRO_EVENT_STREAM_BUFFER_MAX_BYTES: Type.Integer({
    default: 256 * 1024,
    minimum: 1024,
    description: 'Most that may wait for the client of a stream of events to read it.',
  }),
  LASTRO_EVENT_STREAM_STALLED_AFTER_MS: Type.Integer({
    default: 30_000,
    minimum: 10,
    description: 'A client of a stream of events that does not read so much in this time is cut off.',
  }),
  LASTRO_EVENTS_RECENT_MAX: Type.Integer({
    default: 20_000,
    minimum: 1,
    description: 'Newest events kept in memory, for streams that are up to date.',
  }),
  LASTRO_EVENTS_RECENT_LENGTH_MAX: Type.Integer({
    default: 16 * MIB,
    minimum: 1024,
    description: 'Most text of the newest events kept in memory, in characters.',
  }),
  LASTRO_EVENT_READS_MAX: Type.Integer({
    default: 8,
    minimum: 2,
    description: 'Most pages of events read at a time from a data service, for streams that are behind.',
  }),
  LASTRO_EVENT_WAIT_SECONDS: Type.Integer({
    default: 20,
    minimum: 1,
    maximum: 3600,
    description: 'How long a data service is asked to hold a request for events while there are none.',
  }),
});

export type BusinessServiceConfig = Readonly<Static<typeof BusinessServiceConfig>>;

/** @throws ConfigError */
export function businessServiceConfig(env: NodeJS.ProcessEnv): BusinessServiceConfig {
  const config = loadConfig(BusinessServiceConfig, env);
  if (config.LASTRO_RETRY_DELAY_MIN_MS > config.LASTRO_RETRY_DELAY_MAX_MS) {
    throw new ConfigError(
      'settings are wrong: LASTRO_RETRY_DELAY_MIN_MS must not be more than LASTRO_RETRY_DELAY_MAX_MS',
    );
  }
  if (config.LASTRO_WAIT_MAX_MS >= config.LASTRO_SILENCE_TIMEOUT_MS) {
    throw new ConfigError(
      'settings are wrong: LASTRO_WAIT_MAX_MS must be less than LASTRO_SILENCE_TIMEOUT_MS',
    );
  }
  if (config.LASTRO_EVENT_HEARTBEAT_MS >= config.LASTRO_SILENCE_TIMEOUT_MS) {
    throw new ConfigError(
      'settings are wrong: LASTRO_EVENT_HEARTBEAT_MS must be less than LASTRO_SILENCE_TIMEOUT_MS',
    );
  }
  if (!dataServiceUrls(config).every(isServiceUrl)) {
    throw new ConfigError(
      'settings are wrong: LASTRO_DATA_URL must be like http://127.0.0.1:7400, without a path, a user or a password',
    );
  }
  if (!peerUrls(config).every(isServiceUrl)) {
    throw new ConfigError(
      'settings are wrong: LASTRO_PEERS must be like http://127.0.0.1:7401, without a path, a user or a password',
    );
  }
  if (!corsOrigins(config).every(isOrigin)) {
    throw new ConfigError(
      'settings are wrong: LASTRO_CORS_ORIGINS must have origins like https://bank.example.com, without a path, as browsers write them',
    );
  }
  identityProvider(config);
  checkReplicatedQueue(config);
  return config;
}

/**
 * The identity provider whose tokens are accepted; `undefined`: none.
 *
 * @throws ConfigError when only a part of it is set.
 */
export function identityProvider(config: BusinessServiceConfig): TokenVerifierOptions | undefined {
  const { LASTRO_JWT_JWKS_URL: jwksUrl, LASTRO_JWT_ISSUER: issuer, LASTRO_JWT_AUDIENCE: audience } = config;
  if (jwksUrl === undefined && issuer === undefined && audience === undefined) return undefined;
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) {
    throw new ConfigError(
      'settings are wrong: LASTRO_JWT_JWKS_URL, LASTRO_JWT_ISSUER and LASTRO_JWT_AUDIENCE belong together: set all of them or none',
    );
  }
  if (!isSafeUrl(jwksUrl)) {
    throw new ConfigError(
      'settings are wrong: LASTRO_JWT_JWKS_URL must be https://..., or http:// on this machine, without a user or a password',
    );
  }
  return {
    jwksUrl,
    issuer,
    audience,
    clockToleranceSeconds: config.LASTRO_JWT_CLOCK_TOLERANCE_SECONDS,
    jwksTimeoutMs: config.LASTRO_JWT_JWKS_TIMEOUT_MS,
    jwksAgeMaxMs: config.LASTRO_JWT_JWKS_AGE_MAX_MS,
    jwksCooldownMs: config.LASTRO_JWT_JWKS_COOLDOWN_MS,
  };
}

/** Whoever can change what comes from there can make tokens. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isOnThisMachine = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return (protocol === 'https:' || isOnThisMachine) && username === '' && password === '';
}

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { pathname, username, password } = new URL(text);
  return pathname === '/' && username === '' && password === '';
}

/** The business services that are asked when somebody looks at the system. */
export function peerUrls({ LASTRO_PEERS: peers }: BusinessServiceConfig): string[] {
  return peers === undefined ? [] : [...new Set(peers.split(','))];
}

export function dataServiceUrls(config: BusinessServiceConfig): string[] {
  return config.LASTRO_DATA_URL.split(',');
}

/** Of the pages that may call the API. */
export function corsOrigins(config: BusinessServiceConfig): string[] {
  return config.LASTRO_CORS_ORIGINS?.split(',') ?? [];
}
