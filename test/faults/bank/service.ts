import { fork } from 'node:child_process';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { childLife } from './child-life.ts';
import type { Launch } from './keeper.ts';

/** A `lastro` command that serves on a port. */
export interface Service {
  readonly command: 'data' | 'business';
  readonly url: string;
  /** What goes in front of the command, as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Done before each start. */
  readonly prepare?: () => Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
/** What is said of a service that was asked to end and did. */
export const IN_ORDER = 'it ended in order';
const PROBE_PAUSE_MS = 50;
const PROBE_TIMEOUT_MS = 1_000;

/** Launches of the service as it was built, in a process that ends with this one, however this one ends. */
export function serviceLaunch(service: Service): Launch {
  return async () => {
    await service.prepare?.();
    const log = await open(service.logFile, 'a');
    const child = fork(MAIN, [service.command], {
      env: service.env,
      ...throughLauncher(service.launcher ?? []),
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    await log.close();
    return childLife(child, {
      logFile: service.logFile,
      answers: () => answers(`${service.url}/healthz`),
      probePauseMs: PROBE_PAUSE_MS,
      inOrder: IN_ORDER,
    });
  };
}

function throughLauncher([program, ...args]: readonly string[]) {
  if (program === undefined) return { execArgv: [] };
  return { execPath: program, execArgv: [...args, process.execPath] };
}

/** Whether `url` is answered with 200. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await request(url, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
