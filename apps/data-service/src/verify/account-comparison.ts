import { type AccountChunk, type AccountColumns, COUNTED } from './account-columns.ts';
import { BalanceSums, type CurrencySums } from './balance-sums.ts';
import type { Findings } from './findings.ts';
import { descriptionOf } from './recomputation.ts';
import { int64Bytes, RowHash } from './row-hash.ts';
import type { RowReader } from './row-reader.ts';
import { ACCOUNT } from './table-columns.ts';

/** All accounts as they stood at some head: their number, and SHA-256 (hexadecimal) over their rows, by number. */
export interface AccountsDigest {
  readonly count: number;
  readonly digest: string;
}

/** Compares the accounts as they are stored, one after the other, with what the operations say. */
export class AccountComparison {
  readonly #findings: Findings;
  readonly #accounts: AccountColumns;
  readonly #sums = new BalanceSums();
  readonly #hash = new RowHash();
  /** Of the accounts that were opened before the part of the ledger that was looked at, as they stood then. */
  readonly #hashBefore = new RowHash();
  #count = 0;
  #foundCount = 0;

  constructor(findings: Findings, accounts: AccountColumns) {
    this.#findings = findings;
    this.#accounts = accounts;
  }

  /** The next stored account, by number. */
  add(row: RowReader): void {
    const accounts = this.#accounts;
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
    const isCounted = chunk?.knowledge[index] === COUNTED;
    if (number <= accounts.openedBefore) this.#addBefore(row, isCounted ? chunk : undefined, index);
    else if (isCounted) this.#compareTerms(row, chunk, index, number);
    if (isCounted) this.#compareBalance(row, chunk, index);
    if (row.int64(ACCOUNT.held) !== 0)
      // Nothing holds money yet.
      this.#findings.expectEqual(nameOf(row), 'held', row.int64(ACCOUNT.held), 0);
  }

  /** All have been added. `before`: how the accounts must have stood before the part that was looked at. */
  finish(before: AccountsDigest | undefined): AccountsDigest & { readonly currencies: CurrencySums[] } {
    const missing = this.#accounts.count - this.#foundCount;
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

  #compareTerms(row: RowReader, chunk: AccountChunk, index: number, number: number): void {
    const findings = this.#findings;
    const id = row.text(ACCOUNT.id);
    const currency = this.#accounts.currencyOf(chunk, index);
    if (id !== chunk.ids[index]) findings.expectEqual(`account number ${number}`, 'id', id, chunk.ids[index]);
    if (row.text(ACCOUNT.currency) !== currency)
      findings.expectEqual(nameOf(row), 'currency', row.text(ACCOUNT.currency), currency);
    if (!chunk.isDescribedAs(index, descriptionOf(row.text(ACCOUNT.name), row.text(ACCOUNT.metadata))))
      findings.add(nameOf(row), 'name or metadata is not what the operation says that opened it');
    if (row.int64(ACCOUNT.opened_at) !== chunk.openedAtMicros[index])
      findings.add(nameOf(row), 'was not opened at the time that it says');
    const limit = row.int64(ACCOUNT.overdraft_limit);
    if (limit !== chunk.overdraftLimit[index])
      findings.expectEqual(nameOf(row), 'overdraft limit', shown(limit), chunk.overdraftLimit[index]);
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

  /** An account that was open before: its row, with what has been posted since taken back. */
  #addBefore(row: RowReader, chunk: AccountChunk | undefined, index: number): void {
    const before = chunk?.before;
    if (before === undefined) return this.#hashBefore.add(row);
    const bytes = Buffer.from(row.bytes.subarray(row.start, row.end));
    const put = (field: number, value: number): void => {
      if (!row.isAbsent(field)) int64Bytes(value).copy(bytes, row.startOf(field) - row.start);
    };
    put(ACCOUNT.balance, before.balance[index]!);
    put(ACCOUNT.entry_count, before.entryCount[index]!);
    put(ACCOUNT.last_sequence, before.lastSequence[index]!);
    this.#hashBefore.addBytes(bytes);
  }
}

function nameOf(row: RowReader): string {
  return `account ${row.text(ACCOUNT.id)}`;
}

function shown(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
