import { AccountId } from '@lastro/contract';
import { type Account, ACCOUNT_STATUS_NAMES } from '@lastro/ledger';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFactors } from '../src/commit/id-hash.ts';
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

const { pattern } = AccountId as { readonly pattern?: string };
/** Every length and character that the contract allows. */
const allowedIds = fc.stringMatching(new RegExp(pattern ?? assert.fail()));
/** The worse they are, the more ids hash alike: with zeros, all do. */
const factors = fc.oneof(
  fc.constant(randomFactors().fill(0)),
  fc.nat({ max: 3 }).map((few) => randomFactors().fill(0, few)),
  fc.integer().map((same) => randomFactors().fill(same)),
  fc.constant(randomFactors()),
);

function plain(number: number, id = `a${number}`): Account {
  return {
    ...{ number, id, currency: 'BRL', overdraftLimit: 0, balance: number, held: 0 },
    ...{ status: 'open', entryCount: 1, lastSequence: number },
  };
}

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
    for (let number = 0; number < 40_000; number += 1) packed.set(plain(number));
    for (let number = 0; number < 20_000; number += 1) packed.deleteFirst();
    for (let number = 40_000; number < 64_000; number += 1) packed.set(plain(number));
    expect(packed.size).toBe(44_000);
    for (const number of [20_000, 39_999, 40_000, 63_999])
      expect(packed.get(`a${number}`)).toEqual(plain(number));
  });

  it('are told apart by their ids, of every length and character that is allowed, however many hash alike', () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.nat({ max: 59 }) },
      { weight: 6, arbitrary: fc.constant('first' as const) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    const pool = fc.uniqueArray(allowedIds, { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(factors, pool, fc.array(step, { maxLength: 250 }), (secret, ids, steps) => {
        const packed = new PackedAccounts(secret);
        const model = new Map<string, Account>();
        const letGo = () => {
          packed.deleteFirst();
          const first = [...model.keys()][0]!;
          model.delete(first);
          expect(packed.has(first)).toBe(false);
        };
        steps.forEach((one, number) => {
          if (typeof one === 'number') {
            const account = plain(number, ids[one]);
            packed.set(account);
            model.set(account.id, account);
          } else if (one === 'clear') {
            packed.clear();
            model.clear();
          } else if (model.size > 0) letGo();
          expect(packed.size).toBe(model.size);
        });
        expect(ids.map((id) => packed.get(id))).toEqual(ids.map((id) => model.get(id)));
        expect(ids.map((id) => packed.has(id))).toEqual(ids.map((id) => model.has(id)));
        while (model.size > 0) letGo();
        expect(packed.size).toBe(0);
      }),
    );
  });

  it('are found by their very id, and by nothing that is like it', () => {
    const packed = new PackedAccounts(randomFactors().fill(0));
    const longest = `@${'z'.repeat(64)}`;
    for (const id of ['a', 'aaaa', longest]) packed.set(plain(1, id));
    for (const id of ['', 'A', 'aa', 'aaa', 'aaaaa', 'a\0', '\0a', '\u0161', 'aaa\u0161', longest.slice(1)])
      expect([id, packed.has(id), packed.get(id)]).toEqual([id, false, undefined]);
    for (const id of ['\u0100', 'aaa\u0161', 'z'.repeat(256)]) {
      expect(packed.has(id)).toBe(false);
      expect(() => packed.set(plain(2, id))).toThrow();
    }
    expect([packed.size, packed.get(longest)?.id]).toEqual([3, longest]);
  });
});
