import type { Content } from '../../simulation/clients/wire-content.ts';

/** One operation as it is in the database. */
export interface LedgerRow {
  readonly sequence: number;
  readonly id: string;
  readonly batch: number;
  readonly content: Content;
  /** Undefined: it is posted. */
  readonly reason: string | undefined;
  /** The balances right after it, of the account that paid and of the one that received; none for an opening. */
  readonly after: readonly { readonly account: string; readonly balance: number }[];
  /** The money that it moved, when it did. */
  readonly moved?: Money | undefined;
  /** The money that is not held any more since, when it ended a hold unpaid. */
  readonly released?: Money | undefined;
  /** Of its accounts, when money was moved, held or released. */
  readonly currency: string | undefined;
  readonly acceptedBy: string;
  readonly acceptedAt: string;
  readonly postedAt: string;
}

interface Money {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export interface BatchRow {
  readonly number: number;
  readonly firstSequence: number;
  readonly operationCount: number;
  readonly postedAt: string;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface AccountRow {
  readonly id: string;
  readonly currency: string;
  readonly balance: number;
  readonly held: number;
  readonly overdraftLimit: number;
}

/** The tables of a ledger, as they stand when all is done. */
export interface LedgerTables {
  /** In the order of their sequences. */
  readonly rows: readonly LedgerRow[];
  readonly batches: readonly BatchRow[];
  readonly accounts: readonly AccountRow[];
}

interface History {
  readonly sequences: number[];
  readonly balances: number[];
}

/** The tables with what is needed to look things up in them. */
export class LedgerView {
  readonly tables: LedgerTables;
  readonly #byId = new Map<string, LedgerRow>();
  readonly #histories = new Map<string, History>();

  constructor(tables: LedgerTables) {
    this.tables = tables;
    for (const row of tables.rows) {
      this.#byId.set(row.id, row);
      for (const { account, balance } of row.after) {
        let history = this.#histories.get(account);
        if (history === undefined) this.#histories.set(account, (history = { sequences: [], balances: [] }));
        history.sequences.push(row.sequence);
        history.balances.push(balance);
      }
    }
  }

  find(id: string): LedgerRow | undefined {
    return this.#byId.get(id);
  }

  /** By sequence. */
  at(sequence: number): LedgerRow | undefined {
    return this.tables.rows[sequence - (this.tables.rows[0]?.sequence ?? 1)];
  }

  /** What `account` held when the ledger ended with `sequence`. */
  balanceAt(account: string, sequence: number): number {
    const { sequences, balances } = this.#histories.get(account) ?? { sequences: [], balances: [] };
    let [low, high] = [0, sequences.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sequences[middle]! <= sequence) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : balances[low - 1]!;
  }
}

/** Of these types an answer shows what was moved, which the client has not said. */
const SHOWN_MOVED: readonly unknown[] = ['capture', 'reversal'];

/** What every answer about the operation has to say, by the words of the API. */
export function answerFor(row: LedgerRow): unknown {
  const { content, reason, after, sequence, batch, acceptedBy, acceptedAt, postedAt } = row;
  const expiresIn = content['expiresIn'] as number | undefined;
  const answer = {
    ...content,
    ...(SHOWN_MOVED.includes(content['type']) ? row.moved : row.released),
    expiresAt:
      expiresIn === undefined || reason !== undefined
        ? undefined
        : new Date(Date.parse(postedAt) + expiresIn * 1_000).toISOString(),
    status: reason === undefined ? 'posted' : 'rejected',
    reason,
    currency: row.currency ?? content['currency'],
    balances:
      after.length === 0
        ? undefined
        : Object.fromEntries(after.map(({ account, balance }) => [account, balance])),
    sequence,
    batch,
    acceptedBy,
    acceptedAt,
    postedAt,
  };
  // JSON leaves out what is undefined.
  return JSON.parse(JSON.stringify(answer));
}
