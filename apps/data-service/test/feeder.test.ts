import { createLogger } from '@lastro/service';
import { describe, expect, it, vi } from 'vitest';
import { Feeder } from '../src/projection/feeder.ts';
import type { FeedStep } from '../src/projection/projection-feed.ts';

const settings = { busyShareMax: 0.1, stepOperationsMax: 100, pollMs: 50, retryDelayMs: 1 };
const logger = createLogger('test', 'silent');
const step = (fed: number, sequence: number, head: number): FeedStep => ({ fed, sequence, head });

describe('what feeds the projection', () => {
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

  it('waits for no pause when it is to stop', async () => {
    const almostNever = { ...settings, busyShareMax: 1e-9 };
    const pausing: unknown[] = [];
    const feeder = new Feeder(
      async (_, pause) => {
        const paused = pause();
        pausing.push(paused);
        await paused;
        return step(1, pausing.length, 9);
      },
      almostNever,
      logger,
    );
    feeder.start();
    await vi.waitFor(() => expect(pausing).toHaveLength(1));
    // Its share asks for a pause of hours.
    await feeder.stop();
    expect(feeder.newest).toEqual(step(1, 1, 9));
  });
});
