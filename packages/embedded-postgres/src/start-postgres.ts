import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileLockedError, lockFile, type Logger } from '@lastro/service';
import { type Binaries, findBinaries } from './binaries.ts';
import { ensureCluster, readPassword, SUPERUSER } from './cluster.ts';
import { ensureDatabase } from './database.ts';
import { type Layout, layoutOf } from './layout.ts';
import { ledgerSettings } from './ledger-settings.ts';
import { PostgresError } from './postgres-error.ts';
import { endLeftPostmaster, readPidFile, shutDown, waitUntil } from './postmaster.ts';
import { findUnprivileged, SYSTEM_PATH, type Unprivileged } from './unprivileged.ts';

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
const LOG_SIZE_MAX_BYTES = 10_000_000;

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
  const { child, pid, port, exited } = await startWithRetries(layout, binaries, unprivileged, options);
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

interface Postmaster {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  readonly exited: Promise<void>;
}

async function startWithRetries(
  layout: Layout,
  binaries: Binaries,
  unprivileged: Unprivileged,
  options: PostgresOptions,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    const outcome = await startOnce(layout, binaries, unprivileged, port, options);
    if (typeof outcome !== 'string') return outcome;
    const portTaken =
      outcome.includes('could not bind') || outcome.includes('could not create any TCP/IP sockets');
    if (portTaken && options.port !== undefined)
      throw new PostgresError(`port ${port} of 127.0.0.1 is taken`);
    const passes =
      portTaken || /shared memory block .* still in use|lock file .* already exists/.test(outcome);
    if (!passes || attempt === ATTEMPTS_MAX) {
      throw new PostgresError(
        `PostgreSQL does not start: ${firstFault(outcome)} (all of it in ${layout.log})`,
      );
    }
    options.logger.warn({ attempt, fault: firstFault(outcome) }, 'PostgreSQL did not start, trying again');
    await sleep(ATTEMPT_DELAY_MS);
  }
}

/** One postmaster that accepts connections, or what it wrote before it ended. */
async function startOnce(
  layout: Layout,
  binaries: Binaries,
  unprivileged: Unprivileged,
  port: number,
  options: PostgresOptions,
): Promise<Postmaster | string> {
  const logStart = await rotateLog(layout.log);
  const log = await open(layout.log, 'a', 0o600);
  const settings = Object.entries({ ...ledgerSettings(), ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  // A session of its own, so that Ctrl-C reaches the starter alone, which stops things in their order. Its output
  // goes to a file, not a pipe, so that it can outlive a killed starter without harm.
  const child = unprivileged.spawn(
    binaries.postgres,
    ['-D', layout.cluster, '-p', String(port), ...settings],
    {
      cwd: layout.directory,
      env: { ...binaries.env, LC_ALL: 'C', PATH: SYSTEM_PATH },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    },
  );
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`FATAL: ${error.message}`));
    child.once('exit', () => resolve(''));
  });
  await log.close();
  const started = await Promise.race([
    ended,
    waitForReady(layout, child, options.startDeadlineMs ?? START_DEADLINE_MS),
  ]);
  if (started === true) return { child, pid: child.pid!, port, exited: ended.then(() => undefined) };
  if (started === false) {
    child.kill('SIGQUIT');
    await ended;
    return `FATAL: not ready within ${options.startDeadlineMs ?? START_DEADLINE_MS} ms`;
  }
  return started === '' ? (await readFile(layout.log, 'utf8')).slice(logStart) : started;
}

/** True when connections are accepted, false when the time ran out. Undecided when the child has ended. */
async function waitForReady(layout: Layout, child: ChildProcess, timeoutMs: number): Promise<boolean> {
  return waitUntil(async () => {
    if (child.exitCode !== null || child.signalCode !== null)
      return await new Promise<never>(() => undefined);
    const found = await readPidFile(layout.cluster);
    return found?.pid === child.pid && found?.ready === true;
  }, timeoutMs);
}

/** Where the next lines will start. The log is kept within bounds here, at each start; one older file is kept. */
async function rotateLog(path: string): Promise<number> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size < LOG_SIZE_MAX_BYTES) return size;
  await rename(path, `${path}.1`);
  return 0;
}

function firstFault(output: string): string {
  const line = output.split('\n').find((candidate) => /FATAL|PANIC|error while loading/.test(candidate));
  return (
    (line ?? output.trim().split('\n').at(-1) ?? '').replace(/^.*?(FATAL|PANIC):\s*/, '').trim() ||
    'it said nothing'
  );
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
