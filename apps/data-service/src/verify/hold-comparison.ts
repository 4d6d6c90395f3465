import { HOLD_STATUSES } from '@lastro/ledger';
import type { Findings } from './findings.ts';
import type { HoldRow, LedgerSnapshot } from './ledger-snapshot.ts';
import type { EndedHold, OpenHold, OpenHolds } from './open-holds.ts';
import { RowHash } from './row-hash.ts';
import type { RowReader } from './row-reader.ts';
import { OPEN_HOLD } from './table-columns.ts';

/** The holds at some head: how many were ever made, and SHA-256 (hexadecimal) over those that were open, by id. */
export interface HoldsDigest {
  readonly count: number;
  readonly digest: string;
}

/** Most holds without an operation that are named. */
const STRANGE_MAX = 100;

/** What is compared of an open hold: its column, and how it is called. */
const TERMS = [
  ['account', OPEN_HOLD.account, 'account number'],
  ['payee', OPEN_HOLD.payee, 'number of the payee'],
  ['amount', OPEN_HOLD.amount, 'amount'],
  ['expiresAtMicros', OPEN_HOLD.expires_at, 'expiry, in microseconds since 2000,'],
  ['openedSequence', OPEN_HOLD.opened_sequence, 'opening sequence'],
] as const;

/** Compares the rows of holds that have ended with what the operations say. */
export async function compareEndedHolds(
  snapshot: LedgerSnapshot,
  ended: readonly EndedHold[],
  findings: Findings,
): Promise<void> {
  if (ended.length === 0) return;
  const rows = new Map<string, HoldRow>();
  for (const row of await snapshot.holds(ended.map(({ id }) => id))) rows.set(row.id, row);
  for (const hold of ended) {
    const where = `hold ${hold.id}`;
    const row = rows.get(hold.id);
    if (row === undefined) {
      findings.add(where, 'its row is missing');
      continue;
    }
    for (const [field, , what] of TERMS)
      if (!isSame(row[field], hold[field])) findings.expectEqual(where, what, row[field], shown(hold[field]));
    findings.expectEqual(where, 'status', row.status, hold.status);
    findings.expectEqual(where, 'captured', row.captured, hold.captured);
    findings.expectEqual(where, 'closing sequence', row.closedSequence, hold.closedSequence);
  }
}

/** Compares the rows of open holds with those that the operations leave open, and the number of all rows. */
export async function compareOpenHolds(
  snapshot: LedgerSnapshot,
  holds: OpenHolds,
  sequence: number,
  findings: Findings,
): Promise<HoldsDigest> {
  const hash = new RowHash();
  const found = new Set<string>();
  for await (const rows of snapshot.openHolds(sequence)) {
    while (rows.next()) {
      hash.add(rows);
      const id = rows.uuid(OPEN_HOLD.id);
      const hold = holds.get(id);
      if (hold === undefined) findings.add(`hold ${id}`, 'is open, and by the operations it is not');
      else compareOpen(rows, id, hold, findings);
      found.add(id);
    }
  }
  for (const [id] of holds.entries())
    if (!found.has(id)) findings.add(`hold ${id}`, 'is open by the operations, and no row says so');
  const { holds: rowCount } = await snapshot.counts();
  if (rowCount !== holds.count) {
    findings.expectEqual('holds', 'number of rows', rowCount, holds.count);
    for (const id of await snapshot.strangeHolds(STRANGE_MAX))
      findings.add(`hold ${id}`, 'was never made by an operation');
  }
  return { count: holds.count, digest: hash.digest().toString('hex') };
}

function compareOpen(row: RowReader, id: string, hold: OpenHold, findings: Findings): void {
  const where = `hold ${id}`;
  for (const [field, column, what] of TERMS) {
    const value = row.int64(column);
    if (!isSame(value, hold[field])) findings.expectEqual(where, what, shown(value), shown(hold[field]));
  }
  findings.expectEqual(where, 'status', row.int16(OPEN_HOLD.status), HOLD_STATUSES.open);
  findings.expectEqual(where, 'captured', row.int64(OPEN_HOLD.captured), 0);
}

/** The holds that were open at `sequence`, by their rows, go on from there. What they are is to have `before`'s digest. */
export async function takeOverHolds(
  snapshot: LedgerSnapshot,
  holds: OpenHolds,
  sequence: number,
  before: HoldsDigest,
  findings: Findings,
): Promise<void> {
  const hash = new RowHash();
  for await (const rows of snapshot.openHolds(sequence)) {
    while (rows.next()) {
      hash.add(rows);
      holds.takeOver(rows.uuid(OPEN_HOLD.id), {
        account: rows.int64(OPEN_HOLD.account),
        payee: rows.int64(OPEN_HOLD.payee),
        amount: rows.int64(OPEN_HOLD.amount),
        expiresAtMicros: rows.int64(OPEN_HOLD.expires_at),
        openedSequence: rows.int64(OPEN_HOLD.opened_sequence),
      });
    }
  }
  if (hash.digest().toString('hex') !== before.digest)
    findings.add(
      'holds',
      'those that were open at the saved head are not what they were then: one was changed, or is gone (a full verification names it)',
    );
}

/** Absent is NaN where it was read in place, and null where it was not. */
function isSame(left: number | null, right: number): boolean {
  return Object.is(left ?? NaN, right);
}

function shown(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
