/** The longest time in which no operation of any client was acknowledged, from `fromMs` to `toMs`. */
export function longestStallMs(acknowledgedAtMs: readonly number[], fromMs: number, toMs: number): number {
  let longest = 0;
  let last = fromMs;
  for (const at of [...acknowledgedAtMs].sort((a, b) => a - b)) {
    if (at < fromMs || at > toMs) continue;
    longest = Math.max(longest, at - last);
    last = at;
  }
  return Math.max(longest, toMs - last);
}
