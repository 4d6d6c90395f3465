import assert from 'node:assert/strict';
import type { LedgerHead } from '../store.ts';

export const HEAD_SQL = 'SELECT sequence, batch, hash, account_count, posted_at FROM ledger_head';

export interface HeadRow {
  readonly sequence: number;
  readonly batch: number;
  readonly hash: Buffer;
  readonly account_count: number;
  readonly posted_at: string;
}

export function headOf(rows: readonly HeadRow[]): LedgerHead {
  const [row] = rows;
  assert(row !== undefined, 'the ledger has no head row');
  const { sequence, batch, hash, account_count: accountCount, posted_at: postedAt } = row;
  return { sequence, batch, hash, accountCount, postedAt };
}
