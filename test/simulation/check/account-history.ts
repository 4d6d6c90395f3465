import { isBankAccount } from '@lastro/ledger';
import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';

/** An account right after an operation. Minor units. */
interface Standing {
  readonly sequence: number;
  readonly balance: number;
  readonly held: number;
  readonly overdraftLimit: number;
}

type Posted = StoredOperation & { readonly status: 'posted' };

const NOTHING: Standing = { sequence: 0, balance: 0, held: 0, overdraftLimit: 0 };

export function availableOf({ balance, held, overdraftLimit }: Standing): number {
  return balance - held + overdraftLimit;
}

/**
 * How every account stood after each operation that touched it, from the records alone: its balance, as the entries
 * say it; what was held, by the holds that had been made and not ended; and its limit.
 */
export class AccountHistory {
  readonly #standings = new Map<string, Standing[]>();
  readonly #holds = new Map<string, { from: string; amount: number }>();

  constructor(tables: LedgerTables) {
    for (const { record } of tables.records) {
      const operation: StoredOperation = tables.stored(record);
      if (operation.status === 'posted') this.#apply(operation);
    }
  }

  at(account: string, sequence: number): Standing {
    return this.#standings.get(account)?.findLast((standing) => standing.sequence <= sequence) ?? NOTHING;
  }

  /** I5, with what is held: after no operation was an account further below zero than its limit. */
  belowLimit(): string[] {
    return [...this.#standings].flatMap(([account, standings]) =>
      standings
        .filter((standing) => !isBankAccount(account) && availableOf(standing) < 0)
        .map(
          ({ sequence, ...standing }) =>
            `operation ${sequence} leaves ${account} below its limit: ${JSON.stringify(standing)} (I5)`,
        ),
    );
  }

  #apply({ sequence, content, posting }: Posted): void {
    if (posting !== undefined) {
      for (const { accountId, balance } of [posting.debit, posting.credit])
        this.#change(accountId, { sequence, balance });
    }
    if (content.type === 'hold') {
      const { id, from, amount } = content;
      this.#holds.set(id, { from, amount });
      this.#change(from, { sequence, held: this.#newest(from).held + amount });
    } else if ('hold' in content) {
      const { from = '', amount = 0 } = this.#holds.get(content.hold) ?? {};
      this.#change(from, { sequence, held: this.#newest(from).held - amount });
    } else if ((content.type === 'open' || content.type === 'update') && content.overdraftLimit !== undefined)
      this.#change(content.account, { sequence, overdraftLimit: content.overdraftLimit });
  }

  #newest(account: string): Standing {
    return this.#standings.get(account)?.at(-1) ?? NOTHING;
  }

  #change(account: string, change: Partial<Standing>): void {
    const before = this.#newest(account);
    const standings = this.#standings.get(account) ?? [];
    // One operation changes an account once, however many things about it.
    if (before.sequence === change.sequence) standings.pop();
    this.#standings.set(account, [...standings, { ...before, ...change }]);
  }
}
