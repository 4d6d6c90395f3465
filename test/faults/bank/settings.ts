/** The name of the credential by which the readers of snapshots ask data services directly. */
export const AUDITOR = 'auditor';

/**
 * Limits of time are far below their defaults: what a dead line or a stopped process holds up is given up within the
 * seconds that a fault lasts, so that a short run sees both ends of it. Nothing that is promised depends on them.
 */
export const DATA_SETTINGS = {
  LASTRO_LOG_LEVEL: 'warn',
  LASTRO_DATABASE_CONNECT_TIMEOUT_MS: '1500',
  LASTRO_DATABASE_STATEMENT_TIMEOUT_MS: '3000',
  LASTRO_DATABASE_EXCHANGE_TIMEOUT_MS: '4000',
  LASTRO_DATABASE_STALLED_COMMIT_TIMEOUT_MS: '2000',
} as const;

export const BUSINESS_SETTINGS = {
  LASTRO_LOG_LEVEL: 'warn',
  LASTRO_CONNECT_TIMEOUT_MS: '1000',
  LASTRO_BATCH_TIMEOUT_MS: '5000',
  LASTRO_READ_TIMEOUT_MS: '3000',
  LASTRO_RETRY_DELAY_MAX_MS: '1000',
  // The small disk has 80 MiB in all.
  LASTRO_QUEUE_DISK_FREE_MIN_BYTES: String(16 * 2 ** 20),
} as const;

/** One service whose queue is full soon (I9), and one that soon has to ask the ledger for its own results. */
export function ownBusinessSettings(name: string): Readonly<Record<string, string>> {
  if (name === 'business-1') return { LASTRO_QUEUE_DEPTH_MAX: '600' };
  return name === 'business-3' ? { LASTRO_RESULTS_KEPT_MAX: '500' } : {};
}
