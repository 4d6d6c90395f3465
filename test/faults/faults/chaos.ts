import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulation/world/random.ts';
import type { Period } from '../check/longest-stall.ts';
import type { Fault } from './fault.ts';

/** So many faults may be in force at a time. */
const LANES = 2;
const PAUSE_MAX_MS = 600;
const HOLD_MS = { min: 200, max: 2_000 } as const;
/** One in so many lasts several times as long: past the time-outs of whoever waits. */
const LONG_ONE_IN = 6;
const LONG_FACTOR = 4;

export interface ChaosOptions {
  readonly faults: readonly Fault[];
  readonly random: Random;
  /** Whether some faults may last for several seconds. */
  readonly patient: boolean;
  readonly onEvent: (text: string) => void;
}

/**
 * Faults at random, by a schedule that the seed gives: each kind once, in random order, then each again in another
 * order, and so on; shared out among lanes, so that faults overlap.
 */
export class Chaos {
  /** How often each kind has struck. */
  readonly counts: Map<string, number>;
  /** When each fault was in force. */
  readonly periods: (Period & { readonly kind: string })[] = [];
  readonly #options: ChaosOptions;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.counts = new Map(options.faults.map(({ kind }) => [kind, 0]));
  }

  /** Until `signal` is aborted; then what is in force is healed. */
  async run(signal: AbortSignal): Promise<void> {
    const lanes = Array.from({ length: LANES }, (_, lane) => this.#runLane(lane, signal));
    await Promise.all(lanes);
  }

  async #runLane(lane: number, signal: AbortSignal): Promise<void> {
    const random = this.#options.random.fork(`lane ${lane}`);
    for (let round = 0; !signal.aborted; round += 1) {
      const deck = this.#options.random.fork(`round ${round}`).shuffled(this.#options.faults);
      for (const fault of deck.filter((_, index) => index % LANES === lane)) {
        await pause(random.between(0, PAUSE_MAX_MS), signal);
        if (signal.aborted) return;
        await this.#inflict(fault, random, signal);
      }
    }
  }

  async #inflict(fault: Fault, random: Random, signal: AbortSignal): Promise<void> {
    const { onEvent, patient } = this.#options;
    const isLong = patient && random.whole(1, LONG_ONE_IN) === 1;
    const holdMs = random.between(HOLD_MS.min, HOLD_MS.max) * (isLong ? LONG_FACTOR : 1);
    const fromMs = Date.now();
    const struck = await fault.strike(random);
    if (struck === undefined) return;
    const { target, heal } = struck;
    this.counts.set(fault.kind, this.counts.get(fault.kind)! + 1);
    onEvent(`${fault.kind}: ${target}, for ${holdMs.toFixed(0)} ms`);
    await pause(holdMs, signal);
    await heal();
    this.periods.push({ kind: fault.kind, fromMs, toMs: Date.now() });
    onEvent(`${fault.kind}: ${target}, healed`);
  }
}

/** Ends early, without a fault, when `signal` is aborted. */
async function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  await sleep(timeMs, undefined, { signal }).catch(() => undefined);
}
