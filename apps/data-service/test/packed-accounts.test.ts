import { type Account, ACCOUNT_STATUS_NAMES } from '@lastro/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedAccounts } from '../src/commit/packed-accounts.ts';

const amount = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const accounts: fc.Arbitrary<Account> = fc.record({
  number: count,
  id: fc.integer({ min: 1, max: 9 }).map((id) => `a${id}`),
  currency: fc.constantFrom('BRL', 'USD', 'JPY', 'KWD'),
  overdraftLimit: count,
  balance: amount,
  held: count,
  status: fc.constantFrom(...ACCOUNT_STATUS_NAMES),
  entryCount: count,
  lastSequence: count,
});

describe('packed accounts', () => {
  it('come out as they went in, each as it was put there last, and leave in the order in which they came', () => {
    const step = fc.oneof({ weight: 4, arbitrary: accounts }, { weight: 1, arbitrary: fc.constant('first') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const packed = new PackedAccounts();
        const model = new Map<string, Account>();
        for (const one of steps) {
          if (typeof one !== 'string') {
            packed.set(one);
            model.set(one.id, one);
          } else if (model.size > 0) {
            packed.deleteFirst();
            model.delete([...model.keys()][0]!);
          }
          expect(packed.size).toBe(model.size);
          for (let id = 1; id <= 9; id += 1) expect(packed.get(`a${id}`)).toEqual(model.get(`a${id}`));
        }
        packed.clear();
        expect([packed.size, packed.get('a1')]).toEqual([0, undefined]);
      }),
    );
  });

  it('are many', () => {
    const packed = new PackedAccounts();
    const of = (number: number): Account => ({
      ...{ number, id: `a${number}`, currency: 'BRL', overdraftLimit: 0, balance: number, held: 0 },
      ...{ status: 'open', entryCount: 1, lastSequence: number },
    });
    for (let number = 0; number < 40_000; number += 1) packed.set(of(number));
    for (let number = 0; number < 20_000; number += 1) packed.deleteFirst();
    for (let number = 40_000; number < 64_000; number += 1) packed.set(of(number));
    expect(packed.size).toBe(44_000);
    for (const number of [20_000, 39_999, 40_000, 63_999])
      expect(packed.get(`a${number}`)).toEqual(of(number));
  });
});
