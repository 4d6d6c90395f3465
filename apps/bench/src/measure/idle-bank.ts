import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Progress } from './measure-throughput.ts';

/** What a bank still does when nobody asks it for anything. */
export interface BackgroundWork {
  /** Operations that can not be searched yet. The data service feeds them without a pause once the ledger stands still. */
  readonly unfed: number;
  /** Autovacuums that are under way. */
  readonly vacuums: number;
}

/** The search tables of a large ledger are fed for many minutes. */
const WAIT: IdleWait = { pollMs: 500, deadlineMs: 3_600_000 };
const PROGRESS_EVERY_MS = 15_000;

interface IdleWait {
  readonly pollMs: number;
  readonly deadlineMs: number;
}

/** How much a bank still does. */
export async function readBackgroundWork(database: pg.Pool): Promise<BackgroundWork> {
  const { rows } = await database.query<{ unfed: string; vacuums: string }>(`
    SELECT h.sequence - least(p.sequence, p.balance_sequence) AS unfed,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker') AS vacuums
    FROM ledger_head h, projection.position p`);
  return { unfed: Number(rows[0]!.unfed), vacuums: Number(rows[0]!.vacuums) };
}

/**
 * Waits until no bank has anything left to do: it would take the processor from the other one.
 *
 * @throws Error when that takes too long.
 */
export async function waitUntilIdle(
  readWork: () => Promise<readonly BackgroundWork[]>,
  progress: Progress,
  { pollMs, deadlineMs } = WAIT,
): Promise<void> {
  const startedAtMs = performance.now();
  let nextProgressMs = startedAtMs + PROGRESS_EVERY_MS;
  let work = await readWork();
  while (work.some(({ unfed, vacuums }) => unfed > 0 || vacuums > 0)) {
    const nowMs = performance.now();
    const [unfed, vacuums] = (['unfed', 'vacuums'] as const).map((what) =>
      work.reduce((sum, bank) => sum + bank[what], 0),
    );
    const left = `${unfed!.toLocaleString('en-US')} operations to be made searchable, ${vacuums} vacuums`;
    if (nowMs > startedAtMs + deadlineMs) throw new Error(`the banks do not come to rest: ${left}`);
    if (nowMs > nextProgressMs) {
      progress(`waiting for ${left}`);
      nextProgressMs += PROGRESS_EVERY_MS;
    }
    await sleep(pollMs);
    work = await readWork();
  }
}
