import { chown, lstat, mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncPath } from '@lastro/service';
import pg from 'pg';
import { copyDirectory, copyOne } from './copy-files.ts';
import { layoutOf } from './layout.ts';
import { PostgresError } from './postgres-error.ts';

export interface BackupOptions {
  /** The directory that `startPostgres` was given. */
  readonly directory: string;
  /** Of the PostgreSQL that runs on it. */
  readonly url: string;
  /** Made here; `startPostgres` can be given it afterwards. */
  readonly target: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const BACKUP_LABEL = 'backup_label';

/** What belongs to the running server alone (manual, "Backing Up The Data Directory"); the next start makes it again. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'current_logfiles',
  'backup_manifest',
  'tablespace_map',
  BACKUP_LABEL,
]);
/** Directories that are made and left empty. */
const EMPTIED: ReadonlySet<string> = new Set([
  'pg_wal',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/**
 * Copies a running cluster, while it is written to, with the log that makes the copy whole: what was committed when this
 * began is in it. Everything is on disk when it returns. The copy is used by starting PostgreSQL on it.
 *
 * @throws PostgresError when PostgreSQL cannot be asked, or ends meanwhile; then `target` is worth nothing.
 */
export async function backUpPostgres({ directory, url, target }: BackupOptions): Promise<void> {
  const source = layoutOf(await realpath(directory));
  await mkdir(target, { mode: 0o700 });
  const copy = layoutOf(await realpath(target));
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A lost connection fails the statement under way, or the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const first = await beginBackup(client);
    await copyDirectory(source.cluster, copy.cluster, { isWanted });
    const { last, label } = await endBackup(client);
    await copyLog(join(source.cluster, 'pg_wal'), join(copy.cluster, 'pg_wal'), first, last);
    await writeLabel(copy.cluster, label);
  } catch (error) {
    if (error instanceof PostgresError || (error as NodeJS.ErrnoException).path !== undefined) throw error;
    throw new PostgresError(`PostgreSQL cannot be backed up: ${(error as Error).message}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
  await copyOne(source.password, copy.password);
  await syncPath(copy.directory);
  await syncPath(dirname(copy.directory));
}

/** The name of the first file of the log that the copy will need. The slot keeps that, and goes with the session. */
async function beginBackup(client: pg.Client): Promise<string> {
  const slot = `lastro_backup_${process.pid}`;
  await client.query('SELECT pg_create_physical_replication_slot($1, true, true)', [slot]);
  const { rows } = await client.query<{ file: string }>(
    `SELECT pg_walfile_name(pg_backup_start('lastro backup', true)) AS file`,
  );
  return rows[0]!.file;
}

async function endBackup(client: pg.Client): Promise<{ last: string; label: string }> {
  const { rows } = await client.query<{ file: string; labelfile: string; spcmapfile: string }>(
    'SELECT pg_walfile_name(lsn) AS file, labelfile, spcmapfile FROM pg_backup_stop(false)',
  );
  const { file, labelfile, spcmapfile } = rows[0]!;
  if (spcmapfile !== '')
    throw new PostgresError('a cluster with tablespaces is backed up by tools of your own');
  return { last: file, label: labelfile };
}

function isWanted(path: string): boolean {
  const name = basename(path);
  const parent = dirname(path);
  if (parent === '.' && LEFT_OUT.has(name)) return false;
  if (EMPTIED.has(parent)) return false;
  return !name.startsWith('pgsql_tmp') && !name.startsWith('pg_internal.init');
}

/** Names of the files of the log sort as they were written. */
async function copyLog(source: string, target: string, first: string, last: string): Promise<void> {
  for (const name of (await readdir(source)).sort()) {
    const isNeeded = /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last;
    if (isNeeded || name.endsWith('.history')) await copyOne(join(source, name), join(target, name));
  }
  await syncPath(target);
}

/** By this file the next start knows that it has a backup before it, and where in the log to begin. */
async function writeLabel(cluster: string, label: string): Promise<void> {
  const path = join(cluster, BACKUP_LABEL);
  await writeFile(path, label, { mode: 0o600, flush: true });
  const { uid, gid } = await lstat(cluster);
  if (process.getuid?.() === 0) await chown(path, uid, gid);
  await syncPath(cluster);
}
