import { join } from 'node:path';
import { NETWORK_RANGE } from '../machine/network.ts';
import { POSTGRES_PROGRAMS } from '../machine/requirements.ts';

/** One of the hosts of a database cluster. */
export interface PatroniPlan {
  readonly scope: string;
  readonly name: string;
  readonly directory: string;
  readonly address: string;
  readonly ports: { readonly postgres: number; readonly patroni: number };
  /** host:port of each etcd. */
  readonly etcd: readonly string[];
  readonly password: string;
}

/**
 * How soon a dead primary is noticed: `ttl` after its last sign of life. Far below Patroni's defaults (30, 10, 10), which are
 * right for real networks; it must not be less than `loop_wait` and twice `retry_timeout`.
 */
const PACE_SECONDS = { ttl: 8, loop_wait: 1, retry_timeout: 3 } as const;

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

/** What Patroni is started with. */
export function patroniSettings(plan: PatroniPlan): object {
  const { scope, name, directory, address, ports, etcd, password } = plan;
  return {
    scope,
    name,
    restapi: { listen: `${address}:${ports.patroni}`, connect_address: `${address}:${ports.patroni}` },
    // Not `etcd3`: by that, Patroni 3.0 (Debian 12) sets the leader's lock without comparing. A primary that was cut off, and
    // reads an old state when it is back, took the lock from the new one and went on where it had been: commits were lost.
    etcd: { hosts: etcd },
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
        `host all all ${NETWORK_RANGE} scram-sha-256`,
        `host replication all ${NETWORK_RANGE} scram-sha-256`,
      ],
    },
    postgresql: {
      listen: `${address}:${ports.postgres}`,
      connect_address: `${address}:${ports.postgres}`,
      data_dir: join(directory, 'data'),
      bin_dir: POSTGRES_PROGRAMS,
      pgpass: join(directory, 'pgpass'),
      parameters: { unix_socket_directories: directory },
      // A new standby does not wait for the next checkpoint.
      basebackup: [{ checkpoint: 'fast' }],
      authentication: {
        superuser: { username: 'postgres', password },
        replication: { username: 'replicator', password },
        rewind: { username: 'rewinder', password },
      },
    },
  };
}
