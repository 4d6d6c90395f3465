import type { Account as AccountAnswer, Operation, StatementEntry, TrialBalance } from '@lastro/contract';
import {
  type AcceptedOperation,
  type Account,
  type AppliedOperation,
  applyBatch,
  type Hold,
  reversibleOf,
  available,
  cashAccountId,
  type Entry,
} from '@lastro/ledger';

type Stored = AppliedOperation<AcceptedOperation> & { readonly postedAt: string };

/** Where a test plants a fault in the bank itself, for checkers to find. */
export interface Tampering {
  /** Changes an answer about an operation, and the balances in statements. */
  balance?: (account: string, sequence: number, balance: number) => number;
  /** Shows an operation at another place in the ledger. */
  sequence?: (sequence: number) => number;
  /** Takes an operation that was acknowledged, and forgets it. */
  lose?: (operation: AcceptedOperation) => boolean;
  /** Applies an operation a second time, under the same id. */
  double?: (operation: AcceptedOperation) => boolean;
  /** What a result says in place of the truth. */
  result?: (operation: Operation) => Operation;
}

/** The rules of money of the real ledger over maps: the data service of the tests. */
export class LedgerInMemory {
  readonly tampering: Tampering = {};
  readonly #accounts = new Map<string, Account>();
  readonly #openings = new Map<string, { name?: string; openedAt: string }>();
  readonly #holds = new Map<string, Hold>();
  readonly #reversed = new Map<number, number>();
  readonly #operations = new Map<string, Stored>();
  readonly #entries = new Map<string, StatementEntry[]>();
  #sequence = 0;

  get sequence(): number {
    return this.#sequence;
  }

  /** Another ledger that has all that this one has: what is done to it is only tried. */
  copy(): LedgerInMemory {
    const copy = new LedgerInMemory();
    for (const [id, account] of this.#accounts) copy.#accounts.set(id, account);
    for (const [id, opening] of this.#openings) copy.#openings.set(id, opening);
    for (const [id, hold] of this.#holds) copy.#holds.set(id, hold);
    for (const [sequence, reversed] of this.#reversed) copy.#reversed.set(sequence, reversed);
    for (const [id, operation] of this.#operations) copy.#operations.set(id, operation);
    copy.#sequence = this.#sequence;
    return copy;
  }

  /** Applies one operation, as a batch of its own; its final result, or the one it conflicts with. */
  apply(content: AcceptedOperation): { operation: Operation } | { conflict: Operation | null } {
    this.#openCash(content);
    const result = this.#applyOne(content);
    if ('operation' in result && this.tampering.double?.(content)) {
      this.#applyOne({ ...content, id: content.id.replace(/^.{8}/, 'dddddddd') }, content.id);
    }
    return result;
  }

  operation(id: string): Operation | undefined {
    const stored = this.#operations.get(id);
    return stored && this.#answer(stored);
  }

  account(id: string): AccountAnswer | undefined {
    const account = this.#accounts.get(id);
    if (account === undefined) return undefined;
    const { number: _number, lastSequence: _last, ...shown } = account;
    const { balance } = account;
    return {
      ...shown,
      balance: this.tampering.balance?.(id, Infinity, balance) ?? balance,
      available: available(account),
      ...this.#openings.get(id)!,
    };
  }

  accounts(prefix = ''): AccountAnswer[] {
    const ids = [...this.#accounts.keys()].filter((id) => id.startsWith(prefix)).sort();
    return ids.map((id) => this.account(id)!);
  }

  /** Newest first. */
  entries(account: string): readonly StatementEntry[] {
    return [...(this.#entries.get(account) ?? [])].reverse();
  }

  trialBalance(): TrialBalance {
    const sums = new Map<string, { accounts: number; debit: bigint; credit: bigint }>();
    for (const { currency, balance } of this.#accounts.values()) {
      const sum = sums.get(currency) ?? { accounts: 0, debit: 0n, credit: 0n };
      sums.set(currency, sum);
      sum.accounts += 1;
      if (balance < 0) sum.debit -= BigInt(balance);
      else sum.credit += BigInt(balance);
    }
    const currencies = [...sums].map(([currency, { accounts, debit, credit }]) => ({
      currency,
      accounts,
      debit: String(debit),
      credit: String(credit),
      balanced: debit === credit,
    }));
    return { sequence: this.#sequence, currencies };
  }

  #openCash(content: AcceptedOperation): void {
    if (content.type !== 'open' || this.#accounts.has(cashAccountId(content.currency))) return;
    const { currency, acceptedAt, acceptedBy } = content;
    const id = `cccccccc-0000-5000-8000-${String(this.#sequence).padStart(12, '0')}`;
    const account = cashAccountId(currency);
    this.#applyOne({ id, type: 'open', account, currency, overdraftLimit: 0, acceptedAt, acceptedBy });
  }

  #applyOne(content: AcceptedOperation, shownId = content.id) {
    const view = {
      sequence: this.#sequence,
      accountCount: this.#accounts.size,
      postedAt: new Date().toISOString(),
      findAccount: (id: string) => this.#accounts.get(id),
      findHold: (id: string) => this.#holds.get(id),
      findReversible: (id: string) => {
        const operation = this.#operations.get(id);
        return operation && reversibleOf(operation, this.#reversed.get(operation.sequence) ?? 0);
      },
      findOperation: (id: string) => this.#operations.get(id),
    };
    const { outcomes, applied, opened, changed, amended, holds, reversals } = applyBatch<
      AcceptedOperation,
      Stored
    >(view, [content]);
    const [outcome] = outcomes;
    if (outcome?.kind === 'conflict')
      return { conflict: outcome.stored === undefined ? null : this.#answer(outcome.stored) };
    if (outcome?.kind === 'replayed') return { operation: this.#answer(outcome.stored) };
    const stored = { ...applied[0]!, postedAt: new Date().toISOString() };
    this.#sequence = stored.sequence;
    this.#operations.set(content.id, stored);
    this.#noteOpening(content, stored);
    for (const account of [...opened, ...changed, ...amended]) this.#accounts.set(account.id, account);
    for (const hold of holds) this.#holds.set(hold.id, hold);
    for (const { original, reversed } of reversals) this.#reversed.set(original, reversed);
    this.#addEntries(stored, shownId);
    return { operation: this.#answer(stored) };
  }

  #noteOpening(content: AcceptedOperation, { status, postedAt: openedAt }: Stored): void {
    if (content.type !== 'open' || status !== 'posted') return;
    const { name } = content;
    this.#openings.set(content.account, { openedAt, ...(name === undefined ? {} : { name }) });
  }

  #addEntries(stored: Stored, shownId: string): void {
    if (stored.status !== 'posted' || stored.posting === undefined) return;
    const { debit, credit, amount } = stored.posting;
    const { description, metadata } = stored.content;
    const type = stored.content.type as StatementEntry['type'];
    const add = (own: Entry, other: Entry, signed: number): void => {
      const entries = this.#entries.get(own.accountId) ?? [];
      this.#entries.set(own.accountId, entries);
      entries.push({
        entry: own.entry,
        operation: shownId,
        type,
        amount: signed,
        balance: this.#shownBalance(own, stored.sequence),
        counterparty: other.accountId,
        ...(description === undefined ? {} : { description }),
        ...(metadata === undefined ? {} : { metadata }),
        sequence: this.tampering.sequence?.(stored.sequence) ?? stored.sequence,
        batch: stored.sequence,
        postedAt: stored.postedAt,
      });
    };
    add(debit, credit, -amount);
    add(credit, debit, amount);
  }

  #shownBalance({ accountId, balance }: Entry, sequence: number): number {
    return this.tampering.balance?.(accountId, sequence, balance) ?? balance;
  }

  #answer(stored: Stored): Operation {
    const { acceptedBy, acceptedAt, ...content } = stored.content;
    const posting = stored.status === 'posted' ? stored.posting : undefined;
    const sides = posting === undefined ? [] : [posting.debit, posting.credit];
    const operation = {
      ...content,
      status: stored.status,
      ...(stored.status === 'rejected' ? { reason: stored.reason } : {}),
      ...(posting === undefined ? {} : { currency: posting.currency }),
      ...(posting === undefined
        ? {}
        : {
            balances: Object.fromEntries(
              sides.map((side) => [side.accountId, this.#shownBalance(side, stored.sequence)]),
            ),
          }),
      sequence: this.tampering.sequence?.(stored.sequence) ?? stored.sequence,
      batch: stored.sequence,
      acceptedBy,
      acceptedAt,
      postedAt: stored.postedAt,
    } as Operation;
    return this.tampering.result?.(operation) ?? operation;
  }
}
