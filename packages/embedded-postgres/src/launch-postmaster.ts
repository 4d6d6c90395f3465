import { type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { clusterNameOf, readPidFile, waitUntil } from './postmaster.ts';
import { SYSTEM_PATH, type Unprivileged } from './unprivileged.ts';

export interface LaunchPlan {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly unprivileged: Unprivileged;
  readonly port: number;
  /** As in postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

/** The main process of a running PostgreSQL. */
export interface Postmaster {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** Resolves when it has ended. */
  readonly exited: Promise<void>;
}

interface LaunchFault {
  /** The first two may pass by themselves. */
  readonly kind: 'port taken' | 'cluster in use' | 'other';
  readonly sentence: string;
}

export type LaunchOutcome =
  { readonly postmaster: Postmaster } | { readonly postmaster?: never; readonly fault: LaunchFault };

const LOG_SIZE_MAX_BYTES = 10_000_000;

/** Starts one postmaster and waits until it accepts connections, or until it has ended and said why. */
export async function launchPostmaster(plan: LaunchPlan): Promise<LaunchOutcome> {
  const logStart = await rotateLog(plan.layout.log);
  const child = await spawnPostmaster(plan);
  let end: { readonly error?: Error } | undefined;
  const exited = new Promise<void>((resolve) => {
    const endWith = (outcome: typeof end) => {
      end = outcome;
      resolve();
    };
    child.once('error', (error) => endWith({ error }));
    child.once('exit', () => endWith({}));
  });
  const decided = await waitUntil(
    async () => end !== undefined || (await acceptsConnections(plan.layout, child)),
    plan.deadlineMs,
  );
  if (decided && end === undefined) {
    return { postmaster: { child, pid: child.pid!, port: plan.port, exited } };
  }
  if (!decided) {
    child.kill('SIGQUIT');
    await exited;
    return { fault: { kind: 'other', sentence: `not ready within ${plan.deadlineMs} ms` } };
  }
  return { fault: faultIn(end?.error?.message ?? (await readFile(plan.layout.log, 'utf8')).slice(logStart)) };
}

async function spawnPostmaster({
  layout,
  binaries,
  unprivileged,
  port,
  settings,
}: LaunchPlan): Promise<ChildProcess> {
  const named = { ...settings, cluster_name: clusterNameOf(layout.cluster) };
  const flags = Object.entries(named).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await open(layout.log, 'a', 0o600);
  try {
    // A session of its own, so that Ctrl-C reaches the starter alone, which stops things in their order. Its output
    // goes to a file, not a pipe, so that it can outlive a killed starter without harm.
    return unprivileged.spawn(binaries.postgres, ['-D', layout.cluster, '-p', String(port), ...flags], {
      cwd: layout.directory,
      env: { ...binaries.env, LC_ALL: 'C', PATH: SYSTEM_PATH },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
  } finally {
    await log.close();
  }
}

async function acceptsConnections(layout: Layout, child: ChildProcess): Promise<boolean> {
  const found = await readPidFile(layout.cluster);
  return found?.ready === true && found.pid === child.pid;
}

function faultIn(output: string): LaunchFault {
  const line =
    output.split('\n').find((candidate) => /FATAL|PANIC|error while loading/.test(candidate)) ?? output;
  const sentence = line.replace(/^.*?(FATAL|PANIC):\s*/, '').trim() || 'it said nothing';
  if (/could not bind|could not create any TCP\/IP sockets/.test(output))
    return { kind: 'port taken', sentence };
  if (/shared memory block .* still in use|lock file .* already exists/.test(output)) {
    return { kind: 'cluster in use', sentence };
  }
  return { kind: 'other', sentence };
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
