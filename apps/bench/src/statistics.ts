import assert from 'node:assert/strict';

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  assert(values.length > 0, 'nothing has no median');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How many times `values` is `baseline`, round by round, and then the median of it. What slows the machine
 * down for a while slows both sides of a round, so the ratio moves less than either figure.
 */
export function pairedRatio(values: readonly number[], baseline: readonly number[]): Spread | undefined {
  const rounds = Math.min(values.length, baseline.length);
  const ratios = values.slice(0, rounds).map((value, round) => value / baseline[round]!);
  return rounds === 0 ? undefined : spread(ratios);
}
