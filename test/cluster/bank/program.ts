import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launch, Life } from '../../faults/bank/keeper.ts';

const PROBE_PAUSE_MS = 200;

/** A program that is not ours. */
export interface Program {
  readonly command: readonly string[];
  readonly logFile: string;
  /** Whether it does its work. */
  readonly answers: () => Promise<boolean>;
}

/** Launches of a program, for a keeper. */
export function programLaunch({ command, logFile, answers }: Program): Launch {
  return async (): Promise<Life> => {
    const log = await open(logFile, 'a');
    const [program, ...args] = command;
    const child = spawn(program!, args, { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    let over = false;
    const ended = once(child, 'exit').then(
      ([code, signal]) => {
        over = true;
        return `it ended with ${String(code ?? signal)} (see ${logFile})`;
      },
      (error: Error) => {
        over = true;
        return `it cannot run: ${error.message}`;
      },
    );
    const answering = new Promise<void>((resolve) => {
      void (async () => {
        while (!over && !(await answers())) await sleep(PROBE_PAUSE_MS);
        if (!over) resolve();
      })();
    });
    return {
      pid: child.pid!,
      ended,
      answering,
      pids: async () => [child.pid!],
      stop: () => void child.kill('SIGTERM'),
      release: async () => undefined,
    };
  };
}
