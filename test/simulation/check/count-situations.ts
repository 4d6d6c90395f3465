import type { Bank } from '../bank/bank.ts';
import type { Journal } from './journal.ts';

/** Counts what the end of a run tells about what has happened in it. */
export function countSituations(bank: Bank, journal: Journal): void {
  const { faults } = bank.world;
  const { coverage } = faults;
  const { tables } = bank.server;
  const sentOften = new Map<string, number>();
  for (const { id } of journal.acknowledgements) sentOften.set(id, (sentOften.get(id) ?? 0) + 1);
  for (const { record } of tables.records) {
    const { status, content } = tables.stored(record);
    if (content.group === content.id) coverage.count(status === 'posted' ? 'group_posted' : 'group_rejected');
    if (status === 'rejected' && sentOften.get(content.id)! > 1) coverage.count('rejected_operation_sent_again');
  }
  coverage.count('result_waited_for', journal.results.length);
  for (const name of bank.businessServices) {
    const { queue } = bank.businessService(name) ?? {};
    for (const letter of queue?.deadLetters(0, Infinity) ?? []) {
      if (letter.failures[0]?.code !== 'id_conflict') continue;
      coverage.count(letter.operations.length > 1 ? 'group_in_conflict' : 'conflict_found_by_the_ledger');
    }
    for (const { id, host } of journal.acknowledgements) {
      if (host === name && queue !== undefined && queue.find(id) === undefined) coverage.count('old_result_dropped');
    }
  }
}
