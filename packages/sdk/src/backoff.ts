/** How long to wait before sending again. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** From 0 to 1, exclusive. */
  readonly random: () => number;
}

/**
 * Exponential backoff with full jitter: anything from nothing to the doubled step, so that clients that
 * failed together do not come back together. `failures` counts from 1.
 */
export function backoffMs({ minMs, maxMs, random }: Backoff, failures: number): number {
  return random() * Math.min(maxMs, minMs * 2 ** (failures - 1));
}

/** Resolves after `ms`, or as soon as `signal` says so. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return new Promise((resolve) => setTimeout(resolve, ms));
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
    if (signal.aborted) wake();
  });
}
