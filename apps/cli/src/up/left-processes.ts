import { commandLineOf, signalIfThere } from '@lastro/service';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningBank } from '../data-directory/running-bank.ts';

const POLL_MS = 50;

/**
 * Waits for the services of a `lastro up` that was killed: each stops by itself when it notices. The ones that still
 * run after `patienceMs` are killed, which loses nothing (I1). PostgreSQL is not among them: its own start sees to it.
 */
export async function endLeftProcesses(
  bank: RunningBank,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const pids = Object.entries(bank.pids).filter(([name]) => name !== 'up' && name !== 'postgres');
  for (const [, pid] of pids) {
    while (await isLastro(pid)) {
      if (performance.now() >= deadline) signalIfThere(pid, 'SIGKILL');
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}

/** Pids are used again: only a process whose command line says so is ours. */
async function isLastro(pid: number): Promise<boolean> {
  return / \S*main\.js (data|business|simulate)\b/.test(await commandLineOf(pid));
}
