import type { Random } from './random.ts';

/**
 * Faults that strike where they have the occasion, and the highest probability with which they do. Each seed
 * leaves out about half of them and draws its own rates for the others.
 */
const FAULT_RATES = {
  // Between any two processes.
  request_lost: 0.05,
  request_doubled: 0.1,
  request_delayed: 0.15,
  request_never_sent: 0.05,
  connection_reset_before_request: 0.05,
  connection_reset_after_request: 0.05,
  answer_lost: 0.05,
  answer_delayed: 0.15,
  answer_truncated: 0.03,
  answer_of_another_request: 0.03,
  refused_by_proxy: 0.03,
  // At any step that a process takes: a send, an answer, a write, a statement.
  killed_between_steps: 0.008,
  power_cut_between_steps: 0.004,
  // The disk of a business service.
  queue_write_slow: 0.03,
  queue_write_failed: 0.03,
  queue_disk_broken: 0.004,
  // The database, and the connection to it.
  database_refuses_connection: 0.05,
  database_disk_full: 0.02,
  statement_slow: 0.02,
  statement_lost: 0.01,
  statement_answer_lost: 0.01,
  commit_lost: 0.06,
  commit_answer_lost: 0.06,
  commit_fault_of_ours: 0.02,
} as const;

/** Faults that come by themselves every now and then, and last for a time. */
export const TIMED_FAULTS = [
  'business_service_killed',
  'business_service_power_cut',
  'business_service_frozen',
  'business_service_stopped',
  'data_service_killed',
  'data_service_power_cut',
  'data_service_frozen',
  'data_service_stopped',
  'every_data_service_down',
  'every_process_killed',
  'client_killed',
  'partition',
  'partition_one_way',
  'database_down',
  'database_slow',
  'queue_disk_full',
  'clock_moved',
  'malformed_record',
] as const;

export type ChanceFault = keyof typeof FAULT_RATES;
export type TimedFault = (typeof TIMED_FAULTS)[number];

/**
 * Situations that the faults and the load must bring about, or the run has proved little. They are counted
 * like faults.
 */
export const SITUATIONS = [
  'accepted_while_the_ledger_is_down',
  'refused_because_the_queue_is_full',
  'refused_because_the_disk_fails',
  'refused_because_the_ledger_is_busy',
  'restarted_with_operations_in_the_queue',
  'batch_halved',
  'batch_resent_in_doubt',
  'batches_merged',
  'batch_decided_ahead',
  'batch_decided_ahead_in_vain',
  'commit_by_another_data_service_in_between',
  'lock_waited_for',
  'lock_wait_timed_out',
  'stalled_commit_ended',
  'operation_sent_to_two_services_at_once',
  'acknowledged_operation_sent_again',
  'other_content_sent_under_a_known_id',
  'conflict_found_by_the_ledger',
  'group_posted',
  'group_rejected',
  'group_in_conflict',
  'rejected_operation_sent_again',
  'result_waited_for',
  'old_result_dropped',
  'dead_letter_sent_again',
  'dead_letter_discarded',
  'hold_captured_whole',
  'hold_captured_in_part',
  'hold_voided',
  'hold_expired',
  'hold_ended_by_two_services_at_once',
  'hold_rolled_back_with_its_group',
  'capture_rolled_back_with_its_group',
  'capture_after_expiry_rejected',
  'capture_between_expiry_and_release_rejected',
  'expiry_lost_to_a_capture',
  'capture_beyond_the_hold_rejected',
  'capture_of_a_frozen_account_rejected',
  'second_capture_rejected',
  'amount_named_only_the_second_time',
  'amount_left_out_the_second_time',
  'reversal_posted',
  'reversal_of_a_reversal_rejected',
  'reversal_beyond_the_rest_rejected',
  'transfer_of_a_frozen_account_rejected',
  'transfer_of_a_closed_account_rejected',
  'account_closed',
  'close_of_an_account_with_money_rejected',
  'close_of_an_account_with_holds_rejected',
  'account_updated',
  'limit_in_use_kept',
  'exchange_posted',
  'exchange_rejected',
  'exchange_refused',
  'exchange_rounded_to_even',
  'dry_run_posted',
  'dry_run_rejected',
  'dry_run_in_conflict',
  'dry_run_of_a_group',
  'dry_run_of_a_known_operation',
  'dry_run_while_the_ledger_moves',
] as const;

export type Situation = (typeof SITUATIONS)[number];
export type FaultKind = ChanceFault | TimedFault | Situation;

export const FAULT_KINDS: readonly FaultKind[] = [
  ...(Object.keys(FAULT_RATES) as ChanceFault[]),
  ...TIMED_FAULTS,
  ...SITUATIONS,
];

/** It came up once in 1,000 seeds: a capture that is decided before the end of a hold, and written after the bank has looked. */
const RARE: readonly FaultKind[] = ['expiry_lost_to_a_capture'];

/** How often each kind happened, over any number of seeds. */
export class Coverage {
  readonly #counts = new Map<FaultKind, number>(FAULT_KINDS.map((kind) => [kind, 0]));

  count(kind: FaultKind, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  add(other: Coverage): void {
    for (const [kind, times] of other.#counts) this.count(kind, times);
  }

  get counts(): readonly (readonly [FaultKind, number])[] {
    return [...this.#counts];
  }

  get missing(): readonly FaultKind[] {
    return FAULT_KINDS.filter((kind) => this.#counts.get(kind) === 0 && !RARE.includes(kind));
  }
}

/** The mix of faults of one seed. */
export class Faults {
  readonly timed: readonly TimedFault[];
  readonly coverage = new Coverage();
  readonly #random: Random;
  readonly #rates = new Map<ChanceFault, number>();
  #active = true;

  constructor(random: Random) {
    this.#random = random;
    const share = random.between(0.2, 0.8);
    for (const [kind, rateMax] of Object.entries(FAULT_RATES)) {
      if (random.chance(share)) this.#rates.set(kind as ChanceFault, rateMax * random.between(0.1, 1));
    }
    this.timed = TIMED_FAULTS.filter(() => random.chance(share));
  }

  get active(): boolean {
    return this.#active;
  }

  /** From now on nothing goes wrong any more. */
  end(): void {
    this.#active = false;
  }

  /** Whether the fault strikes, here and now. */
  strikes(kind: ChanceFault): boolean {
    const rate = this.#rates.get(kind);
    if (!this.#active || rate === undefined || !this.#random.chance(rate)) return false;
    this.coverage.count(kind);
    return true;
  }
}
