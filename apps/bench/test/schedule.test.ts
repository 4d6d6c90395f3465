import { describe, expect, it } from 'vitest';
import { Schedule } from '../src/load/schedule.ts';

describe('a schedule', () => {
  it('makes requests due at even distances from the start', () => {
    const schedule = new Schedule(1000, 500);
    expect([schedule.take(1010), schedule.take(1010), schedule.take(1010)]).toEqual([1000, 1002, 1004]);
  });

  it('gives nothing before it is due', () => {
    const schedule = new Schedule(1000, 500);
    expect(schedule.take(999)).toBeUndefined();
    expect(schedule.take(1000)).toBe(1000);
    expect(schedule.take(1001.9)).toBeUndefined();
    expect(schedule.nextDueMs).toBe(1002);
  });

  it('does not forgive a stall: what was due meanwhile is due at its own time still', () => {
    const schedule = new Schedule(0, 1000);
    const taken: number[] = [];
    for (let due = schedule.take(250); due !== undefined; due = schedule.take(250)) taken.push(due);
    expect(taken).toHaveLength(251);
    expect(taken[100]).toBe(100);
  });

  it('does not drift, however many requests it has given', () => {
    const schedule = new Schedule(0, 30_000);
    for (let taken = 0; taken < 300_000; taken += 1) schedule.take(Infinity);
    expect(schedule.nextDueMs).toBeCloseTo(10_000, 6);
  });

  it('needs a rate', () => {
    expect(() => new Schedule(0, 0)).toThrow('a schedule needs a rate');
  });
});
