import { describe, expect, it } from 'vitest';
import type { Outcome } from '../src/queue/queue.ts';
import { Waiters } from '../src/waiters.ts';

const posted = (id: string): Outcome => ({ kind: 'final', json: `{"id":"${id}"}`, status: 'posted' });

/** Patience that ends when the test says so. */
function patience(waitMs = 60_000) {
  let tellGone: () => void = () => undefined;
  return { waitMs, onGone: (tell: () => void) => (tellGone = tell), leave: () => tellGone() };
}

describe('requests that wait for results', () => {
  it('are told in the order that they asked in, when the last is known', async () => {
    const waiters = new Waiters(10);
    const waiting = waiters.wait(['a', 'b', 'c'], patience());
    waiters.settle('c', posted('c'));
    waiters.settle('a', posted('a'));
    expect(waiters.count).toBe(1);
    waiters.settle('b', posted('b'));
    expect(await waiting).toEqual(['a', 'b', 'c'].map(posted));
    expect(waiters.count).toBe(0);
  });

  it('are each told of an operation that many wait for', async () => {
    const waiters = new Waiters(10);
    const waiting = [1, 2, 3].map(() => waiters.wait(['a'], patience()));
    waiters.settle('a', posted('a'));
    expect(await Promise.all(waiting)).toEqual([[posted('a')], [posted('a')], [posted('a')]]);
  });

  it('get what is known when their time is over', async () => {
    const waiters = new Waiters(10);
    const waiting = waiters.wait(['a', 'b'], patience(20));
    waiters.settle('a', posted('a'));
    expect(await waiting).toEqual([posted('a'), undefined]);
    expect(waiters.count).toBe(0);
  });

  it('take up no room once their client is gone, and leave the others waiting', async () => {
    const waiters = new Waiters(10);
    const leaving = patience();
    const left = waiters.wait(['a', 'b'], leaving);
    const staying = waiters.wait(['b'], patience());
    leaving.leave();
    leaving.leave();
    expect(await left).toEqual([undefined, undefined]);
    expect(waiters.count).toBe(1);
    waiters.settle('a', posted('a'));
    waiters.settle('b', posted('b'));
    expect(await staying).toEqual([posted('b')]);
    expect(waiters.count).toBe(0);
  });

  it('do not wait at all for a client that was gone before', async () => {
    const waiters = new Waiters(10);
    expect(await waiters.wait(['a'], { waitMs: 60_000, onGone: (tell) => tell() })).toEqual([undefined]);
    expect(waiters.count).toBe(0);
  });

  it('are let go when the service stops, and so is whoever comes later', async () => {
    const waiters = new Waiters(10);
    const waiting = waiters.wait(['a'], patience());
    waiters.releaseAll();
    expect(await waiting).toEqual([undefined]);
    expect(await waiters.wait(['a'], patience())).toEqual([undefined]);
    expect(waiters.count).toBe(0);
  });

  it('have room for so many and no more', () => {
    const waiters = new Waiters(2);
    void waiters.wait(['a'], patience());
    expect([waiters.hasRoomFor(1), waiters.hasRoomFor(2)]).toEqual([true, false]);
    waiters.releaseAll();
  });
});
