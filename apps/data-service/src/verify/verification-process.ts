import { constants, setPriority } from 'node:os';
import process from 'node:process';
import { type VerifiedHead, verifyLedger, type VerifyReport } from './verify-ledger.ts';

/** What the process is told, once. */
export interface VerificationJob {
  readonly databaseUrl: string;
  readonly since: VerifiedHead | undefined;
}

/** What it tells. */
export type VerificationMessage =
  | { readonly kind: 'progress'; readonly sequence: number; readonly total: number }
  | { readonly kind: 'done'; readonly report: VerifyReport }
  | { readonly kind: 'failed'; readonly why: string };

const PROGRESS_INTERVAL_MS = 200;

/** One verification, in a process of its own: commits are not slowed by it, and it ends with its parent. */
const tell = (message: VerificationMessage): void => void process.send?.(message);

process.once('disconnect', () => process.exit(0));
// A signal to the whole group is the parent's to follow, which then ends this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.once('message', ({ databaseUrl, since }: VerificationJob) => {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  let toldAtMs = -Infinity;
  const onProgress = (sequence: number, total: number) => {
    if (performance.now() - toldAtMs < PROGRESS_INTERVAL_MS) return;
    toldAtMs = performance.now();
    tell({ kind: 'progress', sequence, total });
  };
  verifyLedger({ databaseUrl, since, onProgress })
    .then(
      (report) => tell({ kind: 'done', report }),
      (error: unknown) =>
        tell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.disconnect());
});
