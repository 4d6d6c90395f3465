import { ACCOUNT_STATUSES, type Details, TYPE_NUMBERS } from '@lastro/ledger';
import { statusAfter } from './account-changes.ts';
import type { LedgerSnapshot } from './ledger-snapshot.ts';
import type { RowReader } from './row-reader.ts';
import { CHANGE } from './table-columns.ts';

/** What may change of an account beside its entries and what is held, as it stood at a saved head. */
export interface Terms {
  overdraftLimit: number;
  status: number;
  name: string | undefined;
  /** As JSON text. */
  metadata: string | undefined;
}

/**
 * The terms, at `sequence`, of the accounts that were changed since: from the older operations that said them. Of these
 * nothing is checked here; that they are right follows from the digest of all accounts at `sequence`.
 */
export async function termsBefore(
  snapshot: LedgerSnapshot,
  sequence: number,
): Promise<ReadonlyMap<number, Terms>> {
  const changed = new Set(await snapshot.changedAfter(sequence));
  const terms = new Map<number, Terms>();
  if (changed.size === 0) return terms;
  let openedCount = 0;
  for await (const rows of snapshot.changes(sequence)) {
    while (rows.next()) {
      const type = rows.int16(CHANGE.type);
      const number = type === TYPE_NUMBERS.open ? (openedCount += 1) : rows.int64(CHANGE.debit_account);
      if (changed.has(number)) apply(terms, number, type, rows);
    }
  }
  return terms;
}

function apply(terms: Map<number, Terms>, number: number, type: number, row: RowReader): void {
  const { side, overdraftLimit, name, metadata } = detailsOf(row.text(CHANGE.details));
  let known = terms.get(number);
  if (known === undefined) {
    known = { overdraftLimit: 0, status: ACCOUNT_STATUSES.open, name: undefined, metadata: undefined };
    terms.set(number, known);
  }
  known.status = statusAfter(known.status, type, side);
  known.overdraftLimit = overdraftLimit ?? known.overdraftLimit;
  known.name = name ?? known.name;
  known.metadata = metadata === undefined ? known.metadata : JSON.stringify(metadata);
}

function detailsOf(text: string | undefined): Details {
  try {
    return (JSON.parse(text ?? '') ?? {}) as Details;
  } catch {
    return {};
  }
}
