import type { Operation } from '@lastro/contract';
import type { ReplayRow } from './row.ts';

/** A row that the bank did not do as the file says. */
export interface WrongRow {
  readonly line: number;
  readonly seq: number;
  readonly account: string;
  readonly operation: string;
  readonly expected: string;
  readonly found: string;
}

const KEPT_MAX = 100;

/** Compares what the bank says of each row with the file. */
export class RowCheck {
  /** Rows that the bank has answered for. */
  rows = 0;
  exact = 0;
  /** Rows that were in the ledger before this replay began: an earlier run had sent them. */
  before = 0;
  wrongCount = 0;
  /** The first wrong rows by their line. */
  readonly wrong: WrongRow[] = [];
  readonly #sequenceBefore: number;

  /** @param sequenceBefore the newest place in the ledger when the replay began. */
  constructor(sequenceBefore: number) {
    this.#sequenceBefore = sequenceBefore;
  }

  check(row: ReplayRow, account: string, operation: Operation): void {
    this.rows += 1;
    if ((operation.sequence ?? Infinity) <= this.#sequenceBefore) this.before += 1;
    const expected = `posted, balance ${row.balanceAfterMinor}`;
    const found = `${operation.reason ?? operation.status}, balance ${operation.balances?.[account] ?? 'none'}`;
    if (found === expected) this.exact += 1;
    else this.#addWrong({ line: row.line, seq: row.seq, account, operation: operation.id, expected, found });
  }

  #addWrong(row: WrongRow): void {
    this.wrongCount += 1;
    this.wrong.push(row);
    // Requests of several partitions are under way, so rows do not come in the order of the file.
    this.wrong.sort((a, b) => a.line - b.line);
    if (this.wrong.length > KEPT_MAX) this.wrong.pop();
  }
}
