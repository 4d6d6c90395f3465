import { MINOR_MAX } from '@lastro/ledger';
import { type AccountChunk, type AccountColumns, NAMED } from './account-columns.ts';
import type { AccountRules } from './account-rules.ts';
import type { Findings } from './findings.ts';
import type { RowReader } from './row-reader.ts';
import { CREDIT, DEBIT, OPERATION } from './table-columns.ts';

/** Adds up the postings: every balance after, every entry's number, every link of every account's chain. */
export class Movements {
  readonly #findings: Findings;
  readonly #accounts: AccountColumns;
  readonly #rules: AccountRules;
  /** Of the operation that is added. */
  #sequence = 0;

  constructor(findings: Findings, accounts: AccountColumns, rules: AccountRules) {
    this.#findings = findings;
    this.#accounts = accounts;
    this.#rules = rules;
  }

  /** An operation that moves money, of whatever type. */
  add(row: RowReader, sequence: number): void {
    this.#sequence = sequence;
    const amount = row.int64(OPERATION.amount);
    if (!(amount >= 1 && amount <= MINOR_MAX))
      return this.#findings.add(`operation ${sequence}`, `amount is ${amount}`);
    const accounts = this.#accounts;
    const [debit, credit] = [row.int64(DEBIT.account), row.int64(CREDIT.account)];
    const payer = accounts.chunkOf(debit);
    const payee = accounts.chunkOf(credit);
    const payerIndex = accounts.indexOf(debit);
    const payeeIndex = accounts.indexOf(credit);
    if (!payer?.knowledge[payerIndex] || !payee?.knowledge[payeeIndex])
      return this.#findings.add(
        `operation ${sequence}`,
        'is posted and yet an entry, or its account, is missing',
      );
    this.#rules.expectMovable(payer, payerIndex, payee, payeeIndex, sequence);
    this.#addEntry(row, DEBIT, payer, payerIndex, -amount);
    this.#addEntry(row, CREDIT, payee, payeeIndex, amount);
    this.#rules.expectFunds(debit, payer, payerIndex, sequence);
  }

  #addEntry(row: RowReader, side: typeof DEBIT, chunk: AccountChunk, index: number, delta: number): void {
    const sequence = this.#sequence;
    const recordedBalance = row.int64(side.balance);
    const recordedEntry = row.int64(side.entry);
    const recordedPrevious = row.int64(side.previous);
    if (chunk.knowledge[index] === NAMED) {
      this.#rules.settle(row.int64(side.account), chunk, index, recordedBalance - delta);
      this.#accounts.startAt(chunk, index, recordedBalance - delta, recordedEntry - 1, recordedPrevious);
    }
    const balance = chunk.balance[index]! + delta;
    const entry = chunk.entryCount[index]! + 1;
    const previous = chunk.lastSequence[index]!;
    if (recordedBalance !== balance || recordedEntry !== entry || recordedPrevious !== previous) {
      const where = `operation ${sequence}`;
      const id = chunk.ids[index];
      this.#findings.expectEqual(where, `balance of ${id} after it`, recordedBalance, balance);
      this.#findings.expectEqual(where, `entry number on ${id}`, recordedEntry, entry);
      this.#findings.expectEqual(where, `link to the entry before on ${id}`, recordedPrevious, previous);
    }
    // I10
    if (Math.abs(balance) > MINOR_MAX)
      this.#findings.add(`operation ${sequence}`, `balance of ${chunk.ids[index]} after it is out of range`);
    // From what is recorded, where that is a number: so one fault is named once, and not at every entry after it.
    chunk.balance[index] = Number.isNaN(recordedBalance) ? balance : recordedBalance;
    chunk.entryCount[index] = Number.isNaN(recordedEntry) ? entry : recordedEntry;
    chunk.lastSequence[index] = sequence;
  }
}
