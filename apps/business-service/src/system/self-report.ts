import type { BusinessServiceState } from '@lastro/contract';
import type { Intake } from '../intake.ts';
import type { OperationQueue } from '../queue/queue.ts';
import type { Activity } from './activity.ts';
import type { Sampler } from './sampler.ts';

export interface SelfReportParts {
  readonly id: string;
  readonly queueDepthMax: number;
  readonly intake: Intake;
  readonly queue: OperationQueue;
  readonly activity: Activity;
  readonly sampler: Sampler;
}

/** What this business service says of itself: a look at what it knows anyway. */
export class SelfReport {
  readonly id: string;
  readonly #parts: SelfReportParts;
  readonly #startedAt = new Date().toISOString();

  constructor(parts: SelfReportParts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  /** With the samples after `after`. */
  look(after: string | undefined): BusinessServiceState {
    const { intake, queue, queueDepthMax, activity, sampler } = this.#parts;
    const { oldestAppendedAtMs } = queue;
    return {
      id: this.id,
      state: 'up',
      since: this.#startedAt,
      seenAt: new Date().toISOString(),
      queue: {
        depth: queue.depth,
        depthMax: queueDepthMax,
        oldestQueuedAt: oldestAppendedAtMs === undefined ? null : new Date(oldestAppendedAtMs).toISOString(),
        deadLetters: queue.deadLetterCount,
        health: intake.leaving ? 'stopping' : queue.health,
      },
      worker: activity.worker,
      counters: {
        accepted: intake.acceptedCount,
        posted: activity.posted,
        rejected: activity.rejected,
        rejectedByReason: Object.fromEntries(activity.rejectedByReason),
      },
      samples: sampler.ring.after(after),
    };
  }
}
