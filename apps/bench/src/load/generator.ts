import { type ChildProcess, fork } from 'node:child_process';
import { moduleBeside } from '../processes/child.ts';
import type { GeneratorMessage, LoadJob, LoadResult } from './job.ts';

/** Called at the beginning and at the end of the measured time. */
export interface MeasuredTime {
  readonly onBegin: () => void;
  readonly onEnd: () => void;
}

/** The load generator's process, as the bench uses it. */
export class Generator {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(moduleBeside(import.meta.url, 'generator-process'), { execArgv: [] });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** @throws Error when the load failed: a wrong answer, a lost connection, or the process ended. */
  run(job: LoadJob, { onBegin, onEnd }: MeasuredTime): Promise<LoadResult> {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('the load generator ended'));
      const onMessage = (message: GeneratorMessage): void => {
        if (message.kind === 'measuring') return onBegin();
        if (message.kind === 'measured') return onEnd();
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (message.kind === 'result') resolve(message.result);
        else reject(new Error(`the load failed: ${message.why}`));
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.send(job);
    });
  }

  /** The process ends when its parent lets go of it. */
  stop(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
