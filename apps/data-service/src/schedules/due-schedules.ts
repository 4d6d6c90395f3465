import type { Logger } from '@lastro/service';
import type { CommitQueue } from '../commit/commit-queue.ts';
import { RecurringLook } from '../recurring-look.ts';
import type { ScheduleFigures, ScheduleStore, StartedSchedule } from './schedule-store.ts';

export interface DueSchedulesSettings {
  /** How long after one look for schedules whose time has come the next one comes. */
  readonly intervalMs: number;
  /** Most schedules that one look starts, and sends. */
  readonly schedulesPerLookMax: number;
  /** Most operations that one look sends; a single schedule with more goes alone. */
  readonly operationsPerLookMax: number;
}

/** Sends the operations of schedules whose time has come, however often it is started again. */
export class DueSchedules {
  readonly #store: ScheduleStore;
  readonly #commits: CommitQueue;
  readonly #settings: DueSchedulesSettings;
  readonly #looks: RecurringLook;
  #newest: ScheduleFigures | undefined;

  constructor(store: ScheduleStore, commits: CommitQueue, settings: DueSchedulesSettings, logger: Logger) {
    this.#store = store;
    this.#commits = commits;
    this.#settings = settings;
    this.#looks = new RecurringLook(
      () => this.#look(),
      settings.intervalMs,
      // Whatever it was, they are still due at the next look.
      (error) => logger.warn({ err: error }, 'schedules could not be carried out; trying again'),
    );
  }

  /** What was to be done at the newest look, if there was one. */
  get newest(): ScheduleFigures | undefined {
    return this.#newest;
  }

  start(): void {
    this.#looks.start();
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    await this.#looks.stop();
  }

  async #look(): Promise<boolean> {
    this.#newest = await this.#store.figures();
    return (await carryOutDue(this.#store, this.#commits, this.#settings)) > 0;
  }
}

/**
 * Starts schedules whose time has come, and sends the operations of all that have started and are not done; how many are
 * done now. Those may have been sent before: by another data service, or by one that died before it could note it. The ids of
 * the operations see to it that they are posted once all the same (I2).
 *
 * @throws what `ScheduleStore` and `CommitQueue.submit` throw: the rest is still started, or due.
 */
export async function carryOutDue(
  store: ScheduleStore,
  commits: CommitQueue,
  { schedulesPerLookMax, operationsPerLookMax }: Omit<DueSchedulesSettings, 'intervalMs'>,
): Promise<number> {
  // Started first and on disk: from here on nobody can cancel them any more.
  await store.start(schedulesPerLookMax);
  const started = await store.started(schedulesPerLookMax, operationsPerLookMax);
  if (started.length === 0) return 0;
  const sent = await Promise.allSettled(started.map((schedule) => send(commits, schedule)));
  const done = sent.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  await store.end(
    done.map(({ id }) => id),
    done.filter(({ conflict }) => conflict).map(({ id }) => id),
  );
  const failed = sent.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return done.length;
}

/** Rejected operations are done as well: their ids say why. */
async function send(commits: CommitQueue, { id, operations }: StartedSchedule) {
  const results = await commits.submit(operations);
  return { id, conflict: results.some((result) => 'conflict' in result) };
}
