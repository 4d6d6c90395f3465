import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeNice, SERVICE_NODE_FLAGS } from '@lastro/service';
import { CommandFault } from '../command-fault.ts';
import { shownPath } from '../data-directory/paths.ts';
import { lastFaultIn, openLog } from './log-file.ts';
import { answersOk } from '../probe.ts';
import type { Incarnation } from './supervisor.ts';

/** A `lastro` command that runs in a process of its own. */
export interface ServiceProcess {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where it answers; undefined for one that serves nobody. */
  readonly url: string | undefined;
  /** Undefined: it writes to the terminal. */
  readonly logFile: string | undefined;
  /** How much it yields to others; absent: not at all. */
  readonly niceness?: number;
  /** Hears what the process says over its channel, whatever that is; what it returns is sent back. */
  readonly onMessage?: (message: unknown) => object | undefined;
}

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LISTEN_DEADLINE_MS = 60_000;
const POLL_MS = 25;
/** Longer than the services' own deadline, after which they end by themselves. */
const STOP_DEADLINE_MS = 20_000;

/**
 * Starts the process and waits until it answers, whether or not it is ready: a business service takes operations
 * also while the ledger is away (I9).
 *
 * @throws CommandFault with the process's own words when it ends instead.
 */
export async function launchService(service: ServiceProcess, signal: AbortSignal): Promise<Incarnation> {
  signal.throwIfAborted();
  const { child, logStart } = await spawnService(service);
  const ended = once(child, 'exit').then(
    async ([code, by]) => {
      // What it said last may still be on its way.
      if (child.connected) await once(child, 'disconnect');
      return describeEnd(service, code as number | null, by as string | null);
    },
    (error: Error) => `it cannot run: ${error.message}`,
  );
  try {
    await waitUntilListening(service, child, signal);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  if (hasEnded(child)) throw await faultOf(service, child, await ended, logStart);
  const kill = () => void child.kill('SIGKILL');
  return { pid: child.pid!, ended, stop: () => stopChild(child), kill, crash: kill };
}

async function spawnService(service: ServiceProcess): Promise<{ child: ChildProcess; logStart: number }> {
  const log = service.logFile === undefined ? undefined : await openLog(service.logFile);
  try {
    const logStart = (await log?.stat())?.size ?? 0;
    const output = log?.fd ?? 'inherit';
    const child = fork(MAIN, service.args, {
      env: service.env,
      execArgv: [...SERVICE_NODE_FLAGS],
      // A session of its own: Ctrl-C reaches `lastro up` alone, which stops things in their order. The channel tells
      // the child when `lastro up` is gone, so that it stops too.
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    });
    if (child.pid !== undefined && service.niceness !== undefined) makeNice(child.pid, service.niceness);
    child.on('message', (message) => {
      const answer = service.onMessage?.(message);
      // To one that is gone by now there is nothing to say.
      if (answer !== undefined && child.connected) child.send(answer, () => undefined);
    });
    return { child, logStart };
  } finally {
    await log?.close();
  }
}

async function waitUntilListening(
  service: ServiceProcess,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  if (service.url === undefined) return;
  const deadline = performance.now() + LISTEN_DEADLINE_MS;
  while (!hasEnded(child) && !(await answersOk(service.url, '/healthz'))) {
    if (performance.now() > deadline) {
      throw new CommandFault(
        `${service.name} did not answer within ${LISTEN_DEADLINE_MS} ms${whereToLook(service)}`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function describeEnd(service: ServiceProcess, code: number | null, signal: string | null): string {
  if (code === 0) return 'it is done, without a fault';
  const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  return `it ${how}${whereToLook(service)}`;
}

/** Why it does not start, in its own words where it said any, and whether that is a matter of settings. */
async function faultOf(
  service: ServiceProcess,
  child: ChildProcess,
  end: string,
  logStart: number,
): Promise<CommandFault> {
  const said = service.logFile === undefined ? undefined : await lastFaultIn(service.logFile, logStart);
  const reason = said ?? end;
  return new CommandFault(`${service.name} does not start: ${reason}`, child.exitCode === 2 ? 2 : 1);
}

function whereToLook(service: ServiceProcess): string {
  return service.logFile === undefined ? '' : ` (see ${shownPath(service.logFile)})`;
}
