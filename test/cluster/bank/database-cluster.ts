import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfThere } from '@lastro/service';
import pg from 'pg';
import { request } from 'undici';
import { BankFault } from '../../faults/bank/bank-fault.ts';
import { answers } from '../../faults/bank/service.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { HostPrograms } from './host-programs.ts';
import { patroniSettings } from './patroni-settings.ts';

export const DATABASE_HOSTS = ['pg-1', 'pg-2', 'pg-3'] as const;

const PORTS = { postgres: 5432, patroni: 8008, etcd: 2379, etcdPeers: 2380 } as const;
const DATABASE = 'lastro';
const POLL_MS = 200;
/** Of one host; and of the primary, which has to make a connection for it. */
const ASK_TIMEOUT_MS = 1_000;
const QUERY_TIMEOUT_MS = 3_000;

/** A host of the cluster as Patroni sees it. */
interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly lag?: number | string;
}

/** Which host is what. */
export interface Roles {
  readonly primary: string;
  /** The standby that has every commit. */
  readonly synchronous: string;
  readonly other: string;
}

/** PostgreSQL on three hosts, each with Patroni and etcd: one primary, two standbys, one of which has every commit. */
export class DatabaseCluster {
  readonly hosts: HostPrograms;
  readonly #options: ClusterOptions;
  readonly #password = randomBytes(12).toString('hex');
  #primary: string = DATABASE_HOSTS[0];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.hosts = new HostPrograms(options.network, options.onEvent);
  }

  /** All three, of which a client finds the primary. */
  get url(): string {
    return this.#urlOf(DATABASE_HOSTS.map((name) => this.#serverOf(name)).join(','));
  }

  /** The primary that was seen last, for tools that know one server only. */
  get primaryUrl(): string {
    return this.#urlOf(this.#serverOf(this.#primary));
  }

  /** @throws BankFault */
  async start(deadlineMs: number): Promise<void> {
    for (const name of DATABASE_HOSTS) await this.#addHost(name);
    this.hosts.startAll();
    await this.waitUntilWhole(deadlineMs);
    const client = new pg.Client({ connectionString: this.primaryUrl.replace(/[^/]+$/, 'postgres') });
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE}`).finally(() => client.end());
  }

  /** Where the primary is, and which standby has every commit; undefined while there is no whole cluster. */
  async roles(): Promise<Roles | undefined> {
    for (const name of DATABASE_HOSTS) {
      const members = await this.#members(name).catch(() => []);
      const inRole = (role: string) => members.find((member) => member.role === role && runs(member))?.name;
      const [primary, synchronous, other] = [inRole('leader'), inRole('sync_standby'), inRole('replica')];
      // A host that was cut off from the others still says what it saw last.
      if (primary === undefined || !(await this.#answers(primary, 'primary'))) continue;
      this.#primary = primary;
      if (synchronous !== undefined && other !== undefined) return { primary, synchronous, other };
    }
    return undefined;
  }

  /** Who is what, once all three are something. @throws BankFault */
  async waitUntilWhole(deadlineMs: number): Promise<Roles> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const roles = await this.roles();
      // What Patroni says of a host that was killed is old for some seconds: each is asked for itself.
      if (roles !== undefined && (await this.#runEverywhere())) return roles;
      if (performance.now() > deadline) {
        const seen = await Promise.all(DATABASE_HOSTS.map((name) => this.#members(name).catch(String)));
        throw new BankFault(
          `the database is no whole cluster after ${deadlineMs} ms: ${JSON.stringify(seen)}`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  /** Number of the newest batch that the primary has. Rejects while there is none. */
  async newestBatch(): Promise<number> {
    const heads = await this.#ask<{ batch: string }>('SELECT batch FROM ledger_head');
    return Number(heads[0]!.batch);
  }

  /** Those of `ids` that the primary does not have. Rejects while there is none. */
  async idsNotPosted(ids: readonly string[]): Promise<string[]> {
    const rows = await this.#ask<{ id: string }>(
      'SELECT id FROM unnest($1::uuid[]) AS id EXCEPT SELECT id FROM operation WHERE id = ANY($1)',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  async #ask<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    await this.roles();
    const client = new pg.Client({
      connectionString: this.primaryUrl,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ is_standby: boolean }>(
        'SELECT pg_is_in_recovery() AS is_standby',
      );
      // What was the primary and was cut off may have commits that are nowhere else.
      if (rows[0]!.is_standby) throw new BankFault('there is no primary');
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  /** `kill -9` of PostgreSQL alone; Patroni is there to see it. */
  async killPostgres(name: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#urlOf(this.#serverOf(name)) });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid",
    );
    signalIfThere(rows[0]!.pid, 'SIGKILL');
    void client.end().catch(() => undefined);
  }

  async #runEverywhere(): Promise<boolean> {
    const checks = DATABASE_HOSTS.map((name) => this.#answers(name, 'health'));
    return (await Promise.all(checks)).every((isRunning) => isRunning);
  }

  /** What Patroni says of its own PostgreSQL: `health`, it runs; `primary`, it is the primary. */
  #answers(name: string, question: 'health' | 'primary'): Promise<boolean> {
    return answers(`http://${this.#address(name)}:${PORTS.patroni}/${question}`);
  }

  #urlOf(hosts: string): string {
    return `postgresql://postgres:${this.#password}@${hosts}/${DATABASE}`;
  }

  #serverOf(name: string): string {
    return `${this.#address(name)}:${PORTS.postgres}`;
  }

  #address(name: string): string {
    return this.#options.network.host(name).address;
  }

  async #members(name: string): Promise<readonly Member[]> {
    const answer = await request(`http://${this.#address(name)}:${PORTS.patroni}/cluster`, {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    return ((await answer.body.json()) as { members: Member[] }).members;
  }

  async #addHost(name: string): Promise<void> {
    const { directory, owner } = this.#options;
    const own = join(directory, name);
    await mkdir(own, { mode: 0o700 });
    await chown(own, owner.uid, owner.gid);
    const settings = join(own, 'patroni.yml');
    const plan = {
      scope: DATABASE,
      name,
      directory: own,
      address: this.#address(name),
      ports: PORTS,
      etcd: DATABASE_HOSTS.map((host) => `${this.#address(host)}:${PORTS.etcd}`),
      password: this.#password,
    };
    // JSON is YAML.
    await writeFile(settings, JSON.stringify(patroniSettings(plan)), { mode: 0o600 });
    await chown(settings, owner.uid, owner.gid);
    await chmod(directory, 0o711);
    const asOwner = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
    const logFile = (what: string) => join(directory, 'logs', `${what}-${name}.log`);
    this.hosts.add(name, 'etcd', {
      command: this.#etcdCommand(name, join(own, 'etcd')),
      logFile: logFile('etcd'),
      answers: () => answers(`http://${this.#address(name)}:${PORTS.etcd}/health`),
    });
    this.hosts.add(name, 'patroni', {
      command: [...asOwner, '/usr/bin/patroni', settings],
      logFile: logFile('patroni'),
      answers: () => this.#answers(name, 'health'),
    });
  }

  #etcdCommand(name: string, directory: string): string[] {
    const url = (host: string, port: number) => `http://${this.#address(host)}:${port}`;
    const peers = DATABASE_HOSTS.map((host) => `${host}=${url(host, PORTS.etcdPeers)}`).join(',');
    return [
      '/usr/bin/etcd',
      ...['--name', name, '--data-dir', directory, '--log-level', 'warn'],
      ...['--listen-peer-urls', url(name, PORTS.etcdPeers), '--listen-client-urls', url(name, PORTS.etcd)],
      ...['--initial-advertise-peer-urls', url(name, PORTS.etcdPeers)],
      ...['--advertise-client-urls', url(name, PORTS.etcd)],
      ...['--initial-cluster', peers, '--initial-cluster-state', 'new', '--initial-cluster-token', DATABASE],
      ...['--enable-v2', '--pre-vote'],
      // A busy machine of few cores does not always answer within a tenth of a second.
      ...['--heartbeat-interval', '200', '--election-timeout', '2000'],
    ];
  }
}

function runs({ state }: Member): boolean {
  return state === 'running' || state === 'streaming';
}
