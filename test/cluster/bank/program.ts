import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { childLife } from '../../faults/bank/child-life.ts';
import type { Launch } from '../../faults/bank/keeper.ts';

const PROBE_PAUSE_MS = 200;

/** A program that is not ours. */
export interface Program {
  readonly command: readonly string[];
  readonly logFile: string;
  /** Whether it does its work. */
  readonly answers: () => Promise<boolean>;
  /** Its environment; ours, if it is not given. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Launches of a program, for a keeper. */
export function programLaunch({ command, logFile, answers, env }: Program): Launch {
  return async () => {
    const log = await open(logFile, 'a');
    const [program, ...args] = command;
    const child = spawn(program!, args, { stdio: ['ignore', log.fd, log.fd], env });
    await log.close();
    return childLife(child, { logFile, answers, probePauseMs: PROBE_PAUSE_MS });
  };
}
