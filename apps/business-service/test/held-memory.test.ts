import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeldMemory } from '../src/queue/rabbit/held-memory.ts';

test('what has no room is let go, and all that follows it, until nothing is held', () => {
  const memory = new HeldMemory(10, 100);
  expect([60, 40, 1, 0].map((bytes) => memory.take(bytes))).toEqual([true, true, false, false]);
  memory.free(60);
  expect(memory.take(1)).toBe(false);
  expect(memory.needsNewChannel()).toBe(false);
  memory.free(40);
  expect(memory.needsNewChannel()).toBe(true);
  memory.beginAnew();
  expect(memory.prefetch).toBe(2);
  expect(memory.take(1)).toBe(true);
});

test('a message that is too large by itself is held alone', () => {
  const memory = new HeldMemory(10, 100);
  expect(memory.take(1000)).toBe(true);
  expect(memory.take(1)).toBe(false);
  expect(memory.prefetch).toBe(1);
});

test('more is asked for again when messages have been small for a while', () => {
  const memory = new HeldMemory(10, 100);
  const pass = (bytes: number, count: number) => {
    for (let index = 0; index < count; index += 1) {
      expect(memory.take(bytes)).toBe(true);
      memory.free(bytes);
    }
  };
  memory.take(60);
  memory.take(60);
  memory.beginAnew();
  expect(memory.prefetch).toBe(1);
  pass(1, 39);
  pass(11, 1);
  expect(memory.needsNewChannel()).toBe(false);
  pass(10, 39);
  expect(memory.needsNewChannel()).toBe(false);
  pass(10, 1);
  expect(memory.needsNewChannel()).toBe(true);
  memory.beginAnew();
  expect(memory.prefetch).toBe(10);
  expect(memory.needsNewChannel()).toBe(false);
});

test('never more is held than fits, and something can always be held', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(150)), fc.infiniteStream(fc.boolean()), (sizes, coins) => {
      const memory = new HeldMemory(5, 100);
      const held: number[] = [];
      for (const size of sizes) {
        if (memory.take(size)) held.push(size);
        expect(held.length === 1 || held.reduce((sum, bytes) => sum + bytes, 0) <= 100).toBe(true);
        expect(held.length).toBeGreaterThan(0);
        expect(memory.prefetch).toBeGreaterThan(0);
        while (held.length > 0 && coins.next().value) memory.free(held.shift()!);
        if (memory.needsNewChannel()) memory.beginAnew();
      }
    }),
  );
});
