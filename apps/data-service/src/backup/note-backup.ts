import pg from 'pg';
import { primaryAt } from '../storage/postgres/connections.ts';
import { classifyError } from '../storage/postgres/postgres-errors.ts';
import { OlderLedgerError } from '../verify/verify-ledger.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const UNDEFINED_TABLE = '42P01';

// Backups may be told of in any order. One that is yet to come would hide that there is none.
const NOTE_SQL = `
  INSERT INTO newest_backup (taken_at)
  SELECT told.at FROM (SELECT coalesce($1::timestamptz, clock_timestamp()) AS at) AS told WHERE told.at <= clock_timestamp()
  ON CONFLICT (only_row) DO UPDATE SET taken_at = greatest(newest_backup.taken_at, excluded.taken_at)
  RETURNING taken_at AS "takenAt"`;

/**
 * Notes in the ledger's database that a backup of it was taken at an instant: now, unless `takenAt` says when.
 *
 * @returns when the newest that is known of was taken; `undefined`: `takenAt` is yet to come, and nothing was noted.
 * @throws StoreUnavailableError, OlderLedgerError
 */
export async function noteBackup(databaseUrl: string, takenAt?: string): Promise<Date | undefined> {
  const client = new pg.Client({
    connectionString: await primaryAt(databaseUrl, CONNECT_TIMEOUT_MS),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'lastro backup-taken',
  });
  // A lost connection fails the statement under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ takenAt: Date }>(NOTE_SQL, [takenAt]);
    return rows[0]?.takenAt;
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw classifyError(error);
    throw new OlderLedgerError(
      'there is no ledger of this version in this database: start its data service once',
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
