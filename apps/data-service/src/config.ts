import { LOG_LEVELS, loadConfig } from '@lastro/service';
import { type Static, Type } from 'typebox';

/** Settings of a data service, by the names of their environment variables. */
export const DataServiceConfig = Type.Object({
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL 15 or newer.' }),
  LASTRO_BUSINESS_KEYS: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,64}:[!-+\\--~]{16,512}(,[A-Za-z0-9._-]{1,64}:[!-+\\--~]{16,512})*$',
    description: 'NAME:KEY of each business service, separated by commas.',
  }),
  LASTRO_HOST: Type.String({ default: '127.0.0.1' }),
  LASTRO_PORT: Type.Integer({ default: 7400, minimum: 0, maximum: 65_535 }),
  LASTRO_LOG_LEVEL: Type.Enum([...LOG_LEVELS], { default: 'info' }),
  LASTRO_BODY_SIZE_MAX_BYTES: Type.Integer({ default: 64 * 1024 * 1024, minimum: 1024 }),
  LASTRO_REQUEST_TIMEOUT_MS: Type.Integer({ default: 60_000, minimum: 100 }),
  LASTRO_COMMIT_OPERATIONS_MAX: Type.Integer({ default: 10_000, minimum: 1 }),
  LASTRO_PENDING_OPERATIONS_MAX: Type.Integer({ default: 100_000, minimum: 1 }),
  LASTRO_COMMIT_ATTEMPTS_MAX: Type.Integer({ default: 4, minimum: 1 }),
  LASTRO_COMMIT_RETRY_DELAY_MS: Type.Integer({ default: 100, minimum: 0 }),
  LASTRO_DATABASE_READ_CONNECTIONS_MAX: Type.Integer({ default: 8, minimum: 1 }),
  LASTRO_DATABASE_CONNECT_TIMEOUT_MS: Type.Integer({ default: 5_000, minimum: 1 }),
  LASTRO_DATABASE_STATEMENT_TIMEOUT_MS: Type.Integer({ default: 15_000, minimum: 1 }),
  LASTRO_DATABASE_STALLED_COMMIT_TIMEOUT_MS: Type.Integer({ default: 5_000, minimum: 1 }),
  LASTRO_ACCOUNT_CACHE_SIZE_MAX: Type.Integer({ default: 1_000_000, minimum: 1 }),
  LASTRO_SHUTDOWN_DEADLINE_MS: Type.Integer({ default: 15_000, minimum: 100 }),
});

export type DataServiceConfig = Readonly<Static<typeof DataServiceConfig>>;

/** @throws ConfigError */
export function dataServiceConfig(env: NodeJS.ProcessEnv): DataServiceConfig {
  return loadConfig(DataServiceConfig, env);
}
