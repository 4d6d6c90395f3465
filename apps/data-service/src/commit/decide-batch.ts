import assert from 'node:assert/strict';
import {
  type AcceptedOperation,
  type AppliedOperation,
  applyBatch,
  batchHash,
  BinaryWriter,
  cashAccountId,
  exchangeCurrencyOf,
  writeRecord,
} from '@lastro/ledger';
import type {
  BatchToWrite,
  CommitLookup,
  LedgerHead,
  LedgerState,
  Outcomes,
  StoredOperation,
} from '../storage/store.ts';

/** What became of one operation that was sent in. */
export type CommitResult =
  | { readonly operation: StoredOperation }
  /** The operation that owns the id, if there is one. */
  | { readonly conflict: StoredOperation | null };

export interface BatchDecision {
  readonly write: BatchToWrite | undefined;
  /** One for each operation that was sent in, in order. */
  readonly results: readonly CommitResult[];
}

/** What has to be looked up of the ledger before `decideBatch`, beside the cash accounts. An id may come more than once. */
export function namesOf(
  batch: readonly AcceptedOperation[],
): Omit<CommitLookup, 'everyCashAccount' | 'batchNumbers'> {
  const accountIds: string[] = [];
  const operationIds: string[] = [];
  const holdIds: string[] = [];
  const reversedIds: string[] = [];
  for (const operation of batch) {
    operationIds.push(
      operation.id,
      ...bankAccountsFor(operation).map(({ account }) => bankOpeningId(account)),
    );
    switch (operation.type) {
      case 'transfer':
      case 'hold':
        accountIds.push(operation.from, operation.to);
        break;
      case 'capture':
      case 'void':
      case 'expiry':
        holdIds.push(operation.hold);
        break;
      case 'reversal':
        reversedIds.push(operation.operation);
        break;
      case 'open':
        accountIds.push(operation.account);
        break;
      default:
        accountIds.push(operation.account);
    }
  }
  return { accountIds, operationIds, holdIds, reversedIds };
}

/**
 * Decides a batch by the rules of money and gives it its place in the chain: pure, given the ledger and the
 * time. Nothing is written when every operation was known before.
 */
export function decideBatch(
  ledger: LedgerState,
  batch: readonly AcceptedOperation[],
  now: string,
): BatchDecision {
  const { head } = ledger;
  const openings = missingBankAccounts(ledger, batch);
  const postedAt = timeOf(ledger, batch, now);
  const { sequence, accountCount } = head;
  const outcome = applyBatch({ ...ledger, sequence, accountCount, postedAt }, [...openings, ...batch]);
  const number = head.batch + 1;
  const stored = outcome.applied.map((operation) => storedOperation(operation, number, postedAt));
  return {
    write: stored.length === 0 ? undefined : batchToWrite(ledger, outcome, number, postedAt),
    results: resultsOf(outcome.outcomes.slice(openings.length), stored),
  };
}

/** The time of batches never goes back, whatever the clocks of several data services say; and no hold expires ahead of its time. */
function timeOf(ledger: LedgerState, batch: readonly AcceptedOperation[], now: string): string {
  let time = now > ledger.head.postedAt ? now : ledger.head.postedAt;
  for (const operation of batch) {
    if (operation.type !== 'expiry') continue;
    const expiresAt = ledger.findHold(operation.hold)?.expiresAt;
    if (expiresAt !== undefined && expiresAt > time) time = expiresAt;
  }
  return time;
}

/** Field by field: spreading every operation costs more than deciding it. */
function storedOperation(
  operation: AppliedOperation<AcceptedOperation>,
  batch: number,
  postedAt: string,
): StoredOperation {
  const { sequence, content } = operation;
  if (operation.status === 'posted' && operation.posting !== undefined)
    return { status: 'posted', sequence, content, posting: operation.posting, batch, postedAt };
  return { ...operation, batch, postedAt };
}

function batchToWrite(
  ledger: LedgerState,
  outcome: Outcomes,
  number: number,
  postedAt: string,
): BatchToWrite {
  const { head } = ledger;
  const firstSequence = head.sequence + 1;
  const operationCount = outcome.applied.length;
  const header = { number, firstSequence, operationCount, postedAt };
  const writer = new BinaryWriter();
  for (const operation of outcome.applied) writeRecord(writer, operation, number);
  const records = writer.written();
  const newHead: LedgerHead = {
    sequence: head.sequence + operationCount,
    batch: number,
    hash: batchHash(head.hash, header, records),
    accountCount: head.accountCount + outcome.opened.length,
    postedAt,
  };
  return { header, head: newHead, outcome, records };
}

function resultsOf(outcomes: Outcomes['outcomes'], applied: readonly StoredOperation[]): CommitResult[] {
  return outcomes.map((outcome) => {
    switch (outcome.kind) {
      case 'applied':
      case 'repeated':
        return { operation: at(applied, outcome.appliedIndex) };
      case 'replayed':
        return { operation: outcome.stored };
      case 'conflict':
        if (outcome.appliedIndex !== undefined) return { conflict: at(applied, outcome.appliedIndex) };
        return { conflict: outcome.stored ?? null };
    }
  });
}

function at(applied: readonly StoredOperation[], index: number): StoredOperation {
  const operation = applied[index];
  assert(operation !== undefined);
  return operation;
}

/**
 * Accounts of the bank that it opens itself, just ahead of the first operation that needs them: the cash account of a
 * currency with its first account, and its exchange account with its first exchange.
 */
function missingBankAccounts(ledger: LedgerState, batch: readonly AcceptedOperation[]): AcceptedOperation[] {
  const openings = new Map<string, AcceptedOperation>();
  for (const operation of batch) {
    for (const { account, currency } of bankAccountsFor(operation)) {
      if (openings.has(account) || ledger.findAccount(account) !== undefined) continue;
      const { acceptedAt, acceptedBy } = operation;
      const id = bankOpeningId(account);
      openings.set(account, {
        id,
        type: 'open',
        account,
        currency,
        overdraftLimit: 0,
        acceptedAt,
        acceptedBy,
      });
    }
  }
  return [...openings.values()];
}

interface BankAccount {
  readonly account: string;
  readonly currency: string;
}

function bankAccountsFor(operation: AcceptedOperation): readonly BankAccount[] {
  if (operation.type === 'open') {
    const { currency } = operation;
    return [{ account: cashAccountId(currency), currency }];
  }
  if (operation.type !== 'transfer' || operation.rate === undefined) return NONE;
  const { from, to, currency } = operation;
  const account = [from, to].find((id) => exchangeCurrencyOf(id) === currency);
  return account === undefined || currency === undefined ? NONE : [{ account, currency }];
}

const NONE: readonly BankAccount[] = [];

/**
 * The id of the operation that opens an account of the bank, `@cash.BRL` or `@fx.BRL`: a UUID of version 8 (RFC 9562, for
 * uses of one's own), which no client can send, with "lastro", the currency and, for an exchange, "fx" in it.
 */
function bankOpeningId(account: string): string {
  const name = Buffer.from('lastro').toString('hex');
  const code = Buffer.from(account.replace('@cash.', '').replace('@fx.', 'fx'))
    .toString('hex')
    .padStart(12, '0');
  return `${name.slice(0, 8)}-${name.slice(8)}-8000-8000-${code}`;
}
