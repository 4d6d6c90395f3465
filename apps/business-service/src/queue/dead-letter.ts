import assert from 'node:assert/strict';
import type { OperationContent } from '@lastro/ledger';
import { namedIn, type OperationRecord, packRecord, type RecordEntry } from './operation-record.ts';
import type { DeadLetter, DiscardOutcome, Outcome } from './queue.ts';

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

/** Sorts the outcomes of `records`, one for each of their operations, in order: by record. An atomic group makes one letter. */
export function sortOutcomes(
  records: readonly { readonly record: OperationRecord }[],
  outcomes: readonly Outcome[],
  failedAt: string,
): SortedOutcomes[] {
  let end = 0;
  const sorted = records.map(({ record }) => {
    const start = end;
    end += record.count;
    return sortOne(record, outcomes.slice(start, end), failedAt);
  });
  assert.equal(end, outcomes.length, 'one outcome for each operation');
  return sorted;
}

function sortOne(record: OperationRecord, outcomes: readonly Outcome[], failedAt: string): SortedOutcomes {
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

/**
 * Discards the letter by `take`, if it is the one that failed at `failedAt`, where that is said, and if all of it is conflicts
 * of ids: anything else was accepted, and stays (I1). `take`: false when another request is just at it.
 */
export async function discardLetter(
  letter: StoredDeadLetter | undefined,
  failedAt: string | undefined,
  take: (letter: StoredDeadLetter) => Promise<boolean>,
): Promise<DiscardOutcome> {
  if (letter === undefined) return 'not_found';
  if (failedAt !== undefined && Date.parse(failedAt) !== Date.parse(letter.failedAt)) return 'not_found';
  if (!letter.failures.every(({ code }) => code === 'id_conflict')) return 'not_a_conflict';
  return (await take(letter)) ? 'discarded' : 'not_found';
}

/** Dead letters that requests are at: each is taken by one at a time. */
export class LettersOnTheMove {
  readonly #numbers = new Set<number>();

  /** Runs `act` for the letter; false, without it, when another request is just at the letter. */
  async move({ number }: StoredDeadLetter, act: () => Promise<void>): Promise<boolean> {
    if (this.#numbers.has(number)) return false;
    this.#numbers.add(number);
    try {
      await act();
      return true;
    } finally {
      this.#numbers.delete(number);
    }
  }
}
