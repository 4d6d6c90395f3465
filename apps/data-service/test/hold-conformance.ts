import { type AcceptedOperation, expiryIdOf } from '@lastro/ledger';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LedgerStore, StoredOperation } from '../src/storage/store.ts';
import { commit, deposit, fillSmallBank, newId, post, transfer } from './commit-batches.ts';

const acceptance = { acceptedBy: 'business-1', acceptedAt: '2026-11-22T12:00:00.000Z' };

/** An operation of a type that names no accounts, or one. */
function operation(type: AcceptedOperation['type'], fields: object): AcceptedOperation {
  return { id: newId(), type, ...acceptance, ...fields } as AcceptedOperation;
}

const hold = (amount: number, fields: object = {}): AcceptedOperation =>
  operation('hold', { from: 'alice', to: 'bob', amount, ...fields });

function reasonsOf(operations: readonly StoredOperation[]): string[] {
  return operations.map((each) => (each.status === 'posted' ? 'posted' : each.reason));
}

/** Holds, reversals and the life of accounts: what an engine has to keep of them. See `describeStore`. */
export function describeHolds(openStore: () => Promise<LedgerStore>): void {
  describe('holds, reversals and the life of accounts', () => {
    let store: LedgerStore;
    beforeEach(async () => {
      store = await openStore();
      await fillSmallBank(store);
    });

    it('gives back each type of operation exactly as it was committed', async () => {
      const made = hold(500, { expiresIn: 60, effectiveAt: '2026-11-20T00:00:00.000Z', key: 'shop' });
      const paid = transfer('alice', 'bob', 700);
      const [voided, over] = [hold(30), hold(20, { expiresIn: 1 })];
      await post(store, [over], '2030-01-01T12:00:00.000Z');
      const operations = await post(store, [
        made,
        voided,
        hold(100),
        operation('void', { hold: voided.id }),
        { ...operation('expiry', { hold: over.id }), id: expiryIdOf(over.id) },
        operation('capture', { hold: made.id, amount: 400, description: 'shipped' }),
        paid,
        operation('reversal', { operation: paid.id }),
        operation('freeze', { account: 'bob', side: 'credits', metadata: { case: '17' } }),
        operation('unfreeze', { account: 'bob', side: 'both' }),
        operation('update', { account: 'bob', overdraftLimit: 9, name: 'Bob' }),
        operation('capture', { hold: newId() }),
        operation('close', { account: 'carol' }),
      ]);
      expect(reasonsOf(operations)).toEqual([
        ...Array.from({ length: 11 }, () => 'posted'),
        'hold_not_found',
        'posted',
      ]);
      const released = operations.map((each) => (each.status === 'posted' ? each.parties?.held : undefined));
      expect(released.slice(3, 5)).toEqual(
        [30, 20].map((amount) => ({ from: 'alice', to: 'bob', amount, currency: 'BRL' })),
      );
      const other = await openStore();
      for (const each of operations) expect(await other.findOperation(each.content.id)).toEqual(each);
      // Sent again at another door, each is answered with its result (I2, I6).
      expect(
        await post(
          other,
          operations.map(({ content }) => content),
        ),
      ).toEqual(operations);
    });

    it('keeps a hold and what it reserves, until it is captured in part and the rest is free', async () => {
      const made = hold(500);
      await post(store, [made], '2030-01-01T12:00:00.000Z');
      expect(await store.findAccount('alice')).toMatchObject({ balance: 10_000, held: 500 });
      const other = await openStore();
      await post(other, [operation('capture', { hold: made.id, amount: 350 })], '2030-01-01T13:00:00.000Z');
      expect(await store.findHold(made.id)).toMatchObject({
        from: 'alice',
        to: 'bob',
        amount: 500,
        currency: 'BRL',
        status: 'captured',
        captured: 350,
        openedAt: '2030-01-01T12:00:00.000Z',
        closedAt: '2030-01-01T13:00:00.000Z',
      });
      expect(await store.findAccount('alice')).toMatchObject({ balance: 9_650, held: 0 });
      expect(await store.findAccount('bob')).toMatchObject({ balance: 350, held: 0 });
    });

    it('lets one of two data services end a hold, and tells the other why it could not', async () => {
      const other = await openStore();
      for (let round = 0; round < 10; round += 1) {
        const made = hold(10);
        await post(store, [made]);
        const ends = await Promise.all([
          post(store, [operation('capture', { hold: made.id })]),
          post(other, [operation('void', { hold: made.id })]),
        ]);
        const reasons = reasonsOf(ends.flat());
        expect(reasons.filter((reason) => reason === 'posted')).toHaveLength(1);
        expect(reasons.filter((reason) => /^hold_(captured|voided)$/.test(reason))).toHaveLength(1);
      }
      expect((await store.findAccount('alice'))?.held).toBe(0);
    });

    it('finds the holds whose time is over, and they expire once, never before their time', async () => {
      const [soon, late, never] = [hold(1, { expiresIn: 60 }), hold(2, { expiresIn: 600 }), hold(4)];
      await post(store, [late, soon, never], '2030-01-01T12:00:00.000Z');
      expect(await store.dueHolds('2030-01-01T12:00:59.999Z', 10)).toEqual([]);
      expect(await store.dueHolds('2030-01-01T12:10:00.000Z', 1)).toEqual([soon.id]);
      const due = await store.dueHolds('2030-01-01T12:10:00.000Z', 10);
      expect(due).toEqual([soon.id, late.id]);
      const expiries = due.map((id): AcceptedOperation => ({
        ...operation('expiry', { hold: id }),
        id: expiryIdOf(id),
      }));
      // The clock of whoever decides may be behind that of whoever looked.
      const expired = await post(store, expiries, '2030-01-01T12:00:01.000Z');
      expect(reasonsOf(expired)).toEqual(['posted', 'posted']);
      expect(expired[0]?.postedAt).toBe('2030-01-01T12:10:00.000Z');
      expect(await post(await openStore(), expiries)).toEqual(expired);
      expect(await store.dueHolds('2031-01-01T00:00:00.000Z', 10)).toEqual([]);
      expect((await store.findAccount('alice'))?.held).toBe(4);
    });

    it('rejects what comes after the time of a hold, also where its expiry is late', async () => {
      const made = hold(5, { expiresIn: 60 });
      await post(store, [made], '2030-01-01T12:00:00.000Z');
      const late = [operation('capture', { hold: made.id }), operation('void', { hold: made.id })];
      expect(reasonsOf(await post(store, late, '2030-01-01T12:01:00.000Z'))).toEqual([
        'hold_expired',
        'hold_expired',
      ]);
    });

    it('lists the holds on an account, newest first, page by page, and by status', async () => {
      const made = Array.from({ length: 5 }, (_, index) => hold(index + 1));
      await post(store, made);
      await post(store, [operation('void', { hold: made[1]!.id })]);
      const first = await store.holds('alice', { limit: 3 });
      expect(first?.holds.map(({ amount }) => amount)).toEqual([5, 4, 3]);
      const rest = await store.holds('alice', { limit: 3, cursor: first!.nextCursor });
      expect(rest?.holds.map(({ amount }) => amount)).toEqual([2, 1]);
      expect(rest?.nextCursor).toBeUndefined();
      const open = await store.holds('alice', { limit: 9, status: 'open' });
      expect(open?.holds.map(({ amount }) => amount)).toEqual([5, 4, 3, 1]);
      expect((await store.holds('bob', { limit: 9 }))?.holds).toEqual([]);
      expect(await store.holds('nobody', { limit: 9 })).toBeUndefined();
    });

    it('reverses an operation in parts, also through two data services, and never more than was moved', async () => {
      const paid = transfer('alice', 'bob', 100);
      await post(store, [paid]);
      const part = (amount?: number) => operation('reversal', { operation: paid.id, amount });
      const other = await openStore();
      expect(reasonsOf(await post(store, [part(30), part(80)]))).toEqual(['posted', 'reversal_exceeds_rest']);
      expect(reasonsOf(await post(other, [part(20), part(), part()]))).toEqual([
        'posted',
        'posted',
        'reversal_exceeds_rest',
      ]);
      const view = await store.reversals(paid.id);
      expect(view?.original).toMatchObject({ amount: 100, reversed: 100, isReversible: true });
      expect(view?.reversals.map((each) => each.status === 'posted' && each.posting?.amount)).toEqual([
        30, 20, 50,
      ]);
      expect((await store.findAccount('alice'))?.balance).toBe(10_000);
      expect(await store.reversals(newId())).toBeUndefined();
    });

    it('stops what is frozen and what is closed, at every door', async () => {
      const other = await openStore();
      await post(other, [operation('freeze', { account: 'alice', side: 'debits' })]);
      expect((await store.findAccount('alice'))?.status).toBe('debits_frozen');
      const both = [transfer('alice', 'bob', 1), deposit('alice', 1)];
      expect(reasonsOf(await post(store, both))).toEqual(['account_frozen', 'posted']);
      await post(store, [operation('close', { account: 'bob' })]);
      const after = [deposit('bob', 1), operation('close', { account: 'alice' })];
      expect(reasonsOf(await post(other, after))).toEqual(['account_closed', 'account_not_empty']);
    });

    it('keeps new terms and descriptions, each where it was changed last', async () => {
      await post(store, [
        operation('update', { account: 'bob', name: 'B', metadata: { a: '1' } }),
        operation('update', { account: 'bob', overdraftLimit: 50 }),
        operation('update', { account: 'bob', name: 'Bob "the \\ builder"' }),
      ]);
      expect(await (await openStore()).findAccount('bob')).toMatchObject({
        name: 'Bob "the \\ builder"',
        metadata: { a: '1' },
        overdraftLimit: 50,
      });
      expect(reasonsOf(await post(store, [transfer('bob', 'alice', 50)]))).toEqual(['posted']);
      const lower = operation('update', { account: 'bob', overdraftLimit: 49 });
      expect(reasonsOf(await post(store, [lower]))).toEqual(['limit_in_use']);
    });

    it('rolls a group back whole, holds, reversals and terms with it (I3)', async () => {
      const made = hold(100);
      const paid = transfer('alice', 'bob', 40);
      await post(store, [made, paid]);
      const group = newId();
      const members = [
        { ...operation('capture', { hold: made.id }), id: group },
        operation('reversal', { operation: paid.id }),
        hold(7),
        operation('update', { account: 'alice', overdraftLimit: 5 }),
        operation('freeze', { account: 'bob', side: 'both' }),
        transfer('alice', 'nobody', 1),
      ].map((each) => ({ ...each, group }));
      const results = await commit(store, members);
      expect(results.map((result) => 'operation' in result && reasonsOf([result.operation])[0])).toEqual([
        ...Array.from({ length: 5 }, () => 'group_rejected'),
        'account_not_found',
      ]);
      expect(results[0]).toMatchObject({ operation: { failedOperation: members[5]!.id } });
      expect(await store.findAccount('alice')).toMatchObject({ held: 100, overdraftLimit: 0 });
      expect(await store.findAccount('bob')).toMatchObject({ status: 'open', balance: 40 });
      expect(await store.findHold(made.id)).toMatchObject({ status: 'open' });
      expect(await store.reversals(paid.id)).toMatchObject({ original: { reversed: 0 }, reversals: [] });
    });
  });
}
