import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import Postgrator from 'postgrator';
import { withConnection } from './connections.ts';

const MIGRATIONS_DIRECTORY = path.join(import.meta.dirname, '../../../migrations');
const SCHEMA_TABLE = 'ledger_schema';

/** Any number that no other program takes for an advisory lock: "lastro" in ASCII. */
const MIGRATION_LOCK = '0x6c617374726f';

/** Building an index over a large ledger takes its time. */
const MIGRATION_TIMEOUT_MS = 3_600_000;

/** The database was made by a newer version of Lastro. Retry: no. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/**
 * Brings the schema up to this version. Several data services may start at once: one migrates, the others
 * wait. A migration that was changed after it ran is refused (checksums), and so is a newer database.
 */
export async function migrate(pool: pg.Pool): Promise<void> {
  await withConnection(pool, MIGRATION_TIMEOUT_MS, async (client) => {
    // One transaction for all of it: a migration and the note that it ran cannot come apart.
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${BigInt(MIGRATION_LOCK)})`);
    await refuseNewer(client);
    await new Postgrator({
      driver: 'pg',
      migrationPattern: path.join(MIGRATIONS_DIRECTORY, '*.sql'),
      schemaTable: SCHEMA_TABLE,
      validateChecksums: true,
      execQuery: (text) => client.query(text),
      execSqlScript: async (script) => void (await client.query(script)),
    }).migrate();
    await client.query('COMMIT');
  });
}

async function refuseNewer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>(
    `SELECT to_regclass('${SCHEMA_TABLE}')::text AS found`,
  );
  if (rows[0]?.found === null) return;
  const result = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${SCHEMA_TABLE}`,
  );
  const version = Number(result.rows[0]?.version ?? 0);
  const known = Math.max(
    ...(await readdir(MIGRATIONS_DIRECTORY)).map((name) => Number.parseInt(name, 10) || 0),
  );
  if (version > known) {
    throw new NewerSchemaError(
      `the database has schema version ${version}, and this Lastro knows up to ${known}: use the newer Lastro`,
    );
  }
}
