import { ConfigError, loadConfig, serviceSettings, TRACE_SETTINGS } from '@lastro/service';
import { type Static, Type } from 'typebox';
import { readDatabaseUrl } from './storage/postgres/database-url.ts';

/** Settings of a data service, by the names of their environment variables. */
export const DataServiceConfig = Type.Object({
  DATABASE_URL: Type.String({
    pattern: '^postgres(ql)?://',
    description:
      'PostgreSQL 15 or newer. Several servers of one cluster with commas, postgres://user:password@a:5432,b:5432/lastro: the primary among them is found, again after a failover.',
  }),
  LASTRO_BUSINESS_KEYS: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,64}:[!-+\\--~]{16,512}(,[A-Za-z0-9._-]{1,64}:[!-+\\--~]{16,512})*$',
    description: 'NAME:KEY of each business service, separated by commas.',
  }),
  ...serviceSettings({ port: 7400, bodySizeMaxBytes: 64 * 1024 * 1024 }),
  ...TRACE_SETTINGS,
  LASTRO_COMMIT_OPERATIONS_MAX: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'Most operations in one commit; a single larger batch commits alone.',
  }),
  LASTRO_COMMITS_UNDER_WAY_MAX: Type.Integer({
    default: 2,
    minimum: 1,
    description: 'Most commits under way: PostgreSQL writes one while the next is decided.',
  }),
  LASTRO_COMMIT_BESIDE_OPERATIONS_MIN: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'Fewest operations for which a commit is begun beside one that is under way.',
  }),
  LASTRO_PENDING_OPERATIONS_MAX: Type.Integer({
    default: 100_000,
    minimum: 1,
    description: 'Most operations that wait for a commit; beyond, batches are refused with 503.',
  }),
  LASTRO_COMMIT_ATTEMPTS_MAX: Type.Integer({
    default: 4,
    minimum: 1,
    description: 'How often a commit is tried before its senders are told to send it again.',
  }),
  LASTRO_COMMIT_RETRY_DELAY_MS: Type.Integer({
    default: 100,
    minimum: 0,
    description: 'Longest pause before the second try; doubles for each after, with full jitter.',
  }),
  LASTRO_DATABASE_READ_CONNECTIONS_MAX: Type.Integer({
    default: 8,
    minimum: 1,
    description: 'Most connections for reads.',
  }),
  LASTRO_DATABASE_CONNECT_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'Longest wait for a connection.',
  }),
  LASTRO_DATABASE_STATEMENT_TIMEOUT_MS: Type.Integer({
    default: 15_000,
    minimum: 1,
    description: 'Longest wait for a statement, and for the head row while another data service commits.',
  }),
  LASTRO_DATABASE_EXCHANGE_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    description: 'Longest that one commit or read may hold its connection; then the line is cut.',
  }),
  LASTRO_DATABASE_STALLED_COMMIT_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'A commit that falls silent for so long is ended by PostgreSQL, which frees the head row.',
  }),
  LASTRO_READ_DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description:
        'Standbys of the ledger’s PostgreSQL, with commas. Statements, exports, lists of operations and trial balances are read there, and may be behind: they say how far they go. Without it, everything is read from the primary.',
    }),
  ),
  LASTRO_SYNCHRONOUS_STANDBYS_MIN: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100,
    description:
      'On so many standbys PostgreSQL must have a commit on disk before it counts; where it is set up for fewer, the service does not start, and posts nothing.',
  }),
  LASTRO_ALLOW_UNSAFE: Type.Boolean({
    default: false,
    description:
      'Only warn where an engine is set up so that promises do not hold, instead of refusing to start, or to post.',
  }),
  LASTRO_DATABASE_CHECK_INTERVAL_MS: Type.Integer({
    default: 1_000,
    minimum: 10,
    description:
      'Pause between two looks whether PostgreSQL is still set up so that promises hold, beside the look at each new connection that commits.',
  }),
  LASTRO_SEARCH_CONNECTIONS_MAX: Type.Integer({
    default: 2,
    minimum: 1,
    description: 'Most connections for searches and past trial balances.',
  }),
  LASTRO_SEARCH_ACCOUNTS_MAX: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 100_000,
    description:
      'Most accounts of a customer’s key that one search looks at; a key with more has to name the account.',
  }),
  LASTRO_SEARCH_TIME_MAX_MS: Type.Integer({
    default: 2_000,
    minimum: 1,
    description: 'After so long, a search answers with what it has found, and where it goes on.',
  }),
  LASTRO_SEARCH_TIMEOUT_MS: Type.Integer({
    default: 8_000,
    minimum: 1,
    description: 'Longest that one statement of a search, or of feeding what is searched, may take.',
  }),
  LASTRO_PROJECTION_BUSY_SHARE_MAX: Type.Number({
    default: 0.1,
    minimum: 0.001,
    maximum: 1,
    description: 'Part of the time in which what is searched is fed while commits are under way.',
  }),
  LASTRO_PROJECTION_STEP_OPERATIONS_MAX: Type.Integer({
    default: 2_000,
    minimum: 1,
    description: 'Most operations that are fed at once.',
  }),
  LASTRO_PROJECTION_POLL_MS: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'How often new operations are looked for to be fed.',
  }),
  LASTRO_HOLD_EXPIRY_INTERVAL_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Pause between two looks for holds whose time is over.',
  }),
  LASTRO_HOLDS_EXPIRED_AT_ONCE_MAX: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Most holds that are released in one batch because their time is over.',
  }),
  LASTRO_SCHEDULE_INTERVAL_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Pause between two looks for schedules whose time has come.',
  }),
  LASTRO_SCHEDULES_AT_ONCE_MAX: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'Most schedules that are started, and sent, at once.',
  }),
  LASTRO_SCHEDULED_OPERATIONS_AT_ONCE_MAX: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'Most operations of schedules that are sent at once; one schedule with more goes alone.',
  }),
  LASTRO_SCHEDULES_WAITING_MAX: Type.Integer({
    default: 100_000,
    minimum: 1,
    description: 'Most schedules that wait for their time; beyond, new ones are refused.',
  }),
  LASTRO_ACCOUNT_CACHE_SIZE_MAX: Type.Integer({
    default: 1_500_000,
    minimum: 1,
    // Some gigabyte; PackedRecords has room for a hundred million.
    maximum: 10_000_000,
    description: 'Most accounts kept in memory; others are read again for each batch that moves them.',
  }),
  LASTRO_EVENT_CONNECTIONS_MAX: Type.Integer({
    default: 2,
    minimum: 1,
    description: 'Most connections for reading the log of events.',
  }),
  LASTRO_EVENT_POLL_INTERVAL_MS: Type.Integer({
    default: 200,
    minimum: 10,
    description:
      'How often to look whether another data service has committed, while somebody waits for events.',
  }),
  LASTRO_EVENT_WAIT_MAX_MS: Type.Integer({
    default: 25_000,
    minimum: 0,
    description: 'Longest that a request for events is held while there are none.',
  }),
  LASTRO_EVENT_WAITERS_MAX: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Most requests and webhooks that wait for events; beyond, requests are refused with 503.',
  }),
  LASTRO_WEBHOOKS_MAX: Type.Integer({
    default: 1000,
    minimum: 0,
    description: 'Most webhooks; beyond, new ones are refused.',
  }),
  LASTRO_WEBHOOK_PRIVATE_ADDRESSES: Type.Enum(['refuse', 'allow'], {
    default: 'refuse',
    description:
      'refuse: events go to https URLs that lead to public addresses only. allow: also to this machine and its networks, and without TLS.',
  }),
  LASTRO_WEBHOOK_REQUESTS_MAX: Type.Integer({
    default: 50,
    minimum: 0,
    description:
      'Most requests to webhooks at a time, one for each webhook; 0: this service delivers nothing.',
  }),
  LASTRO_WEBHOOK_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 10,
    description: 'Longest time for one request to a webhook, with its answer.',
  }),
  LASTRO_WEBHOOK_RETRY_DELAY_MIN_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Pause before an event is sent the second time; doubles for each time after, with jitter.',
  }),
  LASTRO_WEBHOOK_RETRY_DELAY_MAX_MS: Type.Integer({
    default: 3_600_000,
    minimum: 1,
    description: 'Longest pause before an event is sent again.',
  }),
  LASTRO_WEBHOOK_ATTEMPTS_MAX: Type.Integer({
    default: 16,
    minimum: 1,
    description:
      'How often an event is sent before it goes to the dead-letter list, and the next has its turn.',
  }),
  LASTRO_WEBHOOK_EVENT_AGE_MAX_MS: Type.Integer({
    default: 24 * 3_600_000,
    minimum: 1,
    description: 'How long an event is tried before it goes to the dead-letter list.',
  }),
  LASTRO_WEBHOOK_DISABLE_AFTER_MS: Type.Integer({
    default: 5 * 24 * 3_600_000,
    minimum: 1,
    description: 'A webhook that has failed for so long without a success is disabled.',
  }),
  LASTRO_WEBHOOK_DEAD_LETTERS_MAX: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'A webhook with so many dead letters is disabled.',
  }),
  LASTRO_WEBHOOK_SECRET_OVERLAP_MS: Type.Integer({
    default: 24 * 3_600_000,
    minimum: 0,
    description: 'How long events are signed with the secret before as well, after it was rotated.',
  }),
  LASTRO_WEBHOOK_LEASE_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    description: 'How long a webhook stays with a data service that is not heard of; then another delivers.',
  }),
  LASTRO_MONITORS_MAX: Type.Integer({
    default: 10_000,
    minimum: 0,
    description: 'Most balance monitors; beyond, new ones are refused.',
  }),
  LASTRO_SYSTEM_AGE_MAX_MS: Type.Integer({
    default: 500,
    minimum: 0,
    description: 'How old what the console is told of the ledger may be before it is read again.',
  }),
  LASTRO_SYSTEM_DATABASE_TIMEOUT_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Longest wait for PostgreSQL before the console is told that it is down.',
  }),
  LASTRO_ENGINE_LOOK_INTERVAL_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'Pause between two looks at PostgreSQL for the metrics: its size, its standbys, its clock.',
  }),
  LASTRO_VERIFICATION_TIMEOUT_MS: Type.Integer({
    default: 3_600_000,
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'Longest that a verification of the ledger, started from the console, may take.',
  }),
  LASTRO_MONEY_CHECK_INTERVAL_MS: Type.Integer({
    default: 5_000,
    minimum: 0,
    description:
      'Least time between two sums over all accounts while somebody looks at the console; longer where they take long.',
  }),
});

export type DataServiceConfig = Readonly<Static<typeof DataServiceConfig>>;

/** @throws ConfigError */
export function dataServiceConfig(env: NodeJS.ProcessEnv): DataServiceConfig {
  const config = loadConfig(DataServiceConfig, env);
  if (config.LASTRO_EVENT_WAIT_MAX_MS >= config.LASTRO_SILENCE_TIMEOUT_MS) {
    throw new ConfigError(
      'settings are wrong: LASTRO_EVENT_WAIT_MAX_MS must be less than LASTRO_SILENCE_TIMEOUT_MS',
    );
  }
  if (config.LASTRO_READ_DATABASE_URL !== undefined) readDatabaseUrl(config.LASTRO_READ_DATABASE_URL);
  const { role } = readDatabaseUrl(config.DATABASE_URL);
  if (role !== undefined && role !== 'primary') {
    throw new ConfigError(
      'settings are wrong: DATABASE_URL needs the primary: leave target_session_attrs out, or make it read-write',
    );
  }
  return config;
}
