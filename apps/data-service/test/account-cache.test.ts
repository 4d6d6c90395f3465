import type { Account } from '@lastro/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountCache } from '../src/commit/account-cache.ts';
import type { LedgerHead } from '../src/storage/store.ts';

const head = (batch: number): LedgerHead => ({
  batch,
  sequence: batch,
  hash: Buffer.alloc(32, batch),
  accountCount: 0,
  postedAt: '2026-01-01T00:00:00.000Z',
});
const account = (id: number, balance = 0) => ({ id: `a${id}`, number: id, balance }) as Account;

describe('accounts in memory', () => {
  it('are let go in the order in which they came, once there are too many, and never all at once', () => {
    const cache = new AccountCache(3);
    cache.advance(
      head(1),
      [1, 2, 3].map((id) => account(id)),
    );
    cache.advance(head(2), [account(4)]);
    expect([1, 2, 3, 4].filter((id) => cache.has(`a${id}`))).toEqual([2, 3, 4]);
  });

  it('stay for ever where no batch names them: the cash accounts', () => {
    const cache = new AccountCache(1);
    cache.advance(head(1), [{ ...account(1), id: '@cash.BRL' }, account(2), account(3)]);
    expect(['@cash.BRL', 'a2', 'a3'].filter((id) => cache.has(id))).toEqual(['@cash.BRL', 'a3']);
    expect(cache.get('@cash.BRL')?.number).toBe(1);
    cache.forget();
    expect(cache.has('@cash.BRL')).toBe(false);
  });

  it('stay for the whole of a batch, however many it has', () => {
    const cache = new AccountCache(1);
    cache.fence(head(1));
    cache.remember([1, 2, 3].map((id) => account(id)));
    expect([1, 2, 3].every((id) => cache.has(`a${id}`))).toBe(true);
    cache.advance(head(2), []);
    expect([1, 2, 3].filter((id) => cache.has(`a${id}`))).toEqual([3]);
  });

  it('are as they were written last, or unknown; and no more than the limit after a batch', () => {
    const ids = fc.integer({ min: 0, max: 12 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('advance' as const), ids: fc.array(ids, { maxLength: 6 }) }),
      fc.record({ kind: fc.constant('forget' as const) }),
      fc.record({ kind: fc.constant('elsewhere' as const) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 40 }), (sizeMax, steps) => {
        const cache = new AccountCache(sizeMax);
        const written = new Map<number, number>();
        let batch = 0;
        for (const one of steps) {
          batch += 1;
          if (one.kind === 'forget') cache.forget();
          if (one.kind === 'elsewhere') expect(cache.fence(head(batch + 100))).toBe(false);
          if (one.kind !== 'advance') {
            written.clear();
            continue;
          }
          for (const id of one.ids) written.set(id, batch);
          cache.advance(
            head(batch),
            one.ids.map((id) => account(id, batch)),
          );
          const known = Array.from({ length: 13 }, (_, id) => id).filter((id) => cache.has(`a${id}`));
          expect(known.length).toBe(Math.min(sizeMax, known.length));
          for (const id of known) expect(cache.get(`a${id}`)?.balance).toBe(written.get(id));
        }
      }),
    );
  });
});
