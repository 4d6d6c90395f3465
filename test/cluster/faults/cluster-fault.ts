import type { Heal } from '../../faults/faults/fault.ts';
import type { Random } from '../../simulation/world/random.ts';

/** A fault that is in force. */
export interface StruckFault {
  readonly target: string;
  readonly heal: Heal;
  /** What the bank has to do in spite of it, before it is healed. */
  readonly isOutlived?: () => Promise<boolean>;
}

/** A way to hurt the cluster. */
export interface ClusterFault {
  readonly kind: string;
  /** It lasts at least so long. */
  readonly holdMinMs?: number;
  strike(random: Random): Promise<StruckFault>;
}

/** Somebody who can be hurt, by what it is at the time. */
export interface Victim {
  readonly role: string;
  readonly pick: (random: Random) => Promise<string>;
}
