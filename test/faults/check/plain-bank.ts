import type { Content } from '../../simulation/clients/wire-content.ts';

interface Account {
  readonly currency: string;
  readonly overdraftLimit: bigint;
  balance: bigint;
}

export interface Decision {
  /** Undefined: posted. */
  readonly reason: string | undefined;
  /** Balances right after it, of whoever paid and whoever received. */
  readonly after: readonly { readonly account: string; readonly balance: bigint }[];
}

const RANGE = 2n ** 53n - 1n;

/**
 * The rules of money once more, written from the design (section 6) and sharing nothing with the ledger: what a bank
 * that is given the operations one after the other would decide. It keeps one balance for each account, so that it can
 * follow any number of operations; `packages/ledger/test/naive-bank.ts`, which keeps none, is the slower sister.
 */
export class PlainBank {
  readonly #accounts = new Map<string, Account>();

  get balances(): ReadonlyMap<string, { readonly balance: bigint }> {
    return this.#accounts;
  }

  /** One operation, or all of an atomic group (I3). One decision for each. */
  decide(unit: readonly Content[]): Decision[] {
    const undo: (() => void)[] = [];
    const decisions: Decision[] = [];
    for (const content of unit) {
      const decision = this.#decideOne(content, undo);
      decisions.push(decision);
      if (decision.reason !== undefined) break;
    }
    const failure = decisions.at(-1)!;
    if (failure.reason === undefined) return decisions;
    for (const step of undo.toReversed()) step();
    const culprit = decisions.length - 1;
    return unit.map((_, index) => ({
      reason: index === culprit ? failure.reason : 'group_rejected',
      after: [],
    }));
  }

  #decideOne(content: Content, undo: (() => void)[]): Decision {
    return content['type'] === 'open' ? this.#open(content, undo) : this.#move(content, undo);
  }

  #open(content: Content, undo: (() => void)[]): Decision {
    const id = content['account'] as string;
    if (this.#accounts.has(id)) return rejected('account_exists');
    this.#accounts.set(id, {
      currency: content['currency'] as string,
      overdraftLimit: BigInt(content['overdraftLimit'] as number),
      balance: 0n,
    });
    undo.push(() => this.#accounts.delete(id));
    return { reason: undefined, after: [] };
  }

  #move(content: Content, undo: (() => void)[]): Decision {
    const [from, to] = this.#legs(content);
    if (from === to) return rejected('same_account');
    const [payer, receiver] = [this.#accounts.get(from), this.#accounts.get(to)];
    if (payer === undefined || receiver === undefined) return rejected('account_not_found');
    const named = content['currency'] ?? payer.currency;
    if (payer.currency !== receiver.currency || payer.currency !== named)
      return rejected('currency_mismatch');
    const amount = BigInt(content['amount'] as number);
    const mayOwe = from.startsWith('@') ? RANGE : payer.overdraftLimit;
    if (!from.startsWith('@') && payer.balance - amount < -mayOwe) return rejected('insufficient_funds');
    if (payer.balance - amount < -RANGE || receiver.balance + amount > RANGE)
      return rejected('balance_overflow');
    payer.balance -= amount;
    receiver.balance += amount;
    undo.push(() => {
      payer.balance += amount;
      receiver.balance -= amount;
    });
    return {
      reason: undefined,
      after: [
        { account: from, balance: payer.balance },
        { account: to, balance: receiver.balance },
      ],
    };
  }

  /** Who pays, who receives: cash is on the other side of deposits and withdrawals. */
  #legs(content: Content): [string, string] {
    if (content['type'] === 'transfer') return [content['from'] as string, content['to'] as string];
    const account = content['account'] as string;
    const cash = `@cash.${this.#accounts.get(account)?.currency ?? ''}`;
    return content['type'] === 'deposit' ? [cash, account] : [account, cash];
  }
}

function rejected(reason: string): Decision {
  return { reason, after: [] };
}
