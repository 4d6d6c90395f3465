import { ACCOUNT_STATUSES, MINOR_MAX } from '@lastro/ledger';
import { type AccountChunk, type AccountColumns, COUNTED } from './account-columns.ts';
import type { Findings } from './findings.ts';

const { debits_frozen: DEBITS_FROZEN, credits_frozen: CREDITS_FROZEN, closed: CLOSED } = ACCOUNT_STATUSES;

interface Need {
  readonly balance: number;
  readonly sequence: number;
}

/** What an account has to be for what is posted to it. Each broken rule is a finding. */
export class AccountRules {
  readonly #findings: Findings;
  readonly #accounts: AccountColumns;
  /** The balance that an account must have had, of those whose balance has not turned up yet. */
  readonly #needs = new Map<number, Need>();

  constructor(findings: Findings, accounts: AccountColumns) {
    this.#findings = findings;
    this.#accounts = accounts;
  }

  /** Money may move, or be reserved, from one account to another. */
  expectMovable(
    payer: AccountChunk,
    payerIndex: number,
    payee: AccountChunk,
    payeeIndex: number,
    sequence: number,
  ): void {
    if (payer.currency[payerIndex] !== payee.currency[payeeIndex])
      this.#findings.add(
        `operation ${sequence}`,
        `moves money from ${this.#accounts.currencyOf(payer, payerIndex)} to ${this.#accounts.currencyOf(payee, payeeIndex)}`,
      );
    if ((payer.status[payerIndex]! & (DEBITS_FROZEN | CLOSED)) !== 0)
      this.#refuse(payer, payerIndex, 'out of', sequence);
    if ((payee.status[payeeIndex]! & (CREDITS_FROZEN | CLOSED)) !== 0)
      this.#refuse(payee, payeeIndex, 'into', sequence);
  }

  /** I5: a customer's account is not below its overdraft limit, counting what is held. */
  expectFunds(number: number, chunk: AccountChunk, index: number, sequence: number): void {
    if (chunk.isBank[index] === 1) return;
    const need = chunk.held[index]! - chunk.overdraftLimit[index]!;
    if (chunk.knowledge[index] === COUNTED) {
      if (chunk.balance[index]! < need) this.#lack(chunk, index, chunk.balance[index]!, sequence);
    } else if (need > (this.#needs.get(number)?.balance ?? -Infinity))
      this.#needs.set(number, { balance: need, sequence });
  }

  /** The balance turns up that an account has had since before anything that is looked at. */
  settle(number: number, chunk: AccountChunk, index: number, balance: number): void {
    const need = this.#needs.get(number);
    if (need === undefined) return;
    this.#needs.delete(number);
    if (balance < need.balance) this.#lack(chunk, index, balance, need.sequence);
  }

  /** Open holds reserve `change` more, or less, on the account. */
  reserve(chunk: AccountChunk, index: number, change: number, sequence: number): void {
    const held = chunk.held[index]! + change;
    // I10
    if (held < 0 || held > MINOR_MAX)
      this.#findings.add(`operation ${sequence}`, `what is held on ${chunk.ids[index]} after it is ${held}`);
    chunk.held[index] = held;
  }

  #lack(chunk: AccountChunk, index: number, balance: number, sequence: number): void {
    const held = chunk.held[index]!;
    this.#findings.add(
      `operation ${sequence}`,
      `takes account ${chunk.ids[index]} to ${balance}${held === 0 ? '' : `, less ${held} held`}, below its overdraft limit of ${chunk.overdraftLimit[index]}`,
    );
  }

  #refuse(chunk: AccountChunk, index: number, way: 'out of' | 'into', sequence: number): void {
    const isClosed = chunk.status[index] === CLOSED;
    this.#findings.add(
      `operation ${sequence}`,
      `moves money ${way} account ${chunk.ids[index]}, which is ${isClosed ? 'closed' : 'frozen'}`,
    );
  }
}
