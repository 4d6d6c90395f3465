import type { AccountBalance } from '@lastro/contract';
import type { JournalEntry } from '../clients/journal-entry.ts';
import { checkResult } from './check-journal.ts';
import type { LedgerView } from './ledger-view.ts';
import type { Violations } from './violations.ts';

type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** The set of accounts that money never enters or leaves. */
export interface ClosedSet {
  readonly accounts: number;
  readonly total: number;
}

export interface ReadChecks {
  readonly client: string;
  readonly ledger: LedgerView;
  readonly closed: ClosedSet;
  readonly violations: Violations;
}

/** How many reads there were of each kind. */
export interface ReadCounts {
  /** Of the total of the closed set. */
  totals: number;
  /** Of one balance, after a write of one's own. */
  balances: number;
  operations: number;
  trialBalances: number;
}

/** Holds the reads of one client against the ledger: each showed one state that really was, and none too old a one. */
export class ReadCheck {
  readonly counts: ReadCounts = { totals: 0, balances: 0, operations: 0, trialBalances: 0 };
  readonly #checks: ReadChecks;

  constructor(checks: ReadChecks) {
    this.#checks = checks;
  }

  /** Entries about anything else are another's business. */
  add(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'page':
        return this.#page(entry);
      case 'snapshot':
        return this.#snapshot(entry);
      case 'trial balance':
        return this.#trialBalance(entry);
      case 'balance':
        return this.#balance(entry);
      case 'state':
        return this.#state(entry);
      default:
    }
  }

  /** The bank test: while transfers run among them, what they hold together never changes. */
  #page({ host, accounts, total }: Entry<'page'>): void {
    this.counts.totals += 1;
    this.#checkTotal(host, accounts, total);
  }

  #snapshot({ host, after, balances }: Entry<'snapshot'>): void {
    this.counts.totals += 1;
    const found = balances.filter((balance) => balance !== null);
    const total = found.reduce((sum, { balance }) => sum + balance, 0);
    this.#checkTotal(host, found.length, total);
    if (new Set(found.map(({ sequence }) => sequence)).size > 1)
      this.#add(`${host} gave balances of several states as one snapshot`);
    for (const balance of found) this.#checkBalance(host, after, balance);
  }

  #checkTotal(host: string, accounts: number, total: number): void {
    const { closed } = this.#checks;
    if (accounts !== closed.accounts || total !== closed.total)
      this.#add(
        `${host} showed a total of ${total} in ${accounts} accounts, and it is ${closed.total} in ${closed.accounts} at all times`,
      );
  }

  #trialBalance({ host, after, sequence, balanced }: Entry<'trial balance'>): void {
    this.counts.trialBalances += 1;
    if (!balanced) this.#add(`${host} showed a trial balance that is off (I4)`);
    this.#checkAge(host, after, sequence, 'a trial balance');
  }

  #balance({ host, after, balance }: Entry<'balance'>): void {
    this.counts.balances += 1;
    this.#checkBalance(host, after, balance);
  }

  #checkBalance(host: string, after: number, { account, balance, sequence }: AccountBalance): void {
    this.#checkAge(host, after, sequence, `the balance of ${account}`);
    const expected = this.#checks.ledger.balanceAt(account, sequence);
    if (balance !== expected)
      this.#add(`${host} showed ${account} with ${balance} at ${sequence}, where it held ${expected}`);
  }

  /** Read your writes: what a client had been told before it asked is counted in. */
  #checkAge(host: string, after: number, sequence: number, what: string): void {
    if (sequence < after)
      this.#add(`${host} showed ${what} as of ${sequence} to a client that had seen ${after} before`);
  }

  #state({ host, id, posted, operation }: Entry<'state'>): void {
    this.counts.operations += 1;
    if (operation === null) return this.#add(`${host} does not know ${id}, which it has to know (I1)`);
    if (operation.status !== 'accepted')
      return checkResult(host, operation, this.#checks.ledger, this.#checks);
    if (posted) this.#add(`${host} showed ${id} as accepted to a client that had seen its result (I6)`);
  }

  #add(what: string): void {
    this.#checks.violations.add('read', `${this.#checks.client}: ${what}`);
  }
}
