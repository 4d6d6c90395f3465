/** Milliseconds since 1970, by the machine's clock. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest time in which no operation of any client was acknowledged in the `whole` of it. */
export function longestStall(acknowledgedAtMs: readonly number[], whole: Period): Period {
  const { fromMs, toMs } = whole;
  const times = acknowledgedAtMs.filter((at) => at >= fromMs && at <= toMs).sort((a, b) => a - b);
  let longest: Period = { fromMs, toMs: fromMs };
  let last = fromMs;
  for (const at of [...times, toMs]) {
    if (at - last > lengthMs(longest)) longest = { fromMs: last, toMs: at };
    last = at;
  }
  return longest;
}

export function lengthMs({ fromMs, toMs }: Period): number {
  return toMs - fromMs;
}

export function overlap(one: Period, other: Period): boolean {
  return one.fromMs < other.toMs && other.fromMs < one.toMs;
}
