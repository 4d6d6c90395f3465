import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import pg from 'pg';
import { median } from '../statistics.ts';

/** On what it was measured: figures mean nothing without it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Of the source; absent outside of a git clone. */
  readonly commit?: string | undefined;
  /** Median time to append 8 KiB to a file and have it on disk. Near 0, the disk only pretends. */
  readonly diskSyncMicros: number;
  /** Runnable processes at the start (mean of a minute): what else went on. Other than near 0, the figures are too low. */
  readonly loadAverage: number;
  /** PostgreSQL's settings that decide what a commit costs and is worth. */
  readonly postgresSettings: Readonly<Record<string, string>>;
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'commit_delay',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'wal_compression',
  'autovacuum',
];
const SYNC_PROBES = 200;
const SYNC_PROBE_BYTES = 8192;

export async function describeMachine(databaseUrl: string, directory: string): Promise<Machine> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string; unit: string | null }>(
      'SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY($1) ORDER BY name',
      [SETTINGS],
    );
    const version = await client.query<{ server_version: string }>('SHOW server_version');
    return {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGib: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      node: process.version,
      postgres: version.rows[0]!.server_version,
      commit: await sourceCommit(),
      diskSyncMicros: await diskSyncMicros(directory),
      loadAverage: loadavg()[0]!,
      postgresSettings: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
    };
  } finally {
    await client.end();
  }
}

async function sourceCommit(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty'], {
      cwd: import.meta.dirname,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function diskSyncMicros(directory: string): Promise<number> {
  const path = join(directory, 'sync-probe');
  const file = await open(path, 'w');
  const micros: number[] = [];
  try {
    for (let probe = 0; probe < SYNC_PROBES; probe += 1) {
      const startMs = performance.now();
      await file.write(Buffer.alloc(SYNC_PROBE_BYTES, probe));
      await file.datasync();
      micros.push((performance.now() - startMs) * 1000);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return Math.round(median(micros));
}
