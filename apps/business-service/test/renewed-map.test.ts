import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RenewedMap } from '../src/renewed-map.ts';

const key = fc.integer({ min: 0, max: 40 });
const change = fc.oneof(fc.record({ set: key, value: fc.integer() }), fc.record({ delete: key }));

it('is a Map, whatever is set and deleted', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400, size: 'max' }), (changes) => {
      const expected = new Map<number, number>();
      const renewed = new RenewedMap<number, number>();
      for (const one of changes) {
        if ('set' in one) {
          expected.set(one.set, one.value);
          renewed.set(one.set, one.value);
        } else {
          expect(renewed.delete(one.delete)).toBe(expected.delete(one.delete));
        }
        expect(renewed.size).toBe(expected.size);
      }
      expect([...renewed]).toEqual([...expected]);
      expect([...renewed.values()]).toEqual([...expected.values()]);
      for (let at = 0; at <= 40; at += 1) expect(renewed.get(at)).toBe(expected.get(at));
    }),
  );
});

it('can be emptied while it is gone through', () => {
  const renewed = new RenewedMap<number, string>();
  for (let at = 0; at < 100; at += 1) renewed.set(at, 'here');
  const seen: number[] = [];
  for (const [at] of renewed) {
    seen.push(at);
    renewed.delete(at);
  }
  expect([seen.length, renewed.size]).toEqual([100, 0]);
});
