import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Whether processes can be traced here. Tests that need it say so in their names, and are skipped without. */
export const HAS_STRACE = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Makes system calls of a running process fail, until it is told to stop. */
export class FaultInjection {
  readonly #strace: ChildProcess;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
  }

  /**
   * `calls` on `path` fail with `error` in the process `pid` and its threads, from now on. `when` says which of
   * them, in strace's words; all, if it is left out.
   */
  static async start(
    pid: number,
    path: string,
    fault: { readonly calls: string; readonly error: string; readonly when?: string },
  ): Promise<FaultInjection> {
    const when = fault.when === undefined ? '' : `:when=${fault.when}`;
    const inject = `inject=${fault.calls}:error=${fault.error}${when}`;
    const traced = ['-f', '-p', String(pid), '-P', path, '-e', `trace=${fault.calls}`, '-e', inject];
    const strace = spawn('strace', traced, { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: strace.stderr })) {
      if (line.includes('attached')) break;
    }
    strace.stderr.resume();
    return new FaultInjection(strace);
  }

  async stop(): Promise<void> {
    const ended = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await ended;
  }
}
