import { hash } from 'node:crypto';
import { type Details, MINOR_MAX, reasonOf, TYPE_NUMBERS } from '@lastro/ledger';
import { AccountColumns, type AccountChunk, NAMED, UNKNOWN } from './account-columns.ts';
import type { Findings } from './findings.ts';
import type { RowReader } from './row-reader.ts';
import { microsSince2000 } from './micros.ts';
import { OPERATION } from './table-columns.ts';

const TYPES: ReadonlySet<number> = new Set(Object.values(TYPE_NUMBERS));

/** Where the fields of each side of a posting are. */
const DEBIT = {
  account: OPERATION.debit_account,
  entry: OPERATION.debit_entry,
  previous: OPERATION.debit_previous,
  balance: OPERATION.debit_balance,
};
const CREDIT: typeof DEBIT = {
  account: OPERATION.credit_account,
  entry: OPERATION.credit_entry,
  previous: OPERATION.credit_previous,
  balance: OPERATION.credit_balance,
};

/** Where the part of the ledger begins that is looked at. */
export interface Beginning {
  /** Of the newest operation before it. */
  readonly sequence: number;
  /** How many accounts were open then. */
  readonly accountCount: number;
}

/**
 * Adds up the ledger again from its operations, in the plainest way and without the code that wrote it: every sequence,
 * every balance after, every link of every account's chain.
 *
 * Accounts that were opened before the part that is looked at are taken as their first entry in it says, which the
 * caller then has to check (see compare-accounts.ts).
 */
export class Recomputation {
  readonly accounts: AccountColumns;
  sequence: number;
  posted = 0;
  rejected = 0;
  readonly #findings: Findings;

  constructor(findings: Findings, { sequence, accountCount }: Beginning) {
    this.#findings = findings;
    this.sequence = sequence;
    this.accounts = new AccountColumns(accountCount);
  }

  /** The accounts in the rows of this piece that were opened before, and have not been named yet. */
  unnamedIn(rows: RowReader): number[] {
    const numbers = new Set<number>();
    while (rows.next()) {
      for (const { account } of [DEBIT, CREDIT]) {
        const number = rows.int64(account);
        if (number >= 1 && number <= this.accounts.openedBefore && this.#knowledgeOf(number) === UNKNOWN)
          numbers.add(number);
      }
    }
    rows.rewind();
    return [...numbers];
  }

  /** The next operation. `postedAt`: of its batch, if that is there. */
  apply(row: RowReader, postedAt: string | undefined): void {
    const sequence = row.int64(OPERATION.sequence);
    const where = (): string => `operation ${sequence}`;
    if (sequence !== this.sequence + 1)
      this.#findings.expectEqual(where(), 'sequence', sequence, this.sequence + 1);
    this.sequence = sequence;
    const type = row.int16(OPERATION.type);
    if (!TYPES.has(type)) this.#findings.add(where(), `type ${type} does not exist`);
    else if (!row.isAbsent(OPERATION.reason)) this.#reject(row, where);
    else {
      this.posted += 1;
      if (type === TYPE_NUMBERS.open) this.#open(row, where, postedAt);
      else this.#post(row, where);
    }
  }

  #reject(row: RowReader, where: () => string): void {
    this.rejected += 1;
    const reason = row.int16(OPERATION.reason);
    if (reasonOf(reason) === undefined) this.#findings.add(where(), `reason ${reason} does not exist`);
    this.#expectNoEntries(row, where, 'rejected');
  }

  #expectNoEntries(row: RowReader, where: () => string, what: string): void {
    if (!row.isAbsent(OPERATION.debit_account) || !row.isAbsent(OPERATION.credit_account))
      this.#findings.add(where(), `is ${what} and yet has entries`);
  }

  #open(row: RowReader, where: () => string, postedAt = ''): void {
    this.#expectNoEntries(row, where, 'an opening');
    const { account, currency, overdraftLimit, name, metadata } =
      parseDetails(row.text(OPERATION.details)) ?? {};
    if (account === undefined || currency === undefined || overdraftLimit === undefined)
      this.#findings.add(where(), 'details are not readable');
    // The account takes its number all the same, so that one fault is named once.
    this.accounts.open({
      id: account ?? '',
      currency: currency ?? '',
      overdraftLimit: overdraftLimit ?? NaN,
      openedAtMicros: microsSince2000(postedAt),
      description: descriptionOf(name, metadata && JSON.stringify(metadata)),
    });
  }

  #post(row: RowReader, where: () => string): void {
    const amount = row.int64(OPERATION.amount);
    if (!(amount >= 1 && amount <= MINOR_MAX)) return this.#findings.add(where(), `amount is ${amount}`);
    const { accounts } = this;
    const [debit, credit] = [row.int64(DEBIT.account), row.int64(CREDIT.account)];
    const payer = accounts.chunkOf(debit);
    const payee = accounts.chunkOf(credit);
    const payerIndex = accounts.indexOf(debit);
    const payeeIndex = accounts.indexOf(credit);
    if (!payer?.knowledge[payerIndex] || !payee?.knowledge[payeeIndex])
      return this.#findings.add(where(), 'is posted and yet an entry, or its account, is missing');
    if (payer.currency[payerIndex] !== payee.currency[payeeIndex])
      this.#findings.add(
        where(),
        `moves money from ${accounts.currencyOf(payer, payerIndex)} to ${accounts.currencyOf(payee, payeeIndex)}`,
      );
    this.#addEntry(row, DEBIT, payer, payerIndex, -amount);
    this.#addEntry(row, CREDIT, payee, payeeIndex, amount);
    const balance = payer.balance[payerIndex]!;
    const limit = payer.overdraftLimit[payerIndex]!;
    // I5
    if (balance < -limit && payer.isBank[payerIndex] === 0) {
      const id = payer.ids[payerIndex];
      this.#findings.add(where(), `takes account ${id} to ${balance}, below its overdraft limit of ${limit}`);
    }
  }

  #addEntry(row: RowReader, side: typeof DEBIT, chunk: AccountChunk, index: number, delta: number): void {
    const recordedBalance = row.int64(side.balance);
    const recordedEntry = row.int64(side.entry);
    const recordedPrevious = row.int64(side.previous);
    if (chunk.knowledge[index] === NAMED)
      this.accounts.startAt(chunk, index, recordedBalance - delta, recordedEntry - 1, recordedPrevious);
    const balance = chunk.balance[index]! + delta;
    const entry = chunk.entryCount[index]! + 1;
    const previous = chunk.lastSequence[index]!;
    const { sequence } = this;
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

  #knowledgeOf(number: number): number {
    return this.accounts.chunkOf(number)?.knowledge[this.accounts.indexOf(number)] ?? UNKNOWN;
  }
}

/** A digest of what is only shown of an account; undefined when it has none of it, as most. */
export function descriptionOf(name: string | undefined, metadata: string | undefined): Buffer | undefined {
  return name === undefined && metadata === undefined
    ? undefined
    : hash('sha256', JSON.stringify([name, metadata]), 'buffer');
}

function parseDetails(text: string | undefined): Details | undefined {
  try {
    return JSON.parse(text ?? '') as Details;
  } catch {
    return undefined;
  }
}
