import { ConfigError, type Logger } from '@lastro/service';
import pg from 'pg';
import { StoreUnavailableError } from '../store.ts';
import { primaryAt } from './connections.ts';
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

/** How a server is set up. */
export interface DatabaseFacts {
  /** As PostgreSQL has it: 150004 is 15.4. */
  readonly version: number;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly synchronousCommit: string;
  readonly synchronousStandbyNames: string;
}

const VERSION_MIN = 150_000;

// Without any setting of ours: what the server, the database and the user bring with them.
const FACTS_SQL = `
  SELECT pg_is_in_recovery() AS "isStandby",
         current_setting('server_version_num')::int AS version,
         current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS "fullPageWrites",
         current_setting('synchronous_commit') AS "synchronousCommit",
         current_setting('synchronous_standby_names') AS "synchronousStandbyNames"`;

/**
 * Refuses a PostgreSQL on which the promises would not hold, with one line that says what to do; with `allowUnsafe` it is
 * a warning. What could not work at all is refused either way.
 *
 * @throws ConfigError, StoreUnavailableError
 */
export async function checkDatabase(demands: DatabaseDemands, logger: Logger): Promise<void> {
  const { isStandby, ...facts } = await readFacts(demands);
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

/** What is wrong with a primary, each with what to do about it. */
export function faultsOf(facts: DatabaseFacts, synchronousStandbysMin: number): string[] {
  const faults: string[] = [];
  if (facts.version < VERSION_MIN) {
    faults.push(
      `it is PostgreSQL ${Math.floor(facts.version / 10_000)}, and 15 is the oldest that works: upgrade it`,
    );
  }
  if (facts.fsync === 'off')
    faults.push('fsync is off, so a power cut loses what was acknowledged: switch it on');
  if (facts.fullPageWrites === 'off') {
    faults.push('full_page_writes is off, so a power cut can damage pages for good: switch it on');
  }
  if (facts.synchronousCommit === 'off') {
    faults.push('synchronous_commit is off, so a crash loses what was acknowledged: switch it on');
  }
  return [...faults, ...standbyFaults(facts, synchronousStandbysMin)];
}

function standbyFaults(facts: DatabaseFacts, standbysMin: number): string[] {
  if (standbysMin === 0) return [];
  const { synchronousCommit } = facts;
  const faults: string[] = [];
  if (synchronousCommit === 'local' || synchronousCommit === 'remote_write') {
    faults.push(
      `synchronous_commit is ${synchronousCommit}, so no standby needs to have a commit on disk: set it to on`,
    );
  }
  const standbys = standbysWaitedFor(facts.synchronousStandbyNames);
  if (standbys < standbysMin) {
    faults.push(
      `synchronous_standby_names waits for ${standbys} standbys, and LASTRO_SYNCHRONOUS_STANDBYS_MIN is ${standbysMin}: name that many, as in ANY 1 (b, c)`,
    );
  }
  return faults;
}

/** How many standbys a commit waits for: `ANY 2 (a, b, c)`, `FIRST 1 (a, b)`, `2 (a, b)`, or a list of which the first counts. */
export function standbysWaitedFor(synchronousStandbyNames: string): number {
  const text = synchronousStandbyNames.trim();
  if (text === '') return 0;
  const counted = /^(?:(?:any|first)\s+)?(\d+)\s*\(/i.exec(text);
  return counted === null ? 1 : Number(counted[1]);
}

async function readFacts(demands: DatabaseDemands): Promise<DatabaseFacts & { readonly isStandby: boolean }> {
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
      const question = { text: FACTS_SQL, query_timeout: connectTimeoutMs };
      return (await client.query<DatabaseFacts & { isStandby: boolean }>(question)).rows[0]!;
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
