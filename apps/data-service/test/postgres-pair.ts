import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUpPostgres, type RunningPostgres, startPostgres } from '@lastro/embedded-postgres';
import { createLogger } from '@lastro/service';
import pg from 'pg';
import { vi } from 'vitest';

const logger = createLogger('test', 'silent');
const STANDBY = 'standby';

/** A primary and a standby that follows it by streaming, both real, in a directory of their own. */
export class PostgresPair {
  readonly #directory: string;
  readonly #started: RunningPostgres[] = [];
  primary!: RunningPostgres;
  standby!: RunningPostgres;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<PostgresPair> {
    const pair = new PostgresPair(await mkdtemp(join(tmpdir(), 'lastro-pair-')));
    pair.primary = await pair.#start('primary');
    await backUpPostgres({
      directory: pair.#path('primary'),
      url: pair.primary.url,
      target: pair.#path(STANDBY),
    });
    await writeFile(join(pair.#path(STANDBY), 'cluster', 'standby.signal'), '');
    const { username, password, port } = new URL(pair.primary.url);
    pair.standby = await pair.#start(STANDBY, {
      primary_conninfo: `host=127.0.0.1 port=${port} user=${username} password=${password} application_name=${STANDBY}`,
      wal_retrieve_retry_interval: '100ms',
      // Who waits for the standby is let go when it reports next.
      wal_receiver_status_interval: '1s',
    });
    return pair;
  }

  /** `first` and `second` in one URL, as a client of a cluster is given it. */
  urlOf(first: RunningPostgres, second: RunningPostgres): string {
    return first.url.replace(/@[^/]+\//, `@127.0.0.1:${first.port},127.0.0.1:${second.port}/`);
  }

  /** From now on no commit counts before the standby has it. */
  async waitForStandby(): Promise<void> {
    await this.setOnPrimary('synchronous_standby_names', STANDBY);
    await vi.waitFor(async () => {
      const [row] = await query(this.primary, 'SELECT sync_state FROM pg_stat_replication');
      if (row?.['sync_state'] !== 'sync') throw new Error('the standby does not follow yet');
    }, PATIENCE);
  }

  async setOnPrimary(name: string, value: string): Promise<void> {
    await query(this.primary, `ALTER SYSTEM SET ${name} = '${value}'`);
    await query(this.primary, 'SELECT pg_reload_conf()');
    await vi.waitFor(async () => {
      const [row] = await query(this.primary, `SELECT current_setting('${name}') AS value`);
      if (row?.['value'] !== value) throw new Error(`${name} is not in force yet`);
    }, PATIENCE);
  }

  /** The primary goes, and the standby takes its place. */
  async failOver(): Promise<void> {
    await this.primary.stop();
    await query(this.standby, 'SELECT pg_promote()');
  }

  /** Processes of the primary that wait for a standby with what they have committed. */
  commitsThatWait(): Promise<Record<string, string>[]> {
    return query(this.primary, "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  }

  /** The server that was the primary before a failover is there again as it was: a second primary, which nobody follows. */
  async bringBackOldPrimary(settings: Readonly<Record<string, string>>): Promise<void> {
    this.primary = await this.#start('primary', { synchronous_standby_names: '', ...settings });
  }

  /** The server that was promoted is a standby again, of nobody, under the same address. */
  async demoteStandby(): Promise<void> {
    const { port } = this.standby;
    await this.standby.stop();
    await writeFile(join(this.#path(STANDBY), 'cluster', 'standby.signal'), '');
    this.standby = await this.#start(STANDBY, {}, port);
  }

  async stop(): Promise<void> {
    for (const running of this.#started) await running.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #start(
    name: string,
    settings: Readonly<Record<string, string>> = {},
    port?: number,
  ): Promise<RunningPostgres> {
    const running = await startPostgres({
      ...{ directory: this.#path(name), logger, settings },
      ...(port && { port }),
    });
    this.#started.push(running);
    return running;
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

const PATIENCE = { timeout: 20_000, interval: 20 };

export async function query(running: RunningPostgres, sql: string): Promise<Record<string, string>[]> {
  const client = new pg.Client({ connectionString: running.url });
  await client.connect();
  return (await client.query<Record<string, string>>(sql).finally(() => client.end())).rows;
}
