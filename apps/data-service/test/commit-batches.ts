import { type AcceptedOperation, cashAccountId } from '@lastro/ledger';
import { AccountCache } from '../src/commit/account-cache.ts';
import { type CommitResult, decideBatch } from '../src/commit/decide-batch.ts';
import { LedgerWriter } from '../src/commit/ledger-writer.ts';
import type { LedgerStore, StoredOperation } from '../src/storage/store.ts';

let counter = 0;

/** A new operation id, in time order. */
export function newId(): string {
  counter += 1;
  return `019a0000-0000-7000-8000-${(Date.now() * 1000 + counter).toString(16).padStart(12, '0').slice(-12)}`;
}

const acceptance = { acceptedBy: 'business-1', acceptedAt: '2026-11-22T12:00:00.000Z' };

export function open(account: string, fields: object = {}): AcceptedOperation {
  return { id: newId(), type: 'open', account, currency: 'BRL', overdraftLimit: 0, ...acceptance, ...fields };
}

export function deposit(account: string, amount: number, fields: object = {}): AcceptedOperation {
  return { id: newId(), type: 'deposit', account, amount, ...acceptance, ...fields };
}

export function withdrawal(account: string, amount: number, fields: object = {}): AcceptedOperation {
  return { id: newId(), type: 'withdrawal', account, amount, ...acceptance, ...fields };
}

export function transfer(from: string, to: string, amount: number, fields: object = {}): AcceptedOperation {
  return { id: newId(), type: 'transfer', from, to, amount, ...acceptance, ...fields };
}

interface Door {
  readonly writer: LedgerWriter;
  /** Time of its clock; the real time when it is not set. */
  now: string | undefined;
}

const doors = new WeakMap<LedgerStore, Door>();

/** The one writer of a store, as a data service has it. */
function doorOf(store: LedgerStore): Door {
  let door = doors.get(store);
  if (door === undefined) {
    const made: Door = {
      writer: new LedgerWriter(store, new AccountCache(1_000), (ledger, batch, clock) =>
        decideBatch(ledger, batch, made.now ?? clock),
      ),
      now: undefined,
    };
    doors.set(store, (door = made));
  }
  return door;
}

/** Commits a batch, as the commit queue has it done. */
export async function commit(
  store: LedgerStore,
  batch: readonly AcceptedOperation[],
  now?: string,
): Promise<readonly CommitResult[]> {
  const door = doorOf(store);
  door.now = now;
  return (await door.writer.commit(batch)).results;
}

/** What commits to `store`. */
export function writerOf(store: LedgerStore): LedgerWriter {
  return doorOf(store).writer;
}

/** Commits a batch in which nothing conflicts; the stored operations, in order. */
export async function post(
  store: LedgerStore,
  batch: readonly AcceptedOperation[],
  now?: string,
): Promise<StoredOperation[]> {
  const results = await commit(store, batch, now);
  return results.map((result) => {
    if (!('operation' in result)) throw new Error('a conflict where none was expected');
    return result.operation;
  });
}

/** A store with cash, alice (100.00), bob and an empty carol in USD. */
export async function fillSmallBank(store: LedgerStore): Promise<void> {
  await post(store, [
    open('alice'),
    open('bob'),
    open('carol', { currency: 'USD' }),
    deposit('alice', 10_000),
  ]);
}

export const BRL_CASH = cashAccountId('BRL');
