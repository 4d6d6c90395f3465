import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Nothing of the caller's environment changes what ps shows. */
const PS_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

/** Whether there is a process of that id; it may be another one by now, or a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal; that the process is gone is no error. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The command line with its arguments separated by spaces; empty when the process is gone, or a zombie. */
export async function commandLineOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return await askPs(['-p', String(pid), '-o', 'command=']);
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

/** The processes whose command line, or the title they gave themselves, is one that is meant. */
export async function findProcesses(isMeant: (commandLine: string) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await listPids()) {
    if (isMeant(await commandLineOf(pid))) found.push(pid);
  }
  return found;
}

async function listPids(): Promise<number[]> {
  const names =
    process.platform === 'linux' ? await readdir('/proc') : (await askPs(['-ax', '-o', 'pid='])).split('\n');
  return names.map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 1);
}

async function askPs(args: readonly string[]): Promise<string> {
  return promisify(execFile)('ps', ['-ww', ...args], { env: { PATH: PS_PATH } }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}
