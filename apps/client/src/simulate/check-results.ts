import { BankModel } from './bank-model.ts';
import type { Discrepancies } from './discrepancies.ts';
import { type OperationLog, RESULT, SENDING } from './operation-log.ts';
import { overdraftLimitMinor, type PlannedOperation } from './operation-plan.ts';
import type { RunIdentity } from './run-identity.ts';
import type { SimulationSettings } from './settings.ts';

/** What the results come to by the model. */
export interface CheckedResults {
  readonly posted: number;
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly balancesChecked: number;
  /** Entries that each account must have. */
  readonly entriesByAccount: Uint32Array;
  /** Minor units that each account must hold at the end. */
  readonly balances: Float64Array;
  /** Minor units deposited less withdrawn. Text: the sum may pass 2^53. */
  readonly netDepositedMinor: bigint;
}

/**
 * Replays what the bank says it did, in the order of its ledger, through a model of its own, and compares every
 * balance after every entry, and every decision to post or to reject.
 */
export function checkResults(
  log: OperationLog,
  identity: RunIdentity,
  settings: SimulationSettings,
  discrepancies: Discrepancies,
): CheckedResults {
  checkNoneIsLost(log, identity, discrepancies);
  return new Replay(log, identity, settings, discrepancies).run();
}

function checkNoneIsLost(log: OperationLog, identity: RunIdentity, discrepancies: Discrepancies): void {
  for (let number = 0; number < log.length; number += 1) {
    const final = log.result(number).result !== RESULT.none;
    const sending = log.sending(number);
    const operation = identity.operation(number);
    if (sending === SENDING.acknowledged && !final) {
      discrepancies.add({ check: 'final', operation, expected: 'posted or rejected', found: 'no result' });
    }
    if (sending === SENDING.refused && final) {
      discrepancies.add({
        check: 'taken',
        operation,
        expected: 'no result: it was refused',
        found: 'a result',
      });
    }
  }
}

class Replay {
  readonly #log: OperationLog;
  readonly #identity: RunIdentity;
  readonly #discrepancies: Discrepancies;
  readonly #model: BankModel;
  readonly #entriesByAccount: Uint32Array;
  readonly #rejectedByReason: Record<string, number> = {};
  #posted = 0;
  #rejected = 0;
  #balancesChecked = 0;
  #netDepositedMinor = 0n;

  constructor(
    log: OperationLog,
    identity: RunIdentity,
    settings: SimulationSettings,
    discrepancies: Discrepancies,
  ) {
    this.#log = log;
    this.#identity = identity;
    this.#discrepancies = discrepancies;
    this.#model = new BankModel(settings.accounts, (account) => overdraftLimitMinor(account, settings));
    this.#entriesByAccount = new Uint32Array(settings.accounts);
  }

  run(): CheckedResults {
    let before = 0;
    for (const number of finalInOrder(this.#log)) {
      const { sequence } = this.#log.result(number);
      if (sequence === before)
        this.#discrepancy('once', number, 'a place in the ledger of its own', `${sequence}, like another`);
      before = sequence;
      this.#decide(number);
    }
    return {
      posted: this.#posted,
      rejected: this.#rejected,
      rejectedByReason: this.#rejectedByReason,
      balancesChecked: this.#balancesChecked,
      entriesByAccount: this.#entriesByAccount,
      balances: this.#model.balances,
      netDepositedMinor: this.#netDepositedMinor,
    };
  }

  #decide(number: number): void {
    const planned = this.#log.planned(number);
    const { result, reason } = this.#log.result(number);
    const expected = this.#model.reasonToReject(planned) ?? 'posted';
    const found = result === RESULT.posted ? 'posted' : String(reason);
    if (expected !== found)
      this.#discrepancy('rejections', number, `${expected} (${describe(planned)})`, found);
    if (result === RESULT.posted) this.#post(number, planned);
    else {
      this.#rejected += 1;
      this.#rejectedByReason[found] = (this.#rejectedByReason[found] ?? 0) + 1;
    }
  }

  #post(number: number, planned: PlannedOperation): void {
    this.#posted += 1;
    this.#model.post(planned);
    if (planned.kind === 'deposit') this.#netDepositedMinor += BigInt(planned.amountMinor);
    if (planned.kind === 'withdrawal') this.#netDepositedMinor -= BigInt(planned.amountMinor);
    this.#compareBalance(number, planned.account);
    if (planned.kind === 'transfer') this.#compareBalance(number, planned.to);
  }

  #compareBalance(number: number, account: number): void {
    this.#entriesByAccount[account]! += 1;
    this.#balancesChecked += 1;
    const expected = this.#model.balances[account]!;
    const found = this.#log.balance(number, account);
    if (Number.isNaN(found)) this.#discrepancy('once', number, 'an entry in the account', 'none', account);
    else if (found !== expected)
      this.#discrepancy('entries', number, `balance ${expected}`, `balance ${found}`, account);
  }

  #discrepancy(
    check: 'once' | 'entries' | 'rejections',
    number: number,
    expected: string,
    found: string,
    account?: number,
  ): void {
    this.#discrepancies.add({
      check,
      operation: this.#identity.operation(number),
      account: account === undefined ? undefined : this.#identity.account(account),
      sequence: this.#log.result(number).sequence,
      expected,
      found,
    });
  }
}

/** The numbers of the operations that have a result, in the order of the ledger. */
function finalInOrder(log: OperationLog): Uint32Array {
  const numbers = new Uint32Array(log.length);
  const sequences = new Float64Array(log.length);
  let count = 0;
  for (let number = 0; number < log.length; number += 1) {
    const { result, sequence } = log.result(number);
    sequences[number] = sequence;
    if (result !== RESULT.none) numbers[count++] = number;
  }
  return numbers.subarray(0, count).sort((a, b) => sequences[a]! - sequences[b]!);
}

function describe({ kind, amountMinor }: PlannedOperation): string {
  return `${kind} of ${amountMinor}`;
}
