import { rm } from 'node:fs/promises';
import { commandLineOf, readOptional } from '@lastro/service';
import { replaceFile } from './files.ts';
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

/** What the file says, also when its `lastro up` was killed; undefined when there is none, or it is damaged. */
export async function readRunningBank(paths: DataPaths): Promise<RunningBank | undefined> {
  const text = await readOptional(paths.running);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as RunningBank;
  } catch {
    return undefined;
  }
}

/** The bank that runs on the data directory; undefined when none does, or when its `lastro up` was killed. */
export async function findRunningBank(paths: DataPaths): Promise<RunningBank | undefined> {
  const bank = await readRunningBank(paths);
  const pid = bank?.pids['up'];
  // Pids are used again: only a process whose command line says so is ours.
  return pid !== undefined && (await commandLineOf(pid)).includes('lastro') ? bank : undefined;
}
