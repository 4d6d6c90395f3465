import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { assertShown } from './shown-output.ts';

interface Command {
  readonly code: string;
  readonly place: string;
  readonly shown?: { readonly form: string; readonly text: string };
}

/** Variables that a command sets are there for the next ones, as in one terminal. */
const KEEPING_VARIABLES = (code: string): string =>
  `set -a; [ -f .variables ] && . ./.variables\n${code}\nexport -p > .variables`;

const SERVICE_READY_TIMEOUT_MS = 60_000;
const services: ChildProcess[] = [];
// A page that fails on its way leaves none behind.
process.on('exit', () => services.filter(runs).forEach(end));

/** Runs the commands of one block of a guide, and holds what they print against what the page shows. */
export async function shell({ code, place, shown }: Command): Promise<void> {
  const run = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', KEEPING_VARIABLES(code)]);
  const { stdout } = await run.catch((error: Error) => {
    throw new Error(`${place}: ${error.message}`, { cause: error });
  });
  if (shown !== undefined) assertShown(shown.form, shown.text, stdout, place);
}

/** Starts a block that goes on, and waits until the service that it starts is ready, as its LASTRO_PORT says where. */
export async function service({ code, place }: Command, url: string): Promise<void> {
  const child = spawn('bash', ['-euc', `set -a\n${code}`], { detached: true, stdio: 'ignore' });
  services.push(child);
  const deadlineMs = Date.now() + SERVICE_READY_TIMEOUT_MS;
  for (;;) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (child.exitCode !== null || Date.now() > deadlineMs) throw new Error(`${place}: it is not ready`);
    await setTimeout(100);
  }
}

/** Ends the services, like somebody who presses Ctrl-C in their terminals. */
export async function stopServices(): Promise<void> {
  for (const child of services.filter(runs).reverse()) {
    const ended = once(child, 'close');
    end(child);
    await ended;
  }
}

function runs({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function end({ pid }: ChildProcess): void {
  process.kill(-pid!, 'SIGTERM');
}
