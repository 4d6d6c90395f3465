import type { Operation, StatementEntry } from '@lastro/contract';
import { type LastroClient, LastroProblemError } from '@lastro/sdk';
import { concurrently, piecesOf } from '../concurrently.ts';
import type { Discrepancies } from './discrepancies.ts';
import { type OperationLog, RESULT, SENDING } from './operation-log.ts';
import type { PlannedOperation } from './operation-plan.ts';
import { requestsOf } from './operation-requests.ts';
import type { RunIdentity } from './run-identity.ts';

const STATEMENT_PAGE_SIZE = 1_000;
const STATEMENTS_AT_ONCE = 8;
const OPERATIONS_AT_ONCE = 64;
const RESENT_PER_REQUEST = 1_000;
const RESEND_WAIT_SECONDS = 30;
/** Most operations sent again to see that their results stay. */
const RESENT_SAMPLE_MAX = 5_000;

/** What the collection works on. */
export interface Collection {
  readonly client: LastroClient;
  readonly log: OperationLog;
  readonly identity: RunIdentity;
  readonly accounts: number;
  readonly discrepancies: Discrepancies;
  /** On the clock of `performance.now()`: after it, what is not final counts as lost. */
  readonly deadlineMs: number;
}

/** What was learned besides the results. */
export interface Collected {
  readonly entriesByAccount: Uint32Array;
  /** By the clock of the ledger, ms; from the first entry posted to the last. */
  readonly postingMs: number;
}

/**
 * Sends once more what no server answered for, with the same ids: it takes effect once, whatever happened
 * before (I2). From here on the bank owes a result for it.
 */
export async function resendUnknown({ client, log, identity }: Collection): Promise<void> {
  const unknown = numbersWhere(log, (number) => log.sending(number) === SENDING.unknown);
  for (const numbers of piecesOf(unknown, RESENT_PER_REQUEST)) {
    await client.operations(requestsOf(numbers, log, identity), { waitSeconds: RESEND_WAIT_SECONDS });
    for (const number of numbers) log.setSending(number, SENDING.acknowledged);
  }
}

/** Waits for the operations that each business service took last: its queue is in order, so the rest is done then. */
export async function waitForQueues(
  { client, identity, deadlineMs }: Collection,
  last: Iterable<number>,
): Promise<void> {
  await concurrently(last, OPERATIONS_AT_ONCE, async (number) => {
    await client.waitFor(identity.operation(number), timeLeft(deadlineMs)).catch(ignoreNotFound);
  });
}

/**
 * Reads what came of every operation: first the statements, where each posted one stands in every account it
 * touched; then one by one what they do not show, until it is final; then the entries that came meanwhile. Only
 * reads: sending again would heal what it should find.
 */
export async function collectResults(collection: Collection): Promise<Collected> {
  const { client, log, identity, deadlineMs } = collection;
  const reader = new StatementReader(collection);
  const accounts = Array.from({ length: collection.accounts }, (_, number) => number);
  await concurrently(accounts, STATEMENTS_AT_ONCE, async (account) => reader.readNew(account));
  const missing = numbersWhere(log, (number) => {
    return log.sending(number) === SENDING.acknowledged && log.result(number).result === RESULT.none;
  });
  await concurrently(missing, OPERATIONS_AT_ONCE, async (number) => {
    const operation = await client
      .waitFor(identity.operation(number), timeLeft(deadlineMs))
      .catch(ignoreNotFound);
    if (operation !== undefined && operation.status !== 'accepted') noteResult(log, number, operation);
  });
  await concurrently(accountsToReadAgain(log), STATEMENTS_AT_ONCE, async (account) =>
    reader.readNew(account),
  );
  return {
    entriesByAccount: reader.entriesByAccount,
    postingMs: Math.max(0, reader.lastPostedMs - reader.firstPostedMs),
  };
}

/** Accounts whose statement was read before an operation that touches them was posted. */
function accountsToReadAgain(log: OperationLog): Set<number> {
  const accounts = new Set<number>();
  for (let number = 0; number < log.length; number += 1) {
    if (log.result(number).result !== RESULT.posted) continue;
    const { kind, account, to } = log.planned(number);
    for (const touched of kind === 'transfer' ? [account, to] : [account]) {
      if (Number.isNaN(log.balance(number, touched))) accounts.add(touched);
    }
  }
  return accounts;
}

/** Sends a sample of what is final again, and sees that every answer is the one it was (I2, I6). */
export async function resendSample({ client, log, identity, discrepancies }: Collection): Promise<number> {
  const final = numbersWhere(log, (number) => log.result(number).result !== RESULT.none);
  const step = Math.max(1, Math.ceil(final.length / RESENT_SAMPLE_MAX));
  const sample = final.filter((_, index) => index % step === 0);
  for (const numbers of piecesOf(sample, RESENT_PER_REQUEST)) {
    const answers = await client.operations(requestsOf(numbers, log, identity), {
      waitSeconds: RESEND_WAIT_SECONDS,
    });
    for (const [index, number] of numbers.entries()) {
      const { result, sequence, reason } = log.result(number);
      const expected = `${result === RESULT.posted ? 'posted' : reason} at ${sequence}`;
      const answer = answers[index];
      const found = `${answer?.reason ?? answer?.status} at ${answer?.sequence}`;
      if (found !== expected) {
        discrepancies.add({
          check: 'stable',
          operation: identity.operation(number),
          sequence,
          expected,
          found,
        });
      }
    }
  }
  return sample.length;
}

class StatementReader {
  readonly entriesByAccount: Uint32Array;
  firstPostedMs = Infinity;
  lastPostedMs = -Infinity;
  readonly #collection: Collection;

  constructor(collection: Collection) {
    this.#collection = collection;
    this.entriesByAccount = new Uint32Array(collection.accounts);
  }

  /** Reads the entries of an account that have not been read yet. */
  async readNew(account: number): Promise<void> {
    const { client, identity } = this.#collection;
    const known = this.entriesByAccount[account]!;
    // Newest first, and numbered without a gap: what has been read begins at the first number that is known.
    for await (const entry of client.statementEntries(identity.account(account), {
      limit: STATEMENT_PAGE_SIZE,
    })) {
      if (entry.entry <= known) break;
      this.entriesByAccount[account]! += 1;
      const postedMs = Date.parse(entry.postedAt);
      this.firstPostedMs = Math.min(this.firstPostedMs, postedMs);
      this.lastPostedMs = Math.max(this.lastPostedMs, postedMs);
      this.#note(account, entry);
    }
  }

  #note(account: number, entry: StatementEntry): void {
    const { log, identity, discrepancies } = this.#collection;
    const place = {
      operation: entry.operation,
      account: identity.account(account),
      sequence: entry.sequence,
    };
    const number = identity.operationNumber(entry.operation);
    if (number === undefined || number >= log.length) {
      discrepancies.add({
        check: 'once',
        ...place,
        expected: 'no such entry',
        found: `${entry.type} of ${entry.amount}`,
      });
      return;
    }
    const planned = log.planned(number);
    const expected = expectedEntry(planned, account, identity);
    const found = `${entry.type} of ${entry.amount} with ${cashAsOne(entry.counterparty)}`;
    if (expected !== found) {
      discrepancies.add({ check: 'entries', ...place, expected, found });
      if (planned.account !== account && planned.to !== account) return;
    }
    const known = log.result(number);
    if (!Number.isNaN(log.balance(number, account))) {
      discrepancies.add({
        check: 'once',
        ...place,
        expected: 'one entry in the account',
        found: `another at ${known.sequence}`,
      });
      return;
    }
    if (known.result !== RESULT.none && known.sequence !== entry.sequence) {
      discrepancies.add({
        check: 'once',
        ...place,
        expected: `both entries at ${known.sequence}`,
        found: `${entry.sequence}`,
      });
    }
    log.setResult(number, { result: RESULT.posted, reason: undefined, sequence: entry.sequence });
    log.setBalance(number, account, entry.balance);
  }
}

/** The entry of an account that the operation makes, in words. */
function expectedEntry(
  { kind, account: payer, to, amountMinor }: PlannedOperation,
  account: number,
  identity: RunIdentity,
): string {
  if (account !== payer && (kind !== 'transfer' || account !== to)) return 'no entry in this account';
  if (kind === 'deposit') return `deposit of ${amountMinor} with cash`;
  if (kind === 'withdrawal') return `withdrawal of ${-amountMinor} with cash`;
  const signed = account === payer ? -amountMinor : amountMinor;
  return `transfer of ${signed} with ${identity.account(account === payer ? to : payer)}`;
}

function cashAsOne(account: string): string {
  return account.startsWith('@cash.') ? 'cash' : account;
}

/** Notes a final result that was asked for by id. The balances after it are read from the statements. */
function noteResult(log: OperationLog, number: number, { status, reason, sequence = 0 }: Operation): void {
  log.setResult(number, { result: status === 'posted' ? RESULT.posted : RESULT.rejected, reason, sequence });
}

function numbersWhere(log: OperationLog, test: (number: number) => boolean): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < log.length; number += 1) {
    if (test(number)) numbers.push(number);
  }
  return numbers;
}

function timeLeft(deadlineMs: number): number {
  return Math.max(0, deadlineMs - performance.now());
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof LastroProblemError && error.code === 'operation_not_found') return undefined;
  throw error;
}
