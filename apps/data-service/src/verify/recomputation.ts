import {
  contentOfRecord,
  type Details,
  isBankAccount,
  type LedgerRecord,
  operationTypeOf,
  type RecordedEntry,
  reasonOf,
} from '@lastro/ledger';
import { CHECKPOINT_ENTRIES } from '../storage/postgres/batch-steps.ts';
import type { Findings } from './findings.ts';

/** An account as the operations alone say it must be. */
export interface RecomputedAccount {
  readonly number: number;
  readonly id: string;
  readonly currency: string;
  readonly overdraftLimit: number;
  readonly name: string | undefined;
  /** As JSON, in the order of the operation. */
  readonly metadata: string | undefined;
  balance: number;
  entryCount: number;
  lastSequence: number;
  checkpointCount: number;
  /** Sum of the sequences of its checkpoints: enough to see that one is not where it should be. */
  checkpointSum: bigint;
}

/**
 * Adds up the ledger again from its operations, in the plainest way and without the code that wrote it:
 * every sequence, every balance after, every link of every account's chain.
 */
export class Recomputation {
  readonly accounts = new Map<number, RecomputedAccount>();
  sequence = 0;
  posted = 0;
  rejected = 0;
  readonly #findings: Findings;
  readonly #openIds = new Set<string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  apply(record: LedgerRecord): void {
    const where = `operation ${record.sequence}`;
    this.#findings.expectEqual(where, 'sequence', record.sequence, this.sequence + 1);
    this.sequence = record.sequence;
    const type = operationTypeOf(record.typeNumber);
    if (type === undefined) return this.#findings.add(where, `type ${record.typeNumber} does not exist`);
    if (record.reasonNumber !== undefined) return this.#applyRejected(where, record);
    this.posted += 1;
    if (type === 'open') this.#open(where, record);
    else this.#post(where, record);
  }

  #applyRejected(where: string, record: LedgerRecord): void {
    this.rejected += 1;
    if (reasonOf(record.reasonNumber ?? 0) === undefined)
      this.#findings.add(where, `reason ${record.reasonNumber} does not exist`);
    if (record.debit !== undefined || record.credit !== undefined)
      this.#findings.add(where, 'is rejected and yet has entries');
  }

  #open(where: string, record: LedgerRecord): void {
    const { idHex: id, acceptedBy, acceptedAt } = record;
    const details = parseDetails(record.details);
    if (details === undefined) return this.#findings.add(where, 'details are not readable');
    const content = contentOfRecord(
      { id, type: 'open', amount: undefined, acceptedBy, acceptedAt },
      undefined,
      details,
    );
    if (content.type !== 'open' || this.#openIds.has(content.account)) {
      return this.#findings.add(where, `opens account ${String(details.account)} again`);
    }
    this.#openIds.add(content.account);
    const number = this.accounts.size + 1;
    const { account, currency, overdraftLimit, name } = content;
    const metadata = content.metadata && JSON.stringify(content.metadata);
    const opened = { number, id: account, currency, overdraftLimit, name, metadata };
    const empty = { balance: 0, entryCount: 0, lastSequence: 0, checkpointCount: 0, checkpointSum: 0n };
    this.accounts.set(number, { ...opened, ...empty });
  }

  #post(where: string, { sequence, amount, debit, credit }: LedgerRecord): void {
    if (amount === undefined || amount <= 0 || !Number.isSafeInteger(amount))
      return this.#findings.add(where, `amount is ${amount}`);
    const payer = debit && this.accounts.get(debit.accountNumber);
    const payee = credit && this.accounts.get(credit.accountNumber);
    if (debit === undefined || credit === undefined || payer === undefined || payee === undefined) {
      return this.#findings.add(where, 'is posted and yet an entry, or its account, is missing');
    }
    this.#findings.expectEqual(where, 'currency of the credited account', payee.currency, payer.currency);
    this.#addEntry(where, payer, debit, -amount, sequence);
    this.#addEntry(where, payee, credit, amount, sequence);
    if (!isBankAccount(payer.id) && payer.balance < -payer.overdraftLimit) {
      this.#findings.add(
        where,
        `takes account ${payer.id} to ${payer.balance}, below its overdraft limit of ${payer.overdraftLimit}`,
      );
    }
  }

  #addEntry(
    where: string,
    account: RecomputedAccount,
    recorded: RecordedEntry,
    delta: number,
    sequence: number,
  ): void {
    account.balance += delta;
    account.entryCount += 1;
    this.#findings.expectEqual(where, `balance of ${account.id} after it`, recorded.balance, account.balance);
    this.#findings.expectEqual(where, `entry number on ${account.id}`, recorded.entry, account.entryCount);
    this.#findings.expectEqual(
      where,
      `link to the entry before on ${account.id}`,
      recorded.previousSequence,
      account.lastSequence,
    );
    account.lastSequence = sequence;
    if (account.entryCount % CHECKPOINT_ENTRIES === 0) {
      account.checkpointCount += 1;
      account.checkpointSum += BigInt(sequence);
    }
  }
}

function parseDetails(text: string | undefined): Details | undefined {
  try {
    return JSON.parse(text ?? '') as Details;
  } catch {
    return undefined;
  }
}
