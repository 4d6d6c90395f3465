import { type NewDeadLetter, sortOutcomes } from '../dead-letter.ts';
import type { RecordEntry } from '../operation-record.ts';
import type { Failure, Outcome } from '../queue.ts';
import type { FedRecord } from './operations-feed.ts';

/** What became of the operations that one business service took. */
export interface Settlement {
  readonly origin: string;
  /** Of all the operations. */
  readonly ids: string[];
  readonly finals: RecordEntry[];
  readonly letters: NewDeadLetter[];
  readonly dead: (Failure & { readonly id: string })[];
}

/** Sorts the outcomes of `records`, one for each of their operations in order, by who took them. */
export function settlementsOf(records: readonly FedRecord[], outcomes: readonly Outcome[]): Settlement[] {
  const sorted = sortOutcomes(records, outcomes, new Date().toISOString());
  const byOrigin = new Map<string, Settlement>();
  for (const [index, { record, origin }] of records.entries()) {
    let settlement = byOrigin.get(origin);
    if (settlement === undefined) {
      settlement = { origin, ids: [], finals: [], letters: [], dead: [] };
      byOrigin.set(origin, settlement);
    }
    const { finals, letters } = sorted[index]!;
    for (const id of record.ids) settlement.ids.push(id);
    for (const final of finals) settlement.finals.push(final);
    for (const letter of letters) {
      settlement.letters.push(letter);
      for (const { index: failed, ...failure } of letter.failures)
        settlement.dead.push({ id: letter.ids[failed]!, ...failure });
    }
  }
  return [...byOrigin.values()];
}
