import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { dataPaths } from '../src/data-directory/paths.ts';
import { findRunningBank, type RunningBank } from '../src/data-directory/running-bank.ts';
import { answersOk } from '../src/probe.ts';

const BIN = fileURLToPath(new URL('../bin/lastro.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `lastro` command in a process of its own, as a user runs it, with nothing of the caller's settings. */
export class LastroProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [BIN, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.ended = once(this.child, 'close').then(([status]) => ({
      status: status as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when standard output has `text`; rejects when the process ends without. */
  async says(text: string): Promise<void> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!this.#stdout.includes(text)) {
      if (over) throw new Error(`it ended without saying '${text}':\n${this.#stdout}${this.#stderr}`);
      await Promise.race([once(this.child.stdout!, 'data'), this.ended]);
    }
  }
}

export async function lastro(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new LastroProcess(args, env).ended;
}

/** What runs on a data directory, as `lastro status` finds it, and whether all of it is ready. */
export async function statusOf(dataDir: string): Promise<{ ready: boolean; bank: RunningBank }> {
  const bank = await findRunningBank(dataPaths(dataDir));
  if (bank === undefined) throw new Error(`nothing runs in ${dataDir}`);
  const urls = [bank.dataService, ...bank.businessServices];
  const answers = await Promise.all(urls.map((url) => answersOk(url, '/readyz')));
  return { ready: answers.every(Boolean), bank };
}
