import { ACCOUNT_STATUSES } from '@lastro/ledger';
import { type AccountChunk, COUNTED, UNKNOWN } from './account-columns.ts';
import { BalanceSums, type CurrencySums } from './balance-sums.ts';
import type { Findings } from './findings.ts';
import type { Recomputation } from './recomputation.ts';
import { int16Bytes, int64Bytes, RowHash, rowWith } from './row-hash.ts';
import type { RowReader } from './row-reader.ts';
import { ACCOUNT } from './table-columns.ts';
import type { Terms } from './terms-before.ts';

/** All accounts as they stood at some head: their number, and SHA-256 (hexadecimal) over their rows, by number. */
export interface AccountsDigest {
  readonly count: number;
  readonly digest: string;
}

/** Compares the accounts as they are stored, one after the other, with what the operations say. */
export class AccountComparison {
  readonly #findings: Findings;
  readonly #recomputed: Recomputation;
  /** Of the accounts that were opened before the part of the ledger that was looked at, and were changed in it. */
  readonly #termsBefore: ReadonlyMap<number, Terms>;
  readonly #sums = new BalanceSums();
  readonly #hash = new RowHash();
  /** Of the accounts that were opened before the part of the ledger that was looked at, as they stood then. */
  readonly #hashBefore = new RowHash();
  #count = 0;
  #foundCount = 0;

  constructor(findings: Findings, recomputed: Recomputation, termsBefore: ReadonlyMap<number, Terms>) {
    this.#findings = findings;
    this.#recomputed = recomputed;
    this.#termsBefore = termsBefore;
  }

  /** The next stored account, by number. */
  add(row: RowReader): void {
    const { accounts } = this.#recomputed;
    const number = row.int64(ACCOUNT.number);
    this.#count += 1;
    this.#hash.add(row);
    const balance = row.int64(ACCOUNT.balance);
    if (!Number.isNaN(balance)) this.#sums.add(row.text(ACCOUNT.currency) ?? '', balance);
    if (!(number >= 1 && number <= accounts.count)) {
      this.#findings.add(`account ${row.text(ACCOUNT.id)}`, 'was never opened by an operation');
      return;
    }
    this.#foundCount += 1;
    const chunk = accounts.chunkOf(number);
    const index = accounts.indexOf(number);
    if (chunk === undefined || chunk.knowledge[index] === UNKNOWN) return this.#compareUntouched(row);
    const isFromBefore = number <= accounts.openedBefore;
    if (isFromBefore) this.#hashBefore.addBytes(this.#rowBefore(row, chunk, index, number));
    else this.#compareIdentity(row, chunk, index, number);
    if (!isFromBefore || this.#termsBefore.has(number)) this.#compareDescription(row, chunk, index);
    this.#compareTerms(row, chunk, index);
    if (chunk.knowledge[index] === COUNTED) this.#compareBalance(row, chunk, index);
    else this.#settle(row, chunk, index, number);
  }

  /** All have been added. `before`: how the accounts must have stood before the part that was looked at. */
  finish(before: AccountsDigest | undefined): AccountsDigest & { readonly currencies: CurrencySums[] } {
    const missing = this.#recomputed.accounts.count - this.#foundCount;
    if (missing > 0) this.#findings.add('accounts', `${missing} that were opened are missing`);
    if (before !== undefined && this.#hashBefore.digest().toString('hex') !== before.digest) {
      this.#findings.add(
        'accounts',
        'those that were open at the saved head are not what they were then, beside what is posted since: one was changed (a full verification names it)',
      );
    }
    const currencies = this.#sums.totals();
    for (const { currency, debit, credit } of currencies)
      this.#findings.expectEqual(`trial balance in ${currency}`, 'sum of debits', debit, credit);
    return { count: this.#count, digest: this.#hash.digest().toString('hex'), currencies };
  }

  /** An account that was opened before, and of which nothing was posted since, and nothing is held. */
  #compareUntouched(row: RowReader): void {
    this.#hashBefore.add(row);
    const held = row.int64(ACCOUNT.held);
    if (held !== 0) this.#findings.expectEqual(nameOf(row), 'held', shown(held), 0);
  }

  #compareIdentity(row: RowReader, chunk: AccountChunk, index: number, number: number): void {
    const findings = this.#findings;
    const id = row.text(ACCOUNT.id);
    const currency = this.#recomputed.accounts.currencyOf(chunk, index);
    if (id !== chunk.ids[index]) findings.expectEqual(`account number ${number}`, 'id', id, chunk.ids[index]);
    if (row.text(ACCOUNT.currency) !== currency)
      findings.expectEqual(nameOf(row), 'currency', row.text(ACCOUNT.currency), currency);
    if (row.int64(ACCOUNT.opened_at) !== chunk.openedAtMicros[index])
      findings.add(nameOf(row), 'was not opened at the time that it says');
  }

  #compareDescription(row: RowReader, chunk: AccountChunk, index: number): void {
    if (
      !chunk.names.is(index, row.text(ACCOUNT.name)) ||
      !chunk.metadata.is(index, row.text(ACCOUNT.metadata))
    )
      this.#findings.add(nameOf(row), 'name or metadata is not what the operations say that gave it');
  }

  #compareTerms(row: RowReader, chunk: AccountChunk, index: number): void {
    const findings = this.#findings;
    const limit = row.int64(ACCOUNT.overdraft_limit);
    const held = row.int64(ACCOUNT.held);
    const status = row.int16(ACCOUNT.status);
    if (limit !== chunk.overdraftLimit[index])
      findings.expectEqual(nameOf(row), 'overdraft limit', shown(limit), chunk.overdraftLimit[index]);
    if (held !== chunk.held[index]) findings.expectEqual(nameOf(row), 'held', shown(held), chunk.held[index]);
    if (status !== chunk.status[index])
      findings.expectEqual(nameOf(row), 'status', shown(status), chunk.status[index]);
  }

  #compareBalance(row: RowReader, chunk: AccountChunk, index: number): void {
    const balance = row.int64(ACCOUNT.balance);
    const entryCount = row.int64(ACCOUNT.entry_count);
    const lastSequence = row.int64(ACCOUNT.last_sequence);
    const findings = this.#findings;
    if (balance !== chunk.balance[index])
      findings.expectEqual(nameOf(row), 'balance', shown(balance), chunk.balance[index]);
    if (entryCount !== chunk.entryCount[index])
      findings.expectEqual(nameOf(row), 'number of entries', shown(entryCount), chunk.entryCount[index]);
    if (lastSequence !== chunk.lastSequence[index])
      findings.expectEqual(nameOf(row), 'newest entry', shown(lastSequence), chunk.lastSequence[index]);
  }

  /** An account without entries in the part that was looked at: its balance was what it is all the time. */
  #settle(row: RowReader, chunk: AccountChunk, index: number, number: number): void {
    const balance = row.int64(ACCOUNT.balance);
    this.#recomputed.rules.settle(number, chunk, index, balance);
    if (chunk.status[index] === ACCOUNT_STATUSES.closed && balance !== 0)
      this.#findings.expectEqual(nameOf(row), 'balance, as it is closed,', shown(balance), 0);
  }

  /** The row of an account that was open before, with what has been posted since taken back. */
  #rowBefore(row: RowReader, chunk: AccountChunk, index: number, number: number): Uint8Array {
    const before = chunk.before;
    if (before === undefined) return row.bytes.subarray(row.start, row.end);
    const values = new Map<number, Buffer | undefined>();
    // A row that is gone has nothing to take back.
    const put = (field: number, value: Buffer): void => {
      if (!row.isAbsent(field)) values.set(field, value);
    };
    put(ACCOUNT.held, int64Bytes(before.held[index]!));
    put(ACCOUNT.overdraft_limit, int64Bytes(before.overdraftLimit[index]!));
    put(ACCOUNT.status, int16Bytes(before.status[index]!));
    if (chunk.knowledge[index] === COUNTED) {
      put(ACCOUNT.balance, int64Bytes(before.balance[index]!));
      put(ACCOUNT.entry_count, int64Bytes(before.entryCount[index]!));
      put(ACCOUNT.last_sequence, int64Bytes(before.lastSequence[index]!));
    }
    const terms = this.#termsBefore.get(number);
    if (terms !== undefined) {
      values.set(ACCOUNT.name, bytesOf(terms.name));
      values.set(ACCOUNT.metadata, bytesOf(terms.metadata));
    }
    return rowWith(row, values);
  }
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function nameOf(row: RowReader): string {
  return `account ${row.text(ACCOUNT.id)}`;
}

function shown(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
