import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.ts';
import { describeFailure, runSeeds } from './run-seeds.ts';

/** For every commit; `npm run test:simulation` runs as many seeds as it is given. */
const SEEDS = 1_000;
/** Some minute on a quiet machine. */
const TIMEOUT_MS = 900_000;

describe('the simulated bank', () => {
  it('goes through the same events when a seed is run again', { timeout: TIMEOUT_MS }, async () => {
    for (const seed of [1, 2, 3]) {
      const [first, second] = [await runSeed(seed), await runSeed(seed)];
      expect(first.events).toBeGreaterThan(100);
      expect(second.digest).toBe(first.digest);
    }
    expect((await runSeed(1)).digest).not.toBe((await runSeed(2)).digest);
  });

  it(`keeps every promise through the faults of ${SEEDS} seeds`, { timeout: TIMEOUT_MS }, async () => {
    const { failed, acknowledged, coverage } = await runSeeds(1, SEEDS);
    expect(failed.map((report) => describeFailure(report)).join('\n\n')).toBe('');
    expect(acknowledged).toBeGreaterThan(SEEDS);
    expect(coverage.missing).toEqual([]);
  });
});
