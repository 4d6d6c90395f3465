import { type Details, HOLD_STATUSES, type HoldStatus, MINOR_MAX } from '@lastro/ledger';
import type { AccountChunk, AccountColumns } from './account-columns.ts';
import type { AccountRules } from './account-rules.ts';
import type { Findings } from './findings.ts';

/** A hold while it is open. */
export interface OpenHold {
  readonly account: number;
  readonly payee: number;
  readonly amount: number;
  /** Microseconds since 2000; NaN: never. */
  readonly expiresAtMicros: number;
  readonly openedSequence: number;
}

/** A hold after its end, as its row in the table has to be. */
export interface EndedHold extends OpenHold {
  readonly id: string;
  readonly status: number;
  readonly captured: number;
  readonly closedSequence: number;
}

/** An operation about a hold, as its row and its batch say. */
export interface HoldOperation {
  readonly sequence: number;
  readonly id: string;
  readonly amount: number;
  readonly debit: number;
  readonly credit: number;
  readonly details: Details;
  /** Microseconds since 2000. */
  readonly postedAtMicros: number;
}

/** Follows the holds: which are open, and what they reserve. Each ends once, and in its time. */
export class OpenHolds {
  readonly #findings: Findings;
  readonly #accounts: AccountColumns;
  readonly #rules: AccountRules;
  readonly #open = new Map<string, OpenHold>();
  #ended: EndedHold[] = [];
  /** How many were ever made. */
  count: number;

  constructor(findings: Findings, accounts: AccountColumns, rules: AccountRules, count: number) {
    this.#findings = findings;
    this.#accounts = accounts;
    this.#rules = rules;
    this.count = count;
  }

  get(id: string): OpenHold | undefined {
    return this.#open.get(id);
  }

  entries(): IterableIterator<[string, OpenHold]> {
    return this.#open.entries();
  }

  /** A hold that was open before the part of the ledger that is looked at. */
  takeOver(id: string, hold: OpenHold): void {
    this.#open.set(id, hold);
  }

  get endedCount(): number {
    return this.#ended.length;
  }

  /** Those that ended since this was called last. */
  takeEnded(): readonly EndedHold[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** A posted hold. */
  make({ sequence, id, amount, debit, credit, details, postedAtMicros }: HoldOperation): void {
    this.count += 1;
    const where = `operation ${sequence}`;
    if (!(amount >= 1 && amount <= MINOR_MAX)) return this.#findings.add(where, `amount is ${amount}`);
    const payer = this.#chunkOf(debit);
    const payee = this.#chunkOf(credit);
    if (payer === undefined || payee === undefined)
      return this.#findings.add(where, 'is posted and yet an account of the hold is missing');
    const [payerIndex, payeeIndex] = [this.#accounts.indexOf(debit), this.#accounts.indexOf(credit)];
    if (details.from !== payer.ids[payerIndex] || details.to !== payee.ids[payeeIndex])
      this.#findings.add(where, 'names other accounts than those it is between');
    this.#rules.expectMovable(payer, payerIndex, payee, payeeIndex, sequence);
    this.#rules.reserve(payer, payerIndex, amount, sequence);
    this.#rules.expectFunds(debit, payer, payerIndex, sequence);
    const expiresAtMicros =
      details.expiresIn === undefined ? NaN : postedAtMicros + details.expiresIn * 1_000_000;
    this.#open.set(id, { account: debit, payee: credit, amount, expiresAtMicros, openedSequence: sequence });
  }

  /** A posted capture, void or expiry: the hold is over, and what it reserved is free. `amount`: what is paid out of it. */
  end(operation: HoldOperation, status: Exclude<HoldStatus, 'open'>, amount: number): void {
    const { sequence, debit, credit, postedAtMicros } = operation;
    const where = `operation ${sequence}`;
    const id = operation.details.hold ?? '';
    const hold = this.#open.get(id);
    if (hold === undefined) return this.#findings.add(where, `ends hold ${id}, which is not open`);
    this.#open.delete(id);
    const { account, payee, expiresAtMicros } = hold;
    if (debit !== account || credit !== payee)
      this.#findings.add(where, `is not between the accounts of hold ${id}`);
    if (amount > hold.amount)
      this.#findings.add(where, `captures ${amount} of hold ${id}, which reserves ${hold.amount}`);
    const isOver = postedAtMicros >= expiresAtMicros;
    if (isOver && status !== 'expired') this.#findings.add(where, `ends hold ${id}, whose time was over`);
    if (!isOver && status === 'expired') this.#findings.add(where, `expires hold ${id} before its time`);
    const chunk = this.#chunkOf(account);
    if (chunk !== undefined)
      this.#rules.reserve(chunk, this.#accounts.indexOf(account), -hold.amount, sequence);
    this.#ended.push({
      ...hold,
      id,
      status: HOLD_STATUSES[status],
      captured: amount,
      closedSequence: sequence,
    });
  }

  #chunkOf(number: number): AccountChunk | undefined {
    const chunk = this.#accounts.chunkOf(number);
    return chunk?.knowledge[this.#accounts.indexOf(number)] ? chunk : undefined;
  }
}
