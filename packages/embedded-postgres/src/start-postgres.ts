import { once } from 'node:events';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileLockedError, lockFile, type Logger } from '@lastro/service';
import { findBinaries } from './binaries.ts';
import { ensureCluster, readPassword, SUPERUSER } from './cluster.ts';
import { ensureDatabase } from './database.ts';
import { launchPostmaster, type LaunchPlan, type Postmaster } from './launch-postmaster.ts';
import { type Layout, layoutOf } from './layout.ts';
import { ledgerSettings } from './ledger-settings.ts';
import { PostgresError } from './postgres-error.ts';
import { endLeftPostmaster, endOrphanBackends, shutDown } from './postmaster.ts';
import { findUnprivileged } from './unprivileged.ts';

export interface PostgresOptions {
  /** Made when it is not there. Nobody else may use it. */
  readonly directory: string;
  /** Without it a free one is found. */
  readonly port?: number;
  readonly database?: string;
  readonly logger: Logger;
  /** Replaces or adds to the settings of a ledger. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Crash recovery replays up to `max_wal_size` of log, so minutes are normal on a slow disk. */
  readonly startDeadlineMs?: number;
  readonly shutdownDeadlineMs?: number;
}

export interface RunningPostgres {
  /** Of the database, with user and password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the postmaster has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Fast shutdown, and lets go of the directory. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 300_000;
const SHUTDOWN_DEADLINE_MS = 60_000;
/** Attempts against what passes by itself: a port just taken, backends of a dead postmaster that still end. */
const ATTEMPTS_MAX = 20;
const ATTEMPT_DELAY_MS = 250;

/**
 * Starts PostgreSQL on a directory, making the cluster first when there is none. What a killed starter has
 * left there is stopped and recovered. There are never two on one directory: it is locked until `stop`, and by
 * the kernel, so a killed starter does not hold it.
 *
 * @throws PostgresError with one line that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const layout = layoutOf(await realpath(options.directory));
  // Root hands PostgreSQL over to a user who must get through here; what is inside is closed by itself.
  if (process.getuid?.() === 0) await chmod(layout.directory, 0o711);
  const lock = await lockFile(layout.lock).catch((error: unknown) => {
    if (!(error instanceof FileLockedError)) throw error;
    throw new PostgresError(`${layout.directory} is in use by process ${error.ownerPid ?? '(unknown)'}`);
  });
  try {
    const running = await startOn(layout, options);
    return { ...running, stop: () => running.stop().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startOn(layout: Layout, options: PostgresOptions): Promise<RunningPostgres> {
  const { logger, shutdownDeadlineMs = SHUTDOWN_DEADLINE_MS } = options;
  const binaries = await findBinaries(layout.spareLibraries);
  const unprivileged = await findUnprivileged(layout.cluster, [binaries.postgres, layout.cluster]);
  await ensureCluster(layout, binaries, unprivileged);
  const left = await endLeftPostmaster(layout.cluster, shutdownDeadlineMs);
  if (left === 'stopped') logger.warn('stopped the PostgreSQL that a killed process had left here');
  if (left === 'cleared') logger.warn('cleared a pid file that named another process');
  const { child, pid, port, exited } = await startWithRetries(
    {
      layout,
      binaries,
      unprivileged,
      settings: { ...ledgerSettings(), ...options.settings },
      deadlineMs: options.startDeadlineMs ?? START_DEADLINE_MS,
    },
    options.port,
    logger,
  );
  const isRunning = () => Promise.resolve(child.exitCode === null && child.signalCode === null);
  const stop = () => shutDown(pid, isRunning, shutdownDeadlineMs);
  const password = await readPassword(layout);
  const database = options.database ?? 'lastro';
  const urlOf = (name: string) => `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${name}`;
  try {
    await ensureDatabase(urlOf('postgres'), database);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf(database), port, pid, exited, stop };
}

async function startWithRetries(
  plan: Omit<LaunchPlan, 'port'>,
  askedPort: number | undefined,
  logger: Logger,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    const port = askedPort ?? (await findFreePort());
    const outcome = await launchPostmaster({ ...plan, port });
    if (outcome.postmaster !== undefined) return outcome.postmaster;
    const { kind, sentence } = outcome.fault;
    if (kind === 'port taken' && askedPort !== undefined) {
      throw new PostgresError(`port ${port} of 127.0.0.1 is taken`);
    }
    if (kind === 'other' || attempt === ATTEMPTS_MAX) {
      throw new PostgresError(`PostgreSQL does not start: ${sentence} (all of it in ${plan.layout.log})`);
    }
    logger.warn({ attempt, fault: sentence }, 'PostgreSQL did not start, trying again');
    if (kind === 'cluster in use') await endOrphanBackends(plan.layout.cluster);
    await sleep(ATTEMPT_DELAY_MS);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
