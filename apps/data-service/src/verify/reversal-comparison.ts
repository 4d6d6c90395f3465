import { TYPE_NUMBERS } from '@lastro/ledger';
import type { Findings } from './findings.ts';
import type { LedgerSnapshot, ReversalRow } from './ledger-snapshot.ts';
import type { PostedReversal } from './recomputation.ts';

const { deposit, withdrawal, transfer, capture } = TYPE_NUMBERS;
const REVERSIBLE: ReadonlySet<number> = new Set([deposit, withdrawal, transfer, capture]);

/** Most rows without an operation that are named. */
const STRANGE_MAX = 100;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Compares reversals with the operations that they reverse, and their rows with both. Each row is the sum of the one before
 * it, of the same original, and its own amount: so all of them are right when each is, and there is none too many.
 */
export async function compareReversals(
  snapshot: LedgerSnapshot,
  reversals: readonly PostedReversal[],
  findings: Findings,
): Promise<void> {
  const readable: PostedReversal[] = [];
  for (const reversal of reversals) {
    if (UUID.test(reversal.original)) readable.push(reversal);
    else findings.add(`operation ${reversal.sequence}`, 'does not say what it reverses');
  }
  if (readable.length === 0) return;
  const rows = await snapshot.reversals(
    readable.map(({ sequence }) => sequence),
    readable.map(({ original }) => original),
  );
  for (const [index, reversal] of readable.entries()) compareReversal(reversal, rows[index]!, findings);
}

function compareReversal(reversal: PostedReversal, row: ReversalRow, findings: Findings): void {
  const { sequence, amount, debit, credit } = reversal;
  const where = `operation ${sequence}`;
  if (row.original === null || row.original >= sequence)
    return findings.add(where, `reverses operation ${reversal.original}, which is not there before it`);
  if (row.reason !== null || !REVERSIBLE.has(row.type))
    return findings.add(where, `reverses operation ${row.original}, which cannot be reversed`);
  if (debit !== row.credit || credit !== row.debit)
    findings.add(where, `is not between the accounts of operation ${row.original}, which it reverses`);
  const reversed = (row.before ?? 0) + amount;
  if (reversed > row.amount)
    findings.add(
      where,
      `takes what is reversed of operation ${row.original} to ${reversed} of ${row.amount}`,
    );
  const what = `reversal ${sequence} of operation ${row.original}`;
  if (row.reversed === null) findings.add(what, 'its row is missing');
  else findings.expectEqual(what, 'sum that is reversed', row.reversed, reversed);
}

/** There are as many rows as reversals were posted. */
export async function compareReversalCount(
  snapshot: LedgerSnapshot,
  count: number,
  findings: Findings,
): Promise<void> {
  const { reversals: rowCount } = await snapshot.counts();
  if (rowCount === count) return;
  findings.expectEqual('reversals', 'number of rows', rowCount, count);
  for (const sequence of await snapshot.strangeReversals(STRANGE_MAX))
    findings.add(`reversal ${sequence}`, 'is the row of no reversal');
}
