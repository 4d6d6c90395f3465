export { PostgresError } from './postgres-error.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './start-postgres.ts';
