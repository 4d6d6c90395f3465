import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineOf, findProcesses, isAlive, signalIfThere } from '@lastro/service';
import { PostgresError } from './postgres-error.ts';

const POLL_MS = 25;
const CLUSTER_NAME_DIGITS = 16;
/** How long an immediate shutdown may take: it waits for nothing but its own processes. */
const IMMEDIATE_SHUTDOWN_DEADLINE_MS = 15_000;

export interface PidFile {
  readonly pid: number;
  /** Whether connections are accepted. */
  readonly ready: boolean;
}

/** What postmaster.pid of a cluster says; undefined when there is none, or only the beginning of one. */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * Stops the postmaster that a killed starter has left on the cluster, or clears away a pid file that names a
 * process that is something else by now: PostgreSQL itself would take that one for a postmaster and not start.
 */
export async function endLeftPostmaster(
  cluster: string,
  shutdownDeadlineMs: number,
): Promise<'none' | 'stopped' | 'cleared'> {
  const found = await readPidFile(cluster);
  if (found === undefined || !isAlive(found.pid)) return 'none';
  if (await isPostmasterOf(found.pid, cluster)) {
    await shutDown(found.pid, () => isPostmasterOf(found.pid, cluster), shutdownDeadlineMs);
    return 'stopped';
  }
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  return 'cleared';
}

/**
 * Fast shutdown: connections are ended, what is committed is on disk. Past the deadline an immediate one, from
 * which the next start recovers.
 *
 * @throws PostgresError when it is still there after both.
 */
export async function shutDown(
  pid: number,
  isRunning: () => Promise<boolean>,
  deadlineMs: number,
): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', deadlineMs],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_DEADLINE_MS],
  ] as const) {
    // Asked first: the pid of a process that has ended may be another's.
    if (!(await isRunning())) return;
    signalIfThere(pid, signal);
    if (await waitUntil(async () => !(await isRunning()), waitMs)) return;
  }
  throw new PostgresError(`PostgreSQL (process ${pid}) does not stop: see what keeps it, then start again`);
}

/** Polls until `condition` holds; false when it does not within `timeoutMs`. */
export async function waitUntil(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * The name that a cluster's processes carry in their titles: a backend that is busy does not notice that its
 * postmaster was killed, and must be found to be ended.
 */
export function clusterNameOf(cluster: string): string {
  return `lastro-${createHash('sha256').update(cluster).digest('hex').slice(0, CLUSTER_NAME_DIGITS)}`;
}

/**
 * Ends what a killed postmaster has left working on its cluster. Only for a cluster without a postmaster: the next
 * one recovers from it as from a power cut. A child that was only just made still has the title of its postmaster.
 */
export async function endOrphanBackends(cluster: string): Promise<void> {
  const title = `postgres: ${clusterNameOf(cluster)}: `;
  const orphans = await findProcesses(
    (command) => command.startsWith(title) || isOfCluster(command, cluster),
  );
  for (const pid of orphans) signalIfThere(pid, 'SIGKILL');
}

/** Whether the process is the postmaster of this cluster: pids are used again, so its command line decides. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  return isOfCluster(await commandLineOf(pid), cluster);
}

function isOfCluster(command: string, cluster: string): boolean {
  return /^(\S*\/)?postgres /.test(command) && `${command} `.includes(` -D ${cluster} `);
}
