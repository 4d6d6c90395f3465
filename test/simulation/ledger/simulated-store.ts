import assert from 'node:assert/strict';
import type { AccountListQuery, Moment } from '@lastro/contract';
import type { Account, Entry, Hold, Reversible } from '@lastro/ledger';
import {
  type AccountView,
  type BalanceView,
  type BatchToWrite,
  type CommitLookup,
  type HoldPage,
  type HoldRange,
  type HoldView,
  InvalidCursorError,
  type LedgerHead,
  type LedgerStore,
  type LockedLedger,
  type ReversalsView,
  type StatementPage,
  type StatementRange,
  type StoredOperation,
} from '../../../apps/data-service/src/storage/store.ts';
import type { LedgerServer, Session } from './ledger-server.ts';
import type { LedgerTables } from './ledger-tables.ts';

/** A data service's connection to the database; a statement can fail on the way there or on the way back. */
export interface Connection {
  /** @throws StoreUnavailableError, and then the connection is of no more use. */
  run<Result>(what: string, statement: (session: Session) => Result | Promise<Result>): Promise<Result>;
  /** Gives the connection back; after an error it is closed instead. */
  release(failed: boolean): void;
}

export interface DatabaseLink {
  readonly server: LedgerServer;
  /** @throws StoreUnavailableError */
  connect(): Promise<Connection>;
}

/**
 * A ledger without PostgreSQL: the steps of `PostgresStore`, each a statement of its own where that one waits for an
 * answer. See LedgerStore for the promises.
 */
export class SimulatedStore implements LedgerStore {
  readonly #link: DatabaseLink;

  constructor(link: DatabaseLink) {
    this.#link = link;
  }

  commit<Decision extends { readonly write: BatchToWrite | undefined }>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    decide: (ledger: LockedLedger) => Decision,
  ): Promise<Decision> {
    const { server } = this.#link;
    return this.#withConnection(async (connection) => {
      const head = await connection.run('locks the head', (session) => server.lockHead(session));
      const decision = decide(await this.#lookUp(connection, head, lookupAt(head)));
      if (decision.write === undefined)
        await connection.run('rolls back', (session) => server.rollback(session));
      else await this.#write(connection, decision.write);
      return decision;
    });
  }

  append(onto: LedgerHead, write: BatchToWrite): Promise<boolean> {
    return this.#withConnection((connection) =>
      connection.run('writes a batch and commits', (session) =>
        this.#link.server.append(session, onto, write),
      ),
    );
  }

  async inspect<Result>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    look: (ledger: LockedLedger) => Result,
  ): Promise<Result> {
    // A snapshot: all of it in one state.
    const ledger = await this.#read('a part of the ledger', (tables) => {
      const { head } = tables;
      const lookup = lookupAt(head);
      const named = namedBy(tables, lookup);
      const accounts = [...(lookup.everyCashAccount ? cashAccounts(tables) : []), ...named.accounts()];
      const { holds, reversibles } = named;
      const operations = knownOperations(tables, lookup);
      return { head, accounts, operations, holds, reversibles, batchHashes: hashesOf(tables, lookup) };
    });
    return look(ledger);
  }

  async #lookUp(connection: Connection, head: LedgerHead, lookup: CommitLookup): Promise<LockedLedger> {
    const { tables } = this.#link.server;
    const batchHashes =
      lookup.batchNumbers.length === 0
        ? hashesOf(tables, lookup)
        : await connection.run('reads hashes', () => hashesOf(tables, lookup));
    const looksBack = lookup.holdIds.length > 0 || lookup.reversedIds.length > 0;
    const named = looksBack
      ? await connection.run('reads holds and operations', () => namedBy(tables, lookup))
      : namedBy(tables, lookup);
    const accounts: Account[] = [];
    if (lookup.everyCashAccount)
      accounts.push(...(await connection.run('reads the cash accounts', () => cashAccounts(tables))));
    if (named.accountIds.length > 0)
      accounts.push(...(await connection.run('reads accounts', () => named.accounts())));
    const operations = await connection.run('looks ids up', () => knownOperations(tables, lookup));
    const { holds, reversibles } = named;
    return { head, accounts, operations, holds, reversibles, batchHashes };
  }

  async #write(connection: Connection, batch: BatchToWrite): Promise<void> {
    const { server } = this.#link;
    const { head, outcome, records } = batch;
    await connection.run('writes records', (session) => server.copyRecords(session, records));
    if (outcome.opened.length > 0) {
      await connection.run('opens accounts', (session) =>
        server.insertAccounts(session, outcome.opened, batch),
      );
    }
    if (outcome.changed.length > 0) {
      await connection.run('writes balances', (session) => server.updateBalances(session, outcome.changed));
    }
    await connection.run('writes terms and holds', (session) => server.writeRest(session, batch));
    await connection.run('moves the head', (session) => server.moveHead(session, head, batch));
    await connection.run('commits', (session) => server.commit(session));
  }

  head(): Promise<LedgerHead> {
    return this.#read('the head', ({ head }) => head);
  }

  findOperation(id: string): Promise<StoredOperation | undefined> {
    return this.#read('an operation', (tables) => tables.operation(id));
  }

  dueHolds(at: string, limit: number): Promise<readonly string[]> {
    return this.#read('holds whose time is over', ({ holds }) =>
      [...holds.values()]
        .filter(({ status, expiresAt }) => status === 'open' && expiresAt !== undefined && expiresAt <= at)
        .sort((a, b) => (a.expiresAt! < b.expiresAt! ? -1 : 1))
        .slice(0, limit)
        .map(({ id }) => id),
    );
  }

  findHold(id: string): Promise<HoldView | undefined> {
    return this.#read('a hold', (tables) => {
      const hold = tables.holds.get(id);
      return hold && holdView(tables, hold);
    });
  }

  holds(accountId: string, { cursor = Infinity, status, limit }: HoldRange): Promise<HoldPage | undefined> {
    return this.#read('holds', (tables) => {
      const account = tables.accounts.get(accountId);
      if (account === undefined) return undefined;
      const all = [...tables.holds.values()]
        .filter((hold) => hold.from === accountId && hold.openedSequence <= cursor)
        .filter((hold) => status === undefined || hold.status === status)
        .sort((a, b) => b.openedSequence - a.openedSequence);
      const next = all[limit];
      return {
        account,
        holds: all.slice(0, limit).map((hold) => holdView(tables, hold)),
        ...(next === undefined ? {} : { nextCursor: next.openedSequence }),
      };
    });
  }

  reversals(operationId: string): Promise<ReversalsView | undefined> {
    return this.#read('reversals', (tables) => {
      const original = tables.reversible(operationId);
      if (original === undefined) return undefined;
      const own = tables.reversals.filter((reversal) => reversal.original === original.sequence);
      return {
        original,
        reversals: own.map(({ sequence }) => tables.stored(tables.records[sequence - 1]!.record)),
      };
    });
  }

  findAccount(id: string): Promise<AccountView | undefined> {
    return this.#read('an account', ({ accounts }) => accounts.get(id));
  }

  listAccounts(query: AccountListQuery & { readonly limit: number }): Promise<readonly AccountView[]> {
    const { cursor = '', prefix = '', limit } = query;
    return this.#read('accounts', ({ accounts }) =>
      [...accounts.values()]
        .filter(({ id }) => id > cursor && id.startsWith(prefix))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    );
  }

  balances(accountIds: readonly string[]): Promise<readonly (BalanceView | undefined)[]> {
    return this.#read('balances', ({ accounts, head }) =>
      accountIds.map((id) => {
        const account = accounts.get(id);
        return account && { account, sequence: head.sequence };
      }),
    );
  }

  balanceAt(accountId: string, at: Moment): Promise<BalanceView | undefined> {
    assert(typeof at === 'string', 'simulated clients ask by instants');
    return this.#read('a past balance', (tables) => {
      const account = tables.accounts.get(accountId);
      return account === undefined || account.openedAt > at ? undefined : pastBalance(tables, account, at);
    });
  }

  statement(accountId: string, range: StatementRange): Promise<StatementPage | undefined> {
    return this.#read('a statement', (tables) => {
      const account = tables.accounts.get(accountId);
      return account && statementPage(account, tables.entries(account), range);
    });
  }

  trialBalance(): ReturnType<LedgerStore['trialBalance']> {
    return this.#read('the trial balance', ({ accounts, head }) => {
      const currencies = [...new Set(Array.from(accounts.values(), ({ currency }) => currency))].sort();
      const lines = currencies.map((currency) => {
        const balances = [...accounts.values()]
          .filter((account) => account.currency === currency)
          .map(({ balance }) => BigInt(balance));
        const sum = (sign: bigint) =>
          balances.reduce((total, balance) => (balance * sign > 0n ? total + balance * sign : total), 0n);
        return { currency, accounts: balances.length, debit: String(sum(-1n)), credit: String(sum(1n)) };
      });
      return { sequence: head.sequence, lines };
    });
  }

  async ping(): Promise<void> {
    await this.#read('nothing', () => undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #read<Result>(what: string, read: (tables: LedgerTables) => Result): Promise<Result> {
    return this.#withConnection((connection) =>
      connection.run(`reads ${what}`, () => read(this.#link.server.tables)),
    );
  }

  async #withConnection<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.#link.connect();
    let failed = true;
    try {
      const result = await work(connection);
      failed = false;
      return result;
    } finally {
      connection.release(failed);
    }
  }
}

/** The holds and operations that a lookup names, and all the accounts that are to be read with them. */
interface Named {
  readonly holds: ReadonlyMap<string, Hold>;
  readonly reversibles: ReadonlyMap<string, Reversible>;
  readonly accountIds: readonly string[];
  /** As they stand when this is called. */
  accounts(): Account[];
}

function namedBy(tables: LedgerTables, lookup: CommitLookup): Named {
  const holds = new Map<string, Hold>();
  const reversibles = new Map<string, Reversible>();
  for (const id of lookup.holdIds) setFound(holds, id, tables.holds.get(id));
  for (const id of lookup.reversedIds) setFound(reversibles, id, tables.reversible(id));
  const accountIds = [
    ...lookup.accountIds,
    ...Array.from(holds.values(), ({ from, to }) => [from, to]).flat(),
    ...Array.from(reversibles.values(), ({ debit = '', credit = '' }) => [debit, credit]).flat(),
  ];
  const accounts = () =>
    accountIds.map((id) => tables.accounts.get(id)).filter((account) => account !== undefined);
  return { holds, reversibles, accountIds, accounts };
}

function cashAccounts({ accounts }: LedgerTables): Account[] {
  return [...accounts.values()].filter(({ id }) => id.startsWith('@cash.'));
}

function setFound<Value>(found: Map<string, Value>, id: string, value: Value | undefined): void {
  if (value !== undefined) found.set(id, value);
}

function holdView(tables: LedgerTables, hold: Hold): HoldView {
  const at = (sequence: number) => tables.batches[tables.records[sequence - 1]!.record.batch - 1]!.postedAt;
  return {
    ...hold,
    currency: tables.accounts.get(hold.from)!.currency,
    openedAt: at(hold.openedSequence),
    ...(hold.closedSequence === 0 ? {} : { closedAt: at(hold.closedSequence) }),
  };
}

function knownOperations(tables: LedgerTables, lookup: CommitLookup): Map<string, StoredOperation> {
  const known = new Map<string, StoredOperation>();
  for (const id of lookup.operationIds) {
    const operation = tables.operation(id);
    if (operation !== undefined) known.set(id, operation);
  }
  return known;
}

function hashesOf({ batches }: LedgerTables, lookup: CommitLookup): Map<number, Buffer> {
  const found = lookup.batchNumbers.flatMap((number) => batches[number - 1] ?? []);
  return new Map(found.map(({ number, hash }) => [number, hash]));
}

function pastBalance(tables: LedgerTables, account: AccountView, at: string): BalanceView {
  const batch = tables.batches.findLast(({ postedAt }) => postedAt <= at);
  const sequence = batch === undefined ? 0 : batch.firstSequence + batch.operationCount - 1;
  const newest = tables.entries(account).findLast((operation) => operation.sequence <= sequence);
  const entry = newest && entryOn(account, newest);
  return { sequence, account: { ...account, balance: entry?.balance ?? 0 } };
}

function entryOn(account: AccountView, operation: StoredOperation): Entry | undefined {
  if (operation.status !== 'posted' || operation.posting === undefined) return undefined;
  const { debit, credit } = operation.posting;
  return debit.accountId === account.id ? debit : credit;
}

function statementPage(
  account: AccountView,
  entries: readonly StoredOperation[],
  range: StatementRange,
): StatementPage {
  const { cursor = Infinity, from = '', to, limit } = range;
  if (Number.isFinite(cursor) && !entries.some(({ sequence }) => sequence === cursor))
    throw new InvalidCursorError('the cursor is not on this account');
  const within = entries
    .filter(
      ({ sequence, postedAt }) =>
        sequence <= cursor && postedAt >= from && (to === undefined || postedAt < to),
    )
    .reverse();
  const next = within[limit];
  const balanceBefore = (instant: string | undefined) => {
    const newest = entries.findLast(({ postedAt }) => instant === undefined || postedAt < instant);
    return (newest && entryOn(account, newest))?.balance ?? 0;
  };
  return {
    account,
    openingBalance: balanceBefore(from),
    closingBalance: balanceBefore(to),
    operations: within.slice(0, limit),
    ...(next === undefined ? {} : { nextCursor: next.sequence }),
  };
}
