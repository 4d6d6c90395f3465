import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationQueue } from './queue.ts';

const LOOK_INTERVAL_MS = 50;

/**
 * Waits until nothing of what a queue has accepted is left in it, or `signal` is aborted. What is left, as a sentence;
 * `undefined`: nothing, and with its directory nothing would be lost but results that the ledger has (I1).
 */
export async function drained(
  queue: Pick<OperationQueue, 'depth' | 'deadLetterCount'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  while (queue.depth > 0 && !signal.aborted) {
    await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  if (queue.depth === 0 && queue.deadLetterCount === 0) return undefined;
  return `${queue.depth} operations and ${queue.deadLetterCount} dead letters are still in the queue`;
}
