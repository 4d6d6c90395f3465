import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNice, SERVICE_NODE_FLAGS } from '@lastro/service';

/** A service in a process of its own. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** What a service's process says once it answers on `url`, or why it does not. */
export type ChildMessage = { readonly url: string } | { readonly fault: string };

/** The file of a module that lies beside the one that asks, built or not. */
export function moduleBeside(importMetaUrl: string, name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(new URL(importMetaUrl).pathname)}`, importMetaUrl));
}

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 30_000;

/**
 * Starts `module` (see serve.ts) with `settings`, and waits until it answers. What it prints goes to `files.log`; with a
 * `files.profileDirectory`, a V8 profile of its whole life goes there when it ends.
 *
 * @throws Error that tells what the service said of its failure.
 */
export async function startChild(
  name: string,
  module: string,
  settings: object,
  files: { readonly log: string; readonly profileDirectory?: string | undefined },
  niceness?: number,
): Promise<Child> {
  const log = await open(files.log, 'a');
  const child = fork(module, {
    execArgv: [...SERVICE_NODE_FLAGS, ...profileFlags(name, files.profileDirectory)],
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  if (child.pid !== undefined && niceness !== undefined) makeNice(child.pid, niceness);
  child.send(settings);
  const ready = await firstMessage(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${name} does not start (see ${files.log})`, { cause: error });
  });
  if ('fault' in ready) throw new Error(`${name} does not start: ${ready.fault}`);
  return { name, pid: child.pid!, url: ready.url, stop: () => end(child) };
}

function profileFlags(name: string, directory: string | undefined): string[] {
  if (directory === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}.cpuprofile`];
}

async function firstMessage(child: ChildProcess): Promise<ChildMessage> {
  const signal = AbortSignal.timeout(START_DEADLINE_MS);
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('it ended');
  });
  const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [ChildMessage];
  ended.catch(() => undefined);
  return message;
}

/** Asks the process to stop, as an operator would, and ends it when it takes too long. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(killer);
}
