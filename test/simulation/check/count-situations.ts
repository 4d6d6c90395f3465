import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import type { Bank } from '../bank/bank.ts';
import type { Coverage, Situation } from '../world/faults.ts';
import type { SeenDryRun } from './dry-runs.ts';
import type { Journal } from './journal.ts';

/** Counts what the end of a run tells about what has happened in it. */
export function countSituations(bank: Bank, journal: Journal): void {
  const { coverage } = bank.world.faults;
  const operations = bank.server.tables.records.map(({ record }) => bank.server.tables.stored(record));
  const acknowledgedTimes = new Map<string, number>();
  for (const { id } of journal.acknowledgements)
    acknowledgedTimes.set(id, (acknowledgedTimes.get(id) ?? 0) + 1);
  for (const operation of operations) {
    if (operation.status === 'rejected' && (acknowledgedTimes.get(operation.content.id) ?? 0) > 1)
      coverage.count('rejected_operation_sent_again');
    for (const situation of situationsOf(operation)) coverage.count(situation);
  }
  countEndsOfHolds(operations, journal, coverage);
  countReversedReversals(operations, coverage);
  countRolledBackHolds(operations, coverage);
  for (const dryRun of journal.dryRuns.seen) countDryRun(dryRun, coverage);
  coverage.count('result_waited_for', journal.results.length);
  for (const name of bank.businessServices) countInQueue(bank, journal, name);
}

/** By the type of an operation and why it was rejected, or `posted`. */
const SITUATION_OF: Readonly<Record<string, Situation>> = {
  'void posted': 'hold_voided',
  'expiry posted': 'hold_expired',
  'expiry hold_captured': 'expiry_lost_to_a_capture',
  'capture hold_captured': 'second_capture_rejected',
  'capture capture_exceeds_hold': 'capture_beyond_the_hold_rejected',
  'capture account_frozen': 'capture_of_a_frozen_account_rejected',
  'capture hold_expired': 'capture_after_expiry_rejected',
  'reversal posted': 'reversal_posted',
  'reversal reversal_exceeds_rest': 'reversal_beyond_the_rest_rejected',
  'transfer account_frozen': 'transfer_of_a_frozen_account_rejected',
  'transfer account_closed': 'transfer_of_a_closed_account_rejected',
  'close posted': 'account_closed',
  'close account_not_empty': 'close_of_an_account_with_money_rejected',
  'close account_has_holds': 'close_of_an_account_with_holds_rejected',
  'update posted': 'account_updated',
  'update limit_in_use': 'limit_in_use_kept',
};

function situationsOf(operation: StoredOperation): readonly Situation[] {
  const { content, status } = operation;
  const own =
    status === 'posted' ? postedSituationOf(content) : SITUATION_OF[`${content.type} ${operation.reason}`];
  const situations = own === undefined ? [] : [own];
  if (content.group !== content.id) return situations;
  if ('rate' in content && content.rate !== undefined) situations.push(`exchange_${status}`);
  return [...situations, `group_${status}`];
}

function postedSituationOf(content: StoredOperation['content']): Situation | undefined {
  if (content.type === 'capture')
    return content.amount === undefined ? 'hold_captured_whole' : 'hold_captured_in_part';
  return SITUATION_OF[`${content.type} posted`];
}

/** Clients' requests that were on their way together, in simulated milliseconds. */
const AT_ONCE_MS = 100;

/** Who has ended a hold, and who wanted to. */
function countEndsOfHolds(
  operations: readonly StoredOperation[],
  journal: Journal,
  coverage: Coverage,
): void {
  const winners = new Map<string, StoredOperation>();
  for (const operation of operations) {
    if (operation.status === 'posted' && 'hold' in operation.content)
      winners.set(operation.content.hold, operation);
  }
  const sentAtMs = ({ content: { id, acceptedBy } }: StoredOperation) =>
    journal.asked.get(id)?.hosts.get(acceptedBy) ?? Infinity;
  for (const loser of operations) {
    const winner = 'hold' in loser.content ? winners.get(loser.content.hold) : undefined;
    if (winner === undefined || loser.status === 'posted') continue;
    const isBetweenServices = winner.content.acceptedBy !== loser.content.acceptedBy;
    if (isBetweenServices && Math.abs(sentAtMs(winner) - sentAtMs(loser)) < AT_ONCE_MS)
      coverage.count('hold_ended_by_two_services_at_once');
    if (loser.reason === 'hold_expired' && loser.sequence < winner.sequence)
      coverage.count('capture_between_expiry_and_release_rejected');
  }
}

/** Whoever wanted to reverse a reversal. */
function countReversedReversals(operations: readonly StoredOperation[], coverage: Coverage): void {
  const reversals = new Set<string>();
  for (const { status, content } of operations) {
    if (content.type !== 'reversal') continue;
    if (status === 'posted') reversals.add(content.id);
    else if (reversals.has(content.operation)) coverage.count('reversal_of_a_reversal_rejected');
  }
}

/** Groups that had made a hold before another of their operations failed. */
function countRolledBackHolds(operations: readonly StoredOperation[], coverage: Coverage): void {
  const failedAt = new Map<string, number>();
  for (const operation of operations) {
    const { group } = operation.content;
    if (group === undefined || operation.status === 'posted') continue;
    if (operation.reason !== 'group_rejected') failedAt.set(group, operation.sequence);
  }
  for (const { content, sequence } of operations) {
    const wasMade = content.group !== undefined && sequence < (failedAt.get(content.group) ?? 0);
    if (wasMade && content.type === 'hold') coverage.count('hold_rolled_back_with_its_group');
    if (wasMade && content.type === 'capture') coverage.count('capture_rolled_back_with_its_group');
  }
}

function countDryRun({ answer, batchWhenSent, batchWhenAnswered }: SeenDryRun, coverage: Coverage): void {
  if (batchWhenAnswered > batchWhenSent) coverage.count('dry_run_while_the_ledger_moves');
  if (answer === 'conflict') return coverage.count('dry_run_in_conflict');
  for (const { status, sequence } of answer) {
    if (sequence !== undefined) coverage.count('dry_run_of_a_known_operation');
    else coverage.count(status === 'posted' ? 'dry_run_posted' : 'dry_run_rejected');
  }
  if (answer.some(({ group }) => group !== undefined)) coverage.count('dry_run_of_a_group');
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
