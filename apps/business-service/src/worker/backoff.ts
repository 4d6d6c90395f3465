import { setTimeout as sleep } from 'node:timers/promises';

export interface BackoffLimits {
  /** Longest pause before the second try; it doubles with each try after. */
  readonly delayMinMs: number;
  readonly delayMaxMs: number;
}

/**
 * Pauses after failed try number `attempt` (1, 2, 3...): a random time from nothing up to a bound that
 * doubles (full jitter), so that services that failed together do not come back together. Ends at once,
 * without an error, when `signal` is aborted.
 */
export async function pauseAfter(attempt: number, limits: BackoffLimits, signal: AbortSignal): Promise<void> {
  const bound = Math.min(limits.delayMaxMs, limits.delayMinMs * 2 ** Math.min(attempt - 1, 30));
  await sleep(Math.random() * bound, undefined, { signal }).catch(() => undefined);
}
