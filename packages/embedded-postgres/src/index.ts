export { type BackupOptions, backUpPostgres } from './back-up.ts';
export { PostgresError } from './postgres-error.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './start-postgres.ts';
