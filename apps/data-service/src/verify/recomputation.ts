import { type Details, type OperationType, reasonOf, TYPE_NUMBERS } from '@lastro/ledger';
import { AccountChanges } from './account-changes.ts';
import { AccountColumns, UNKNOWN } from './account-columns.ts';
import { AccountRules } from './account-rules.ts';
import type { Findings } from './findings.ts';
import { microsSince2000 } from './micros.ts';
import { Movements } from './movements.ts';
import { type HoldOperation, OpenHolds } from './open-holds.ts';
import type { RowReader } from './row-reader.ts';
import { CREDIT, DEBIT, OPERATION } from './table-columns.ts';

const TYPES: readonly (OperationType | undefined)[] = typesByNumber();

/** Where the part of the ledger begins that is looked at. */
export interface Beginning {
  /** Of the newest operation before it. */
  readonly sequence: number;
  /** How many accounts were open then. */
  readonly accountCount: number;
  /** How many holds were made until then; 0 when it is left out. */
  readonly holdCount?: number;
  /** How many reversals were posted until then; 0 when it is left out. */
  readonly reversalCount?: number;
}

/** A posted reversal, as its row says: still to be compared with what it reverses. */
export interface PostedReversal {
  readonly sequence: number;
  /** Id of the operation that it reverses. */
  readonly original: string;
  readonly amount: number;
  readonly debit: number;
  readonly credit: number;
}

/**
 * Adds up the ledger again from its operations, in the plainest way and without the code that wrote it: every sequence,
 * every balance after, every link of every account's chain, every hold, and all that changes of an account.
 *
 * Accounts that were opened before the part that is looked at are taken as their first entry in it says, which the
 * caller then has to check (see account-comparison.ts). What a reversal reverses may be far back: the caller looks it up
 * (see reversal-comparison.ts).
 */
export class Recomputation {
  readonly accounts: AccountColumns;
  readonly rules: AccountRules;
  readonly holds: OpenHolds;
  sequence: number;
  posted = 0;
  rejected = 0;
  reversalCount: number;
  readonly #findings: Findings;
  readonly #movements: Movements;
  readonly #changes: AccountChanges;
  #reversals: PostedReversal[] = [];

  constructor(findings: Findings, { sequence, accountCount, holdCount = 0, reversalCount = 0 }: Beginning) {
    this.#findings = findings;
    this.sequence = sequence;
    this.reversalCount = reversalCount;
    this.accounts = new AccountColumns(accountCount);
    this.rules = new AccountRules(findings, this.accounts);
    this.holds = new OpenHolds(findings, this.accounts, this.rules, holdCount);
    this.#movements = new Movements(findings, this.accounts, this.rules);
    this.#changes = new AccountChanges(findings, this.accounts, this.rules);
  }

  /** The accounts in the rows of this piece that were opened before, and have not been named yet. */
  unnamedIn(rows: RowReader): number[] {
    const numbers = new Set<number>();
    while (rows.next()) {
      for (const { account } of [DEBIT, CREDIT]) {
        const number = rows.int64(account);
        if (this.isUnnamed(number)) numbers.add(number);
      }
    }
    rows.rewind();
    return [...numbers];
  }

  /** Whether account `number` was opened before, and has not been named yet. */
  isUnnamed(number: number): boolean {
    const { accounts } = this;
    if (!(number >= 1 && number <= accounts.openedBefore)) return false;
    return (accounts.chunkOf(number)?.knowledge[accounts.indexOf(number)] ?? UNKNOWN) === UNKNOWN;
  }

  /** How many reversals, and ends of holds, wait to be taken and compared. */
  get waitingCount(): number {
    return this.#reversals.length + this.holds.endedCount;
  }

  /** The reversals since this was called last. */
  takeReversals(): readonly PostedReversal[] {
    const reversals = this.#reversals;
    this.#reversals = [];
    return reversals;
  }

  /** The next operation. `postedAt`: of its batch, if that is there. */
  apply(row: RowReader, postedAt: string | undefined): void {
    const sequence = row.int64(OPERATION.sequence);
    if (sequence !== this.sequence + 1)
      this.#findings.expectEqual(`operation ${sequence}`, 'sequence', sequence, this.sequence + 1);
    this.sequence = sequence;
    const number = row.int16(OPERATION.type);
    const type = TYPES[number];
    if (type === undefined) this.#findings.add(`operation ${sequence}`, `type ${number} does not exist`);
    else if (!row.isAbsent(OPERATION.reason)) this.#reject(row);
    else {
      this.posted += 1;
      this.#post(type, row, postedAt);
    }
  }

  #reject(row: RowReader): void {
    this.rejected += 1;
    const reason = row.int16(OPERATION.reason);
    if (reasonOf(reason) === undefined) this.#add(`reason ${reason} does not exist`);
    this.#expectNoAccounts(row, 'rejected');
  }

  #post(type: OperationType, row: RowReader, postedAt = ''): void {
    switch (type) {
      case 'deposit':
      case 'withdrawal':
      case 'transfer':
        return this.#movements.add(row, this.sequence);
      case 'reversal':
        return this.#reverse(row);
      case 'open':
        return this.#open(row, postedAt);
      case 'hold':
        this.#expectNoEntries(row);
        return this.holds.make(this.#holdOperation(row, postedAt));
      case 'capture': {
        const operation = this.#holdOperation(row, postedAt);
        // What the hold reserves is free before it is paid.
        this.holds.end(operation, 'captured', operation.amount);
        return this.#movements.add(row, this.sequence);
      }
      case 'void':
      case 'expiry':
        this.#expectNoEntries(row);
        return this.holds.end(this.#holdOperation(row, postedAt), type === 'void' ? 'voided' : 'expired', 0);
      case 'freeze':
      case 'unfreeze':
      case 'close':
      case 'update':
        this.#expectNoEntries(row);
        return this.#changes.add({
          sequence: this.sequence,
          type: TYPE_NUMBERS[type],
          account: row.int64(DEBIT.account),
          details: this.#details(row),
        });
    }
  }

  #open(row: RowReader, postedAt: string): void {
    this.#expectNoAccounts(row, 'an opening');
    const { account, currency, overdraftLimit, name, metadata } = this.#details(row);
    if (account === undefined || currency === undefined || overdraftLimit === undefined)
      this.#add('does not say what it opens');
    // The account takes its number all the same, so that one fault is named once.
    this.accounts.open({
      id: account ?? '',
      currency: currency ?? '',
      overdraftLimit: overdraftLimit ?? NaN,
      openedAtMicros: microsSince2000(postedAt),
      name,
      metadata: metadata && JSON.stringify(metadata),
    });
  }

  #reverse(row: RowReader): void {
    this.reversalCount += 1;
    this.#reversals.push({
      sequence: this.sequence,
      original: this.#details(row).operation ?? '',
      amount: row.int64(OPERATION.amount),
      debit: row.int64(DEBIT.account),
      credit: row.int64(CREDIT.account),
    });
    this.#movements.add(row, this.sequence);
  }

  #holdOperation(row: RowReader, postedAt: string): HoldOperation {
    return {
      sequence: this.sequence,
      id: row.uuid(OPERATION.id),
      amount: row.int64(OPERATION.amount),
      debit: row.int64(DEBIT.account),
      credit: row.int64(CREDIT.account),
      details: this.#details(row),
      postedAtMicros: microsSince2000(postedAt),
    };
  }

  #details(row: RowReader): Details {
    const details = parseDetails(row.text(OPERATION.details));
    if (details === undefined) this.#add('details are not readable');
    return details ?? {};
  }

  #expectNoAccounts(row: RowReader, what: string): void {
    if (!row.isAbsent(DEBIT.account) || !row.isAbsent(CREDIT.account))
      this.#add(`is ${what} and yet has entries`);
  }

  /** An operation that is about accounts and moves no money. */
  #expectNoEntries(row: RowReader): void {
    for (const side of [DEBIT, CREDIT]) {
      if (!row.isAbsent(side.entry) || !row.isAbsent(side.previous) || !row.isAbsent(side.balance))
        this.#add('moves no money and yet has entries');
    }
  }

  #add(problem: string): void {
    this.#findings.add(`operation ${this.sequence}`, problem);
  }
}

function parseDetails(text: string | undefined): Details | undefined {
  try {
    const details: unknown = JSON.parse(text ?? '');
    return typeof details === 'object' && details !== null ? details : undefined;
  } catch {
    return undefined;
  }
}

function typesByNumber(): (OperationType | undefined)[] {
  const types: (OperationType | undefined)[] = [];
  for (const [type, number] of Object.entries(TYPE_NUMBERS)) types[number] = type as OperationType;
  return types;
}
