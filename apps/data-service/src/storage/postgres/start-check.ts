import { ConfigError, type Logger } from '@lastro/service';
import pg from 'pg';
import { StoreUnavailableError } from '../store.ts';
import { primaryAt } from './connections.ts';
import { type DatabaseFacts, faultsOf, readFacts } from './database-faults.ts';
import { readDatabaseUrl } from './database-url.ts';
import { classifyError } from './postgres-errors.ts';

/** What the promises ask of PostgreSQL, and whether less is accepted. */
export interface DatabaseDemands {
  readonly databaseUrl: string;
  readonly connectTimeoutMs: number;
  /** So many standbys must have a commit on disk before it counts. */
  readonly synchronousStandbysMin: number;
  /** Only warn where a promise would not hold. */
  readonly allowUnsafe: boolean;
}

/**
 * Refuses a PostgreSQL on which the promises would not hold, with one line that says what to do; with `allowUnsafe` it is
 * a warning. What could not work at all is refused either way. What changes later is seen by `DatabaseSafety`.
 *
 * @throws ConfigError, StoreUnavailableError
 */
export async function checkDatabase(demands: DatabaseDemands, logger: Logger): Promise<void> {
  const { isStandby, ...facts } = await factsAt(demands);
  if (isStandby) {
    throw new ConfigError(
      'the PostgreSQL of DATABASE_URL is a standby, which takes no commits: name the primary, or all servers with commas between them',
    );
  }
  const faults = faultsOf(facts, demands.synchronousStandbysMin);
  if (faults.length === 0) return;
  const line = `the PostgreSQL of DATABASE_URL does not keep the promises: ${faults.join('; ')}`;
  if (!demands.allowUnsafe) throw new ConfigError(line);
  logger.warn({ faults }, `UNSAFE, and started all the same because of LASTRO_ALLOW_UNSAFE: ${line}`);
}

/** Without any setting of ours: what the server, the database and the user bring with them. */
async function factsAt(demands: DatabaseDemands): Promise<DatabaseFacts & { readonly isStandby: boolean }> {
  const { databaseUrl, connectTimeoutMs } = demands;
  try {
    const client = new pg.Client({
      connectionString: await primaryAt(databaseUrl, connectTimeoutMs),
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'lastro checks its database',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await readFacts(client, connectTimeoutMs);
    } finally {
      void client.end().catch(() => undefined);
    }
  } catch (error) {
    throw refusal(error, databaseUrl);
  }
}

/** What the server says to who may not come in, by its SQLSTATE (appendix A of PostgreSQL's manual). */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or the password',
  '28000': 'does not let this user in (pg_hba.conf, or no such role)',
  '3D000': 'has no such database',
  '42501': 'does not let this user into the database',
};

function refusal(error: unknown, databaseUrl: string): unknown {
  const sentence = error instanceof pg.DatabaseError ? REFUSALS[error.code ?? ''] : undefined;
  if (sentence !== undefined) {
    return new ConfigError(`the PostgreSQL of DATABASE_URL ${sentence}`, { cause: error });
  }
  const classified = classifyError(error);
  if (!(classified instanceof StoreUnavailableError)) return classified;
  const { hosts } = readDatabaseUrl(databaseUrl);
  return new StoreUnavailableError(
    `no PostgreSQL can be used at ${hosts.join(', ')} (DATABASE_URL): ${classified.message}`,
    { cause: error },
  );
}
