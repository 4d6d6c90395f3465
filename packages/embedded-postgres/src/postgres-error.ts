/** PostgreSQL cannot be started or stopped here. The message is one line for the operator and says what to do. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
}
