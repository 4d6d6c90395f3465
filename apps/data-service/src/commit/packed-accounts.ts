import { type Account, ACCOUNT_STATUS_NAMES, ACCOUNT_STATUSES, accountStatusOf } from '@lastro/ledger';

/** A row: these fields, and the status together with the currency. All are safe integers, which a double holds exactly. */
const ROW = {
  number: 0,
  overdraftLimit: 1,
  balance: 2,
  held: 3,
  entryCount: 4,
  lastSequence: 5,
  statusAndCurrency: 6,
  length: 7,
} as const;
const STATUS_COUNT = ACCOUNT_STATUS_NAMES.length;
/** Rows are allotted so many at a time, so that no growth copies what is there, and few accounts take little. */
const CHUNK_ROWS = 2 ** 9;

/**
 * Accounts by id, in the order in which they came. Packed: as objects, each of which is replaced when the account moves,
 * a million took half as much memory again, with the garbage that waits to be collected.
 */
export class PackedAccounts {
  /** For each id, the number of its row. */
  readonly #rows = new Map<string, number>();
  #ids = this.#rows.keys();
  readonly #chunks: Float64Array[] = [];
  readonly #freeRows: number[] = [];
  readonly #currencies: string[] = [];

  get size(): number {
    return this.#rows.size;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** A copy of the account. */
  get(id: string): Account | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const chunk = this.#chunkOf(row);
    const at = startOf(row);
    const statusAndCurrency = chunk[at + ROW.statusAndCurrency]!;
    return {
      number: chunk[at + ROW.number]!,
      id,
      currency: this.#currencies[Math.floor(statusAndCurrency / STATUS_COUNT)]!,
      overdraftLimit: chunk[at + ROW.overdraftLimit]!,
      balance: chunk[at + ROW.balance]!,
      held: chunk[at + ROW.held]!,
      status: accountStatusOf(statusAndCurrency % STATUS_COUNT)!,
      entryCount: chunk[at + ROW.entryCount]!,
      lastSequence: chunk[at + ROW.lastSequence]!,
    };
  }

  /** Keeps the account as it is now; one that is here already keeps its place in the order. */
  set(account: Account): void {
    let row = this.#rows.get(account.id);
    if (row === undefined) this.#rows.set(account.id, (row = this.#newRow()));
    const chunk = this.#chunkOf(row);
    const at = startOf(row);
    chunk[at + ROW.number] = account.number;
    chunk[at + ROW.overdraftLimit] = account.overdraftLimit;
    chunk[at + ROW.balance] = account.balance;
    chunk[at + ROW.held] = account.held;
    chunk[at + ROW.entryCount] = account.entryCount;
    chunk[at + ROW.lastSequence] = account.lastSequence;
    chunk[at + ROW.statusAndCurrency] =
      this.#numberOf(account.currency) * STATUS_COUNT + ACCOUNT_STATUSES[account.status];
  }

  /** Lets the account go that came first. There must be one. */
  deleteFirst(): void {
    const id = this.#ids.next().value!;
    this.#freeRows.push(this.#rows.get(id)!);
    this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#ids = this.#rows.keys();
    // The chunks stay: a ledger that another data service has moved fills them again at once.
    this.#freeRows.length = 0;
  }

  #newRow(): number {
    const free = this.#freeRows.pop();
    if (free !== undefined) return free;
    // None is free, so those that are in use are all there are.
    const row = this.#rows.size;
    if (row >= this.#chunks.length * CHUNK_ROWS) this.#chunks.push(new Float64Array(CHUNK_ROWS * ROW.length));
    return row;
  }

  #chunkOf(row: number): Float64Array {
    return this.#chunks[Math.floor(row / CHUNK_ROWS)]!;
  }

  /** There are few currencies: they are looked for faster than hashed. */
  #numberOf(currency: string): number {
    const known = this.#currencies.indexOf(currency);
    return known === -1 ? this.#currencies.push(currency) - 1 : known;
  }
}

function startOf(row: number): number {
  return (row % CHUNK_ROWS) * ROW.length;
}
