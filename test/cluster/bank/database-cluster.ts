import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfThere } from '@lastro/service';
import pg from 'pg';
import { request } from 'undici';
import { BankFault } from '../../faults/bank/bank.ts';
import { Keeper } from '../../faults/bank/keeper.ts';
import { answers } from '../../faults/bank/service.ts';
import type { HostNetwork } from '../machine/network.ts';
import { POSTGRES_PROGRAMS } from '../machine/requirements.ts';
import { programLaunch } from './program.ts';

export const DATABASE_HOSTS = ['pg-1', 'pg-2', 'pg-3'] as const;

const PORTS = { postgres: 5432, patroni: 8008, etcd: 2379, etcdPeers: 2380 } as const;
const DATABASE = 'lastro';
const POLL_MS = 200;
const ASK_TIMEOUT_MS = 1_000;

/**
 * How soon a dead primary is noticed: `ttl` after its last sign of life. Far below Patroni's defaults (30, 10, 10), which are
 * right for real networks; it must not be less than `loop_wait` and twice `retry_timeout`.
 */
const PACE_SECONDS = { ttl: 8, loop_wait: 2, retry_timeout: 3 } as const;

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

export interface DatabaseClusterOptions {
  readonly directory: string;
  readonly network: HostNetwork;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly onEvent: (text: string) => void;
}

/** PostgreSQL on three hosts, each with Patroni and etcd: one primary, two standbys, one of which has every commit. */
export class DatabaseCluster {
  readonly keepers: Keeper[] = [];
  readonly #options: DatabaseClusterOptions;
  readonly #password = randomBytes(12).toString('hex');
  #primary: string = DATABASE_HOSTS[0];

  constructor(options: DatabaseClusterOptions) {
    this.#options = options;
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
    for (const keeper of this.keepers) keeper.start();
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
      if (primary === undefined) continue;
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
      if (roles !== undefined) return roles;
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
    await this.roles();
    const client = new pg.Client({
      connectionString: this.primaryUrl,
      connectionTimeoutMillis: ASK_TIMEOUT_MS,
      query_timeout: ASK_TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ batch: string }>('SELECT batch FROM ledger_head');
      return Number(rows[0]!.batch);
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  /** `kill -9` of everything on the host at once, as when it loses its power; it stays down until `startHost`. */
  async killHost(name: string): Promise<void> {
    const kept = this.keepers.filter((keeper) => keeper.name.endsWith(name));
    const killing = kept.map((keeper) => keeper.kill());
    for (const pid of await this.#options.network.pids(name)) signalIfThere(pid, 'SIGKILL');
    await Promise.all(killing);
    // What was started meanwhile.
    for (const pid of await this.#options.network.pids(name)) signalIfThere(pid, 'SIGKILL');
  }

  startHost(name: string): void {
    for (const keeper of this.keepers) if (keeper.name.endsWith(name)) keeper.start();
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
    const { directory, network, owner, onEvent } = this.#options;
    const own = join(directory, name);
    await mkdir(own, { mode: 0o700 });
    await chown(own, owner.uid, owner.gid);
    const settings = join(own, 'patroni.yml');
    // JSON is YAML.
    await writeFile(settings, JSON.stringify(this.#patroniSettings(name, own)), { mode: 0o600 });
    await chown(settings, owner.uid, owner.gid);
    await chmod(directory, 0o711);
    const launcher = network.launcher(name);
    const asOwner = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
    const logFile = (what: string) => join(directory, 'logs', `${what}-${name}.log`);
    const etcd = programLaunch({
      command: [...launcher, ...this.#etcdCommand(name, join(own, 'etcd'))],
      logFile: logFile('etcd'),
      answers: () => answers(`http://${this.#address(name)}:${PORTS.etcd}/health`),
    });
    const patroni = programLaunch({
      command: [...launcher, ...asOwner, '/usr/bin/patroni', settings],
      logFile: logFile('patroni'),
      answers: () => answers(`http://${this.#address(name)}:${PORTS.patroni}/health`),
    });
    this.keepers.push(
      new Keeper(`etcd-${name}`, etcd, onEvent),
      new Keeper(`patroni-${name}`, patroni, onEvent),
    );
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

  #patroniSettings(name: string, directory: string): object {
    const address = this.#address(name);
    const password = this.#password;
    return {
      scope: DATABASE,
      name,
      restapi: { listen: `${address}:${PORTS.patroni}`, connect_address: `${address}:${PORTS.patroni}` },
      // Not `etcd3`: by that, Patroni 3.0 (Debian 12) sets the leader's lock without comparing. A primary that was cut off, and
      // reads an old state when it is back, took the lock from the new one and went on where it had been: commits were lost.
      etcd: { hosts: DATABASE_HOSTS.map((host) => `${this.#address(host)}:${PORTS.etcd}`) },
      bootstrap: {
        dcs: {
          ...PACE_SECONDS,
          synchronous_mode: true,
          // Rather no commits than commits on one disk only.
          synchronous_mode_strict: true,
          synchronous_node_count: 1,
          // A primary that crashed is replaced at once, not waited for.
          primary_start_timeout: 0,
          postgresql: { use_pg_rewind: true, parameters: POSTGRES_SETTINGS },
        },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'data-checksums'],
        pg_hba: [
          'host all all 10.91.0.0/24 scram-sha-256',
          'host replication all 10.91.0.0/24 scram-sha-256',
        ],
      },
      postgresql: {
        listen: `${address}:${PORTS.postgres}`,
        connect_address: `${address}:${PORTS.postgres}`,
        data_dir: join(directory, 'data'),
        bin_dir: POSTGRES_PROGRAMS,
        pgpass: join(directory, 'pgpass'),
        parameters: { unix_socket_directories: directory },
        authentication: {
          superuser: { username: 'postgres', password },
          replication: { username: 'replicator', password },
          rewind: { username: 'rewinder', password },
        },
      },
    };
  }
}

function runs({ state }: Member): boolean {
  return state === 'running' || state === 'streaming';
}

const POSTGRES_SETTINGS = {
  shared_buffers: '64MB',
  max_connections: 150,
  max_wal_size: '256MB',
  wal_keep_size: '256MB',
  jit: 'off',
  synchronous_commit: 'on',
  // A standby that is cut off is noticed within seconds.
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '500ms',
} as const;
