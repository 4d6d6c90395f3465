import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from './keeper.ts';

export interface ChildLifeOptions {
  /** Where the process writes to, for people. */
  readonly logFile: string;
  /** Whether it does its work. */
  readonly answers: () => Promise<boolean>;
  readonly probePauseMs: number;
  /** What is said when it ends with status 0; as of any other, if this is not given. */
  readonly inOrder?: string;
}

/** The life of a process that was just started, for a keeper. */
export function childLife(child: ChildProcess, options: ChildLifeOptions): Life {
  const { logFile, answers, probePauseMs, inOrder } = options;
  let over = false;
  const ended = once(child, 'exit').then(
    ([code, signal]) => {
      over = true;
      if (code === 0 && inOrder !== undefined) return inOrder;
      return `it ended with ${String(code ?? signal)} (see ${logFile})`;
    },
    (error: Error) => {
      over = true;
      return `it cannot run: ${error.message}`;
    },
  );
  const answering = new Promise<void>((resolve) => {
    void (async () => {
      while (!over && !(await answers())) await sleep(probePauseMs);
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
}
