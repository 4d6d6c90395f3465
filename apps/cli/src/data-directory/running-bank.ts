import { rm } from 'node:fs/promises';
import { readOptional, replaceFile } from './files.ts';
import type { DataPaths } from './paths.ts';

/** What `lastro up` runs, as `lastro status --json` shows it. */
export interface RunningBank {
  readonly dataService: string;
  readonly businessServices: readonly string[];
  readonly databaseUrl: string;
  readonly keyFile: string;
  /** By name: up, postgres, data, business-1... A process that is being restarted is missing. */
  readonly pids: Readonly<Record<string, number>>;
}

export async function writeRunningBank(paths: DataPaths, bank: RunningBank): Promise<void> {
  await replaceFile(paths.running, `${JSON.stringify(bank, undefined, 2)}\n`);
}

export async function removeRunningBank(paths: DataPaths): Promise<void> {
  await rm(paths.running, { force: true });
}

/** The bank that runs on the data directory; undefined when none does, or when its `lastro up` was killed. */
export async function findRunningBank(paths: DataPaths): Promise<RunningBank | undefined> {
  const text = await readOptional(paths.running);
  if (text === undefined) return undefined;
  try {
    const bank = JSON.parse(text) as RunningBank;
    return isAlive(bank.pids['up']) ? bank : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
