import type pg from 'pg';

/** How a server is set up, as far as the promises rest on it. */
export interface DatabaseFacts {
  /** As PostgreSQL has it: 150004 is 15.4. */
  readonly version: number;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly synchronousCommit: string;
  readonly synchronousStandbyNames: string;
  readonly readOnly: string;
}

const VERSION_MIN = 150_000;

const FACTS_SQL = `
  SELECT pg_is_in_recovery() AS "isStandby",
         current_setting('server_version_num')::int AS version,
         current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS "fullPageWrites",
         current_setting('synchronous_commit') AS "synchronousCommit",
         current_setting('synchronous_standby_names') AS "synchronousStandbyNames",
         current_setting('default_transaction_read_only') AS "readOnly"`;

/** Asks the server behind `client`, in no longer than `timeoutMs`, how it is set up, for this session. */
export async function readFacts(
  client: Pick<pg.Client, 'query'>,
  timeoutMs: number,
): Promise<DatabaseFacts & { readonly isStandby: boolean }> {
  const question = { text: FACTS_SQL, query_timeout: timeoutMs };
  return (await client.query<DatabaseFacts & { isStandby: boolean }>(question)).rows[0]!;
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
  if (facts.readOnly === 'on') {
    faults.push('default_transaction_read_only is on, so nothing can be posted: switch it off');
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

/**
 * How many standbys a commit waits for: `ANY 2 (a, b, c)`, `FIRST 1 (a, b)`, `2 (a, b)`, or a list of which the first counts.
 * The function `synchronous_standbys` in the database says the same.
 */
export function standbysWaitedFor(synchronousStandbyNames: string): number {
  const text = synchronousStandbyNames.trim();
  if (text === '') return 0;
  const counted = /^(?:(?:any|first)\s+)?(\d+)\s*\(/i.exec(text);
  return counted === null ? 1 : Number(counted[1]);
}
