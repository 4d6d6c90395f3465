import type { Bank } from '../bank/bank.ts';
import type { Journal } from './journal.ts';

/** Counts what the end of a run tells about what has happened in it. */
export function countSituations(bank: Bank, journal: Journal): void {
  const { coverage } = bank.world.faults;
  const { tables } = bank.server;
  const acknowledgedTimes = new Map<string, number>();
  for (const { id } of journal.acknowledgements)
    acknowledgedTimes.set(id, (acknowledgedTimes.get(id) ?? 0) + 1);
  for (const { record } of tables.records) {
    const { status, content } = tables.stored(record);
    const times = acknowledgedTimes.get(content.id) ?? 0;
    if (content.group === content.id) coverage.count(status === 'posted' ? 'group_posted' : 'group_rejected');
    if (status === 'rejected' && times > 1) coverage.count('rejected_operation_sent_again');
  }
  coverage.count('result_waited_for', journal.results.length);
  for (const name of bank.businessServices) countInQueue(bank, journal, name);
}

function countInQueue(bank: Bank, journal: Journal, name: string): void {
  const { coverage } = bank.world.faults;
  const queue = bank.businessService(name)?.queue;
  if (queue === undefined) return;
  for (const letter of queue.deadLetters(0, Infinity)) {
    if (letter.failures[0]?.code !== 'id_conflict') continue;
    coverage.count(letter.operations.length > 1 ? 'group_in_conflict' : 'conflict_found_by_the_ledger');
  }
  const forgotten = journal.acknowledgements.filter(
    ({ id, host }) => host === name && queue.find(id) === undefined,
  );
  coverage.count('old_result_dropped', forgotten.length);
}
