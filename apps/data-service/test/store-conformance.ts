import type { AcceptedOperation } from '@lastro/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidCursorError, type LedgerStore, type StoredOperation } from '../src/storage/store.ts';
import {
  BRL_CASH,
  commit,
  deposit,
  fillSmallBank,
  newId,
  open,
  post,
  transfer,
  withdrawal,
} from './commit-batches.ts';
import { describeHolds } from './hold-conformance.ts';

/** A fresh, empty ledger that several stores can open at once, as several data services do. */
export interface LedgerUnderTest {
  open(): Promise<LedgerStore>;
  destroy(): Promise<void>;
}

/** What every storage engine has to do: see the promises at `LedgerStore`. */
export function describeStore(engine: string, createLedger: () => Promise<LedgerUnderTest>): void {
  describe(`a ledger in ${engine}`, () => {
    let ledger: LedgerUnderTest;
    let store: LedgerStore;
    const stores: LedgerStore[] = [];
    const openStore = async () => {
      const opened = await ledger.open();
      stores.push(opened);
      return opened;
    };

    beforeEach(async () => {
      ledger = await createLedger();
      store = await openStore();
    });
    afterEach(async () => {
      await Promise.all(stores.splice(0).map((each) => each.close()));
      await ledger.destroy();
    });

    it('starts empty, at sequence 0', async () => {
      expect(await store.head()).toMatchObject({ sequence: 0, batch: 0, accountCount: 0 });
      expect(await store.findAccount('alice')).toBeUndefined();
      expect(await store.findOperation(newId())).toBeUndefined();
      expect(await store.trialBalance()).toEqual({ sequence: 0, lines: [] });
    });

    it('gives back an operation exactly as it was committed', async () => {
      await fillSmallBank(store);
      const operations = await post(store, [
        transfer('alice', 'bob', 1_234, { description: 'rent, "março" 😀', metadata: { order: '17' } }),
        deposit('bob', Number.MAX_SAFE_INTEGER),
        deposit('nobody', 5, { currency: 'EUR' }),
        open('dora', { name: 'Dora', overdraftLimit: 700, metadata: { tier: 'gold' } }),
        withdrawal('dora', 700),
      ]);
      expect(operations.map((operation) => operation.status)).toEqual([
        'posted',
        'rejected',
        'rejected',
        'posted',
        'posted',
      ]);
      for (const operation of operations)
        expect(await store.findOperation(operation.content.id)).toEqual(operation);
    });

    it('keeps accounts with what they hold and what they are', async () => {
      await fillSmallBank(store);
      await post(store, [
        open('dora', { name: 'Dora', overdraftLimit: 700, metadata: { tier: 'gold' } }),
        deposit('dora', 5),
      ]);
      expect(await store.findAccount('dora')).toMatchObject({
        id: 'dora',
        currency: 'BRL',
        name: 'Dora',
        metadata: { tier: 'gold' },
        overdraftLimit: 700,
        balance: 5,
        held: 0,
        entryCount: 1,
      });
      expect((await store.findAccount(BRL_CASH))?.balance).toBe(-10_005);
    });

    it('opens the cash account of a currency by itself, once, with the first account of that currency', async () => {
      await fillSmallBank(store);
      await post(store, [open('second')]);
      const ids = (await store.listAccounts({ limit: 100 })).map((account) => account.id);
      expect(ids).toEqual(['@cash.BRL', '@cash.USD', 'alice', 'bob', 'carol', 'second']);
    });

    it('answers an operation that is sent again with its first result, and changes nothing (I2, I6)', async () => {
      await fillSmallBank(store);
      const batch = [transfer('alice', 'bob', 10), withdrawal('bob', 999)];
      const first = await post(store, batch);
      const head = await store.head();
      expect(await post(store, [...batch, ...batch])).toEqual([...first, ...first]);
      expect(await store.head()).toEqual(head);
      const other = await openStore();
      expect(await post(other, batch)).toEqual(first);
    });

    it('answers the same id with another content as a conflict, and changes nothing (I7)', async () => {
      await fillSmallBank(store);
      const operation = transfer('alice', 'bob', 10);
      const [posted] = await post(store, [operation]);
      const head = await store.head();
      const changed = { ...operation, amount: 11 } as AcceptedOperation;
      expect(await commit(store, [changed])).toEqual([{ conflict: posted }]);
      expect(await store.head()).toEqual(head);
    });

    it('makes sequences, batches and the numbers of entries without gaps', async () => {
      await fillSmallBank(store);
      for (let batch = 0; batch < 5; batch += 1)
        await post(store, [deposit('alice', 1), withdrawal('alice', 99_999), deposit('bob', 1)]);
      const head = await store.head();
      expect(head).toMatchObject({ sequence: 6 + 15, batch: 6 });
      expect((await store.findAccount('alice'))?.entryCount).toBe(6);
    });

    it('lets two data services commit by turns, each seeing what the other wrote', async () => {
      await fillSmallBank(store);
      const other = await openStore();
      for (let turn = 0; turn < 4; turn += 1) {
        await post(turn % 2 === 0 ? store : other, [transfer('alice', 'bob', 2_500)]);
      }
      const [late] = await post(store, [transfer('alice', 'bob', 1)]);
      expect(late).toMatchObject({ status: 'rejected', reason: 'insufficient_funds' });
      expect((await other.findAccount('bob'))?.balance).toBe(10_000);
    });

    it('keeps every promise when two data services commit at once', async () => {
      await fillSmallBank(store);
      const other = await openStore();
      const transfers = Array.from({ length: 60 }, () => transfer('alice', 'bob', 250));
      const results = await Promise.all(
        // Both services are sent every operation, as after a lost answer.
        [...transfers, ...transfers].map((operation, index) =>
          post(index % 2 === 0 ? store : other, [operation]),
        ),
      );
      const posted = new Set(
        results
          .flat()
          .filter((result) => result.status === 'posted')
          .map((result) => result.sequence),
      );
      expect(posted.size).toBe(40);
      expect((await store.findAccount('alice'))?.balance).toBe(0);
      expect((await store.findAccount('bob'))?.balance).toBe(10_000);
      expect(await store.head()).toMatchObject({ sequence: 6 + 60 });
    });

    it('writes nothing when deciding fails', async () => {
      await fillSmallBank(store);
      const head = await store.head();
      const fail = () => {
        throw new Error('a fault of ours');
      };
      const nothing = () => ({
        operationIds: [],
        accountIds: [],
        holdIds: [],
        reversedIds: [],
        everyCashAccount: false,
        batchNumbers: [],
      });
      await expect(store.commit(nothing, fail)).rejects.toThrow('a fault of ours');
      expect(await store.head()).toEqual(head);
      expect(await post(store, [deposit('alice', 1)])).toMatchObject([{ status: 'posted' }]);
    });

    it('shows the hashes of the batches that are asked for, and none of a batch that is not there', async () => {
      const hashes: Buffer[] = [];
      for (let batch = 0; batch < 3; batch += 1) {
        await post(store, [open(`account-${batch}`)]);
        hashes.push((await store.head()).hash);
      }
      const shown = await store.inspect(
        ({ batch }) => ({
          ...{ operationIds: [], accountIds: [], holdIds: [], reversedIds: [], everyCashAccount: false },
          batchNumbers: [batch, 1, batch + 1],
        }),
        ({ batchHashes }) => batchHashes,
      );
      expect([...shown].sort()).toEqual([
        [1, hashes[0]],
        [3, hashes[2]],
      ]);
    });

    it('never lets the time of batches go back', async () => {
      await post(store, [open('alice')], '2026-11-22T12:00:00.000Z');
      const [second] = await post(store, [deposit('alice', 1)], '2026-11-22T11:00:00.000Z');
      expect(second?.postedAt).toBe('2026-11-22T12:00:00.000Z');
    });

    it('lists accounts in pages, by id, and by the beginning of the id', async () => {
      await post(
        store,
        ['b2', 'a1', 'b1', 'c', 'B1'].map((id) => open(id)),
      );
      const first = await store.listAccounts({ limit: 3 });
      expect(first.map((account) => account.id)).toEqual(['@cash.BRL', 'B1', 'a1']);
      const rest = await store.listAccounts({ limit: 9, cursor: 'a1' });
      expect(rest.map((account) => account.id)).toEqual(['b1', 'b2', 'c']);
      const withPrefix = await store.listAccounts({ limit: 9, prefix: 'b' });
      expect(withPrefix.map((account) => account.id)).toEqual(['b1', 'b2']);
    });

    it('reads many balances in one state, in the order asked for', async () => {
      await fillSmallBank(store);
      const views = await store.balances(['bob', 'nobody', 'alice', 'bob']);
      expect(views.map((view) => view?.account.balance)).toEqual([0, undefined, 10_000, 0]);
      expect(views[0]?.sequence).toBe(6);
    });

    it('counts every account in the trial balance, and each currency comes to zero (I4)', async () => {
      await fillSmallBank(store);
      await post(store, [withdrawal('alice', 1), deposit('carol', 77)]);
      expect(await store.trialBalance()).toEqual({
        sequence: 8,
        lines: [
          { currency: 'BRL', accounts: 3, debit: '9999', credit: '9999' },
          { currency: 'USD', accounts: 2, debit: '77', credit: '77' },
        ],
      });
    });

    describeHolds(openStore);

    describe('a statement', () => {
      const ENTRIES = 200;
      const instant = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
      let posted: StoredOperation[];

      /** Alice is deposited 1, 2, 3... in minutes 1, 2, 3..., and bob half as often, so that chains interleave. */
      beforeEach(async () => {
        await post(store, [open('alice'), open('bob'), open('idle')], instant(0));
        posted = [];
        for (let minute = 1; minute <= ENTRIES; minute += 1) {
          const batch =
            minute % 2 === 0 ? [deposit('alice', minute), deposit('bob', 1)] : [deposit('alice', minute)];
          posted.push((await post(store, batch, instant(minute)))[0]!);
        }
      });

      it('shows the newest entries first, page by page, to the first', async () => {
        const seen: StoredOperation[] = [];
        for (let cursor: number | undefined, pages = 0; pages < 5; pages += 1) {
          const page = await store.statement('alice', { cursor, limit: 60 });
          seen.push(...page!.operations);
          cursor = page!.nextCursor;
          if (cursor === undefined) break;
        }
        expect(seen).toEqual([...posted].reverse());
      });

      it('is cut by time: from is inside, to is outside', async () => {
        const page = await store.statement('alice', { from: instant(65), to: instant(70), limit: 50 });
        expect(page?.operations.map((operation) => operation.postedAt)).toEqual(
          [69, 68, 67, 66, 65].map(instant),
        );
        expect(page?.nextCursor).toBeUndefined();
        const before = await store.statement('alice', { to: instant(1), limit: 50 });
        expect(before?.operations).toEqual([]);
      });

      it('is empty for an account without entries, and unknown for no account', async () => {
        expect((await store.statement('idle', { limit: 10 }))?.operations).toEqual([]);
        expect(await store.statement('nobody', { limit: 10 })).toBeUndefined();
      });

      it("refuses the cursor of another account's statement, and one that is out of range", async () => {
        await expect(store.statement('bob', { cursor: posted[0]!.sequence, limit: 10 })).rejects.toThrow(
          InvalidCursorError,
        );
        await expect(store.statement('bob', { cursor: 999_999, limit: 10 })).rejects.toThrow(
          InvalidCursorError,
        );
      });

      it('agrees with the balance at every past instant', async () => {
        for (const minute of [0, 1, 2, 63, 64, 65, 127, 128, 129, 199, 200, 500]) {
          const last = Math.min(minute, ENTRIES);
          const view = await store.balanceAt('alice', instant(minute));
          expect(view?.account.balance).toBe((last * (last + 1)) / 2);
          expect((await store.balanceAt('bob', instant(minute)))?.account.balance).toBe(Math.floor(last / 2));
        }
        expect(await store.balanceAt('alice', instant(-1))).toBeUndefined();
        expect((await store.balanceAt('idle', instant(9)))?.account.balance).toBe(0);
        expect((await store.balanceAt(BRL_CASH, instant(3)))?.account.balance).toBe(-7);
      });
    });
  });
}
