import type { OperationContent } from '@lastro/ledger';
import { namedIn, type OperationRecord, packRecord, type RecordEntry } from './operation-record.ts';
import type { DeadLetter, Outcome } from './queue.ts';

/** A dead letter and the record that goes back into the queue when it is sent again. */
export interface StoredDeadLetter extends DeadLetter {
  readonly ids: readonly string[];
  readonly atomic: boolean;
}

export type NewDeadLetter = Omit<StoredDeadLetter, 'number'>;

/** What came of one record: the results to keep, and the letters that the rest of it makes. */
export interface SortedOutcomes {
  readonly finals: RecordEntry[];
  readonly letters: NewDeadLetter[];
}

/** Sorts the outcomes of one record, one for each of its operations, in order. An atomic group makes one letter. */
export function sortOutcomes(
  record: OperationRecord,
  outcomes: readonly Outcome[],
  failedAt: string,
): SortedOutcomes {
  const finals: RecordEntry[] = [];
  const failures: DeadLetter['failures'][number][] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind === 'final') {
      finals.push({ id: record.id(index), json: outcome.json, named: record.named(index) });
    } else {
      const { code, detail, owner } = outcome;
      failures.push({ index, code, detail, owner });
    }
  }
  if (failures.length === 0) return { finals, letters: [] };
  const letters = record.atomic
    ? [letterOf(record, Array.from(outcomes.keys()), failures, failedAt)]
    : failures.map((failure) => letterOf(record, [failure.index], [{ ...failure, index: 0 }], failedAt));
  return { finals, letters };
}

/** The operations of one record, or of one atomic group, that the data service would not take. */
function letterOf(
  record: OperationRecord,
  indexes: readonly number[],
  failures: DeadLetter['failures'],
  failedAt: string,
): NewDeadLetter {
  return {
    failedAt,
    atomic: record.atomic,
    ids: indexes.map((index) => record.id(index)),
    operations: indexes.map((index) => record.json(index)),
    failures,
  };
}

/** What goes back into the queue when a letter is sent again. */
export function recordOf(letter: NewDeadLetter, nowMs: number): OperationRecord {
  const entries = letter.operations.map((json, index) => ({
    id: letter.ids[index]!,
    json,
    named: namedIn(JSON.parse(json) as OperationContent),
  }));
  return packRecord(entries, letter.atomic, nowMs);
}
