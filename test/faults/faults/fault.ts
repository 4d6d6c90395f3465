import type { Random } from '../../simulation/world/random.ts';

/** Undoes a fault. */
export type Heal = () => Promise<void>;

/** A way to hurt the bank. */
export interface Fault {
  /** What the report counts it under. */
  readonly kind: string;
  /** Strikes a part that `random` chooses; tells which, and how it is undone. Undefined: there was nothing to strike. */
  strike(random: Random): Promise<{ readonly target: string; readonly heal: Heal } | undefined>;
}

/** A way that cannot be had on this machine. */
export interface SkippedFault {
  readonly kind: string;
  readonly why: string;
}
