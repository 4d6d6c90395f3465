import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pacer, STEP_PAUSES_MAX_MS } from '../src/projection/pacer.ts';

describe('the pace of what feeds a projection', () => {
  let nowMs = 0;
  let pacer: Pacer;

  beforeEach(() => {
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    onTestFinished(() => clock.mockRestore());
    pacer = new Pacer(0.1, async (ms) => {
      work(ms);
      await Promise.resolve();
    });
  });

  const work = (ms: number) => (nowMs += ms);

  /** How long it pauses. */
  async function timeOf(pausing: () => Promise<void>): Promise<number> {
    const startedAtMs = nowMs;
    await pausing();
    return nowMs - startedAtMs;
  }

  it('works for its share of the time, and no more, while the ledger grows', async () => {
    pacer.begin(100);
    work(20);
    // It cannot know yet whether the ledger grows.
    expect(await timeOf(pacer.pause)).toBeCloseTo(180);
    work(5);
    expect(await timeOf(pacer.pause)).toBeCloseTo(45);
    work(10);
    expect(await timeOf(() => pacer.rest(100, 0))).toBeCloseTo(90);
    pacer.begin(100);
    work(10);
    expect(await timeOf(() => pacer.rest(200, 50))).toBeCloseTo(90);
  });

  it('works without a pause while the ledger stands still', async () => {
    pacer.begin(100);
    await timeOf(() => pacer.rest(100, 0));
    pacer.begin(100);
    work(20);
    expect(await timeOf(() => pacer.rest(100, 0))).toBe(0);
    pacer.begin(100);
    work(20);
    expect(await timeOf(pacer.pause)).toBe(0);
  });

  it('takes small steps while the ledger grows, and larger ones to catch up', async () => {
    expect(pacer.begin(2_000)).toBe(250);
    expect(pacer.begin(100)).toBe(100);
    await timeOf(() => pacer.rest(100, 0));
    expect(pacer.begin(2_000)).toBe(250);
    await timeOf(() => pacer.rest(100, 0));
    expect(pacer.begin(2_000)).toBe(2_000);
    await timeOf(() => pacer.rest(200, 0));
    expect(pacer.begin(2_000)).toBe(250);
  });

  it('looks again after a moment when there is nothing to do', async () => {
    pacer.begin(100);
    await timeOf(() => pacer.rest(100, 50));
    pacer.begin(100);
    work(1);
    expect(await timeOf(() => pacer.rest(100, 50))).toBeCloseTo(50);
  });

  it('pauses so long at most inside one step', async () => {
    pacer.begin(100);
    work(5_000);
    expect(await timeOf(pacer.pause)).toBeCloseTo(STEP_PAUSES_MAX_MS);
    work(1_000);
    expect(await timeOf(pacer.pause)).toBe(0);
    expect(await timeOf(() => pacer.rest(100, 0))).toBeCloseTo(9_000);
    pacer.begin(100);
    work(10);
    expect(await timeOf(pacer.pause)).toBeCloseTo(90);
  });
});
