import {
  type Account,
  GENESIS_HASH,
  type Hold,
  type LedgerRecord,
  type RecordedEntry,
  RecordReader,
  type Reversal,
  type Reversible,
  reversibleOf,
  TYPE_NUMBERS,
} from '@lastro/ledger';
import {
  type OperationRow,
  storedOperation,
} from '../../../apps/data-service/src/storage/postgres/operation-rows.ts';
import type {
  AccountView,
  BatchToWrite,
  LedgerHead,
  StoredOperation,
} from '../../../apps/data-service/src/storage/store.ts';
import type { BatchRow } from '../../../apps/data-service/src/verify/chain-check.ts';

/** An operation as it is kept: its canonical record, the bytes that the hash chain covers. */
export interface RecordRow {
  readonly record: LedgerRecord;
  readonly bytes: Buffer;
}

/** The committed ledger: what survives every crash. */
export class LedgerTables {
  head: LedgerHead = {
    sequence: 0,
    batch: 0,
    hash: GENESIS_HASH,
    accountCount: 0,
    postedAt: '2000-01-01T00:00:00.000Z',
  };
  readonly records: RecordRow[] = [];
  readonly batches: BatchRow[] = [];
  readonly accounts = new Map<string, AccountView>();
  readonly holds = new Map<string, Hold>();
  readonly reversals: Reversal[] = [];
  readonly #accountIds = new Map<number, string>();
  readonly #recordById = new Map<string, RecordRow>();
  readonly #stored = new WeakMap<LedgerRecord, StoredOperation>();

  operation(id: string): StoredOperation | undefined {
    const row = this.#recordById.get(id.replaceAll('-', ''));
    return row && this.stored(row.record);
  }

  /** An operation read back from its record, by the same code as from PostgreSQL's rows. */
  stored(record: LedgerRecord): StoredOperation {
    const read = this.#stored.get(record);
    if (read !== undefined) return read;
    const stored = storedOperation(this.#rowOf(record));
    // Nothing of it changes once its batch is there.
    if (record.batch <= this.batches.length) this.#stored.set(record, stored);
    return stored;
  }

  #rowOf(record: LedgerRecord): OperationRow {
    const { debit, credit, reasonNumber = null, amount = null, details = null } = record;
    const debitId = this.#idOf(debit);
    return {
      sequence: record.sequence,
      id: record.idHex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      batch: record.batch,
      type: record.typeNumber,
      reason: reasonNumber,
      amount,
      ...entryColumns('debit', debit),
      ...entryColumns('credit', credit),
      accepted_at: record.acceptedAt,
      accepted_by: record.acceptedBy,
      details,
      posted_at: this.batches[record.batch - 1]?.postedAt ?? '',
      debit_id: debitId,
      credit_id: this.#idOf(credit),
      currency: this.accounts.get(debitId ?? '')?.currency ?? null,
      released_amount: reasonNumber === null ? this.#releasedBy(record) : null,
    } as OperationRow;
  }

  #releasedBy({ typeNumber, details = '{}' }: LedgerRecord): number | null {
    if (typeNumber !== TYPE_NUMBERS.void && typeNumber !== TYPE_NUMBERS.expiry) return null;
    return this.holds.get((JSON.parse(details) as { hold: string }).hold)?.amount ?? null;
  }

  #idOf(entry: RecordedEntry | undefined): string | null {
    return (entry && this.#accountIds.get(entry.accountNumber)) ?? null;
  }

  /** Remembers what is there now; returns what brings it back. */
  remember(): () => void {
    const { head } = this;
    const [records, batches, accounts] = [this.records.length, this.batches.length, new Map(this.accounts)];
    const [holds, reversals] = [new Map(this.holds), this.reversals.length];
    return () => {
      this.reversals.length = reversals;
      this.holds.clear();
      for (const [id, hold] of holds) this.holds.set(id, hold);
      for (const { record } of this.records.splice(records)) this.#recordById.delete(record.idHex);
      this.batches.length = batches;
      this.accounts.clear();
      for (const [id, account] of accounts) this.accounts.set(id, account);
      this.head = head;
    };
  }

  /** Whether an id of these records is there already: what the unique index refuses. */
  knowsAnId(bytes: Buffer): boolean {
    return recordsOf(bytes).some(({ record }) => this.#recordById.has(record.idHex));
  }

  addRecords(bytes: Buffer): void {
    for (const row of recordsOf(bytes)) {
      this.records.push(row);
      this.#recordById.set(row.record.idHex, row);
    }
  }

  addAccounts(opened: readonly Account[], { outcome, header }: BatchToWrite): void {
    for (const account of opened) {
      const opening = outcome.applied.find(
        ({ status, content }) =>
          status === 'posted' && content.type === 'open' && content.account === account.id,
      );
      const { name, metadata } = (opening?.content ?? {}) as AccountView;
      const described = { ...(name === undefined ? {} : { name }), ...(metadata && { metadata }) };
      this.accounts.set(account.id, { ...account, ...described, openedAt: header.postedAt });
      this.#accountIds.set(account.number, account.id);
    }
  }

  updateBalances(changed: readonly Account[]): void {
    for (const { id, balance, entryCount, lastSequence } of changed) {
      const account = this.accounts.get(id);
      if (account === undefined) throw new Error(`no row for account ${id}`);
      this.accounts.set(id, { ...account, balance, entryCount, lastSequence });
    }
  }

  /** Terms of accounts, holds and reversals, and new names and metadata. */
  writeRest({ outcome }: BatchToWrite): void {
    for (const { id, held, status, overdraftLimit } of outcome.amended)
      this.accounts.set(id, { ...this.accounts.get(id)!, held, status, overdraftLimit });
    for (const { status, content } of outcome.applied) {
      if (status !== 'posted' || content.type !== 'update') continue;
      const { name, metadata } = content;
      const account = this.accounts.get(content.account)!;
      this.accounts.set(content.account, {
        ...account,
        ...(name && { name }),
        ...(metadata && { metadata }),
      });
    }
    for (const hold of outcome.holds) this.holds.set(hold.id, hold);
    this.reversals.push(...outcome.reversals);
  }

  reversible(id: string): Reversible | undefined {
    const operation = this.operation(id);
    if (operation === undefined) return undefined;
    const newest = this.reversals.findLast(({ original }) => original === operation.sequence);
    return reversibleOf(operation, newest?.reversed ?? 0);
  }

  moveHead(head: LedgerHead, { header }: BatchToWrite): void {
    this.batches.push({ ...header, hash: head.hash });
    this.head = head;
  }

  /** Every stored operation with an entry on the account, oldest first. */
  entries(account: Account): StoredOperation[] {
    return this.records
      .filter(({ record: { debit, credit } }) =>
        [debit?.accountNumber, credit?.accountNumber].includes(account.number),
      )
      .map(({ record }) => this.stored(record));
  }
}

function recordsOf(bytes: Buffer): RecordRow[] {
  const reader = new RecordReader(bytes);
  const rows: RecordRow[] = [];
  for (let start = 0; ; start = reader.offset) {
    const record = reader.next();
    if (record === undefined) return rows;
    rows.push({ record, bytes: bytes.subarray(start, reader.offset) });
  }
}

function entryColumns(side: string, entry: RecordedEntry | undefined): Record<string, number | null> {
  const { accountNumber = null } = entry ?? {};
  return {
    [`${side}_account`]: accountNumber,
    [`${side}_entry`]: numberOrNull(entry?.entry),
    [`${side}_previous`]: numberOrNull(entry?.previousSequence),
    [`${side}_balance`]: numberOrNull(entry?.balance),
  };
}

/** The reader gives NaN for a field that is absent beside others that are there. */
function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
