import { createLogger } from '@lastro/service';
import { describe, expect, it, vi } from 'vitest';
import { Feeder, pauseAfter } from '../src/projection/feeder.ts';
import type { FeedStep } from '../src/projection/projection-feed.ts';

const settings = { busyShareMax: 0.1, stepOperationsMax: 100, pollMs: 50, retryDelayMs: 1 };
const logger = createLogger('test', 'silent');
const step = (fed: number, sequence: number, head: number): FeedStep => ({ fed, sequence, head });

describe('what feeds the projection', () => {
  it('works for its share of the time, and no more, while the ledger grows', () => {
    expect(pauseAfter(step(100, 100, 900), step(0, 0, 800), 20, settings)).toBeCloseTo(180);
    expect(pauseAfter(step(100, 900, 900), step(0, 800, 800), 20, settings)).toBeCloseTo(180);
    // It cannot know yet whether the ledger grows.
    expect(pauseAfter(step(100, 100, 900), undefined, 20, settings)).toBeCloseTo(180);
  });

  it('catches up without a pause while the ledger stands still', () => {
    expect(pauseAfter(step(100, 200, 900), step(100, 100, 900), 20, settings)).toBe(0);
  });

  it('looks again after a moment when there is nothing to feed, or another service feeds', () => {
    expect(pauseAfter(step(0, 900, 900), step(0, 900, 900), 1, settings)).toBe(50);
    expect(pauseAfter(step(0, 100, 900), step(0, 100, 900), 1, settings)).toBe(50);
  });

  it('goes on after a failure, and ends the step that is under way before it stops', async () => {
    let steps = 0;
    let isEnded = false;
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const feeder = new Feeder(
      async () => {
        steps += 1;
        if (steps === 1) throw new Error('no database');
        await held;
        isEnded = true;
        return step(1, 1, 1);
      },
      settings,
      logger,
    );
    feeder.start();
    await vi.waitFor(() => expect(steps).toBe(2));
    const stopped = feeder.stop();
    letGo();
    await stopped;
    expect([steps, isEnded]).toEqual([2, true]);
  });
});
