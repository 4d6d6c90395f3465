import { DatabaseError } from 'pg';
import { classifyError } from '../storage/postgres/postgres-errors.ts';
import { AccountComparison, type AccountsDigest } from './account-comparison.ts';
import type { CurrencySums } from './balance-sums.ts';
import { type BatchRow, CHAIN_BEGINNING, ChainCheck, type ChainPlace } from './chain-check.ts';
import { compareCheckpoints } from './checkpoint-comparison.ts';
import { type Finding, Findings } from './findings.ts';
import { type HeadRow, LedgerSnapshot } from './ledger-snapshot.ts';
import { compareEndedHolds, compareOpenHolds, type HoldsDigest, takeOverHolds } from './hold-comparison.ts';
import { type Beginning, Recomputation } from './recomputation.ts';
import { compareReversalCount, compareReversals } from './reversal-comparison.ts';
import { OPERATION } from './table-columns.ts';
import { type Terms, termsBefore } from './terms-before.ts';

const FINDINGS_MAX = 100;
/** Accounts that are looked up at a time. */
const NAMED_MAX = 10_000;
/** Ends of holds, and reversals, that wait to be compared with their rows; a piece of the ledger may go past it. */
const WAITING_MAX = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
const UNDEFINED_TABLE = '42P01';

/** A head that somebody noted down: what it covers can never be taken away again. */
export interface SavedHead {
  readonly batch: number;
  readonly sequence: number;
  /** Hexadecimal. */
  readonly hash: string;
  /** How the accounts stood at this head: with this and what follows, a verification can begin here. */
  readonly accounts?: AccountsDigest;
  readonly holds?: HoldsDigest;
  readonly reversals?: { readonly count: number };
}

/** A head from which a verification can go on. */
export type VerifiedHead = Required<SavedHead>;

export interface VerifyOptions {
  readonly databaseUrl: string;
  /** Must be in the ledger still. */
  readonly savedHead?: SavedHead | undefined;
  /** Must be in the ledger still; and the operations up to it, which a verification has read before, are not read again. */
  readonly since?: VerifiedHead | undefined;
  readonly onProgress?: (sequence: number, total: number) => void;
}

export interface VerifyReport {
  readonly head: VerifiedHead;
  readonly postedAt: string;
  /** Sequence of the first operation that was read, less one: 0 when all were. */
  readonly since: number;
  /** Operations that were read, by their status. */
  readonly posted: number;
  readonly rejected: number;
  /** That were read. */
  readonly batches: number;
  /** In the ledger. */
  readonly accounts: number;
  readonly currencies: readonly CurrencySums[];
  /** At most 100; `findingCount` has the true number. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

/** The database can be reached and has no ledger in it. */
export class LedgerMissingError extends Error {
  override readonly name = 'LedgerMissingError';
}

/** The ledger is of a version before this one: the data service brings it forward when it starts. */
export class OlderLedgerError extends Error {
  override readonly name = 'OlderLedgerError';
}

/**
 * Checks the ledger in one consistent state, while it may be in use: computes every balance, every hold, the trial
 * balance and the hash chain again from the operations, and compares them with what is stored. Reads only. With `since` it reads
 * the operations after that head, and all accounts; docs/RELIABILITY.md says what that proves.
 *
 * @throws StoreUnavailableError, LedgerMissingError, OlderLedgerError when the ledger cannot be read; everything else is a finding.
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  try {
    const snapshot = await LedgerSnapshot.open(options.databaseUrl, CONNECT_TIMEOUT_MS);
    return await verifySnapshot(snapshot, options).finally(() => snapshot.close());
  } catch (error) {
    const isMissing = error instanceof DatabaseError && error.code === UNDEFINED_TABLE;
    if (isMissing) throw new LedgerMissingError('there is no ledger in this database', { cause: error });
    throw classifyError(error);
  }
}

async function verifySnapshot(
  snapshot: LedgerSnapshot,
  { savedHead, since, onProgress }: VerifyOptions,
): Promise<VerifyReport> {
  const findings = new Findings(FINDINGS_MAX);
  const head = (await snapshot.head()) ?? missingHead(findings);
  if (!(await snapshot.hasHolds()))
    throw new OlderLedgerError('the ledger is of an older version: start its data service once');
  if (savedHead !== undefined) await placeOf(snapshot, savedHead, findings);
  const start = since && (await placeOf(snapshot, since, findings));
  const recomputation = new Recomputation(findings, beginningAt(since));
  const before = since && (await takeOver(snapshot, recomputation, since, findings));
  const batches = await checkOperations(snapshot, {
    head,
    start,
    before,
    recomputation,
    findings,
    onProgress,
  });
  const { posted, rejected, accounts } = recomputation;
  findings.expectEqual('ledger head', 'number of accounts', head.accountCount, accounts.count);
  const { currencies, ...digest } = await compareAccounts(snapshot, recomputation, since, before, findings);
  await compareCheckpoints(snapshot, accounts, since?.sequence, findings);
  const holds = await compareOpenHolds(snapshot, recomputation.holds, head.sequence, findings);
  await compareReversalCount(snapshot, recomputation.reversalCount, findings);
  return {
    head: {
      batch: head.batch,
      sequence: head.sequence,
      hash: head.hash.toString('hex'),
      accounts: digest,
      holds,
      reversals: { count: recomputation.reversalCount },
    },
    postedAt: head.postedAt,
    since: since?.sequence ?? 0,
    posted,
    rejected,
    batches,
    accounts: digest.count,
    currencies,
    findings: findings.list,
    findingCount: findings.count,
  };
}

function beginningAt(since: VerifiedHead | undefined): Beginning {
  if (since === undefined) return { sequence: 0, accountCount: 0 };
  const { sequence, accounts, holds, reversals } = since;
  return {
    sequence,
    accountCount: accounts.count,
    holdCount: holds.count,
    reversalCount: reversals.count,
  };
}

/** The terms that accounts had at a saved head, of those that have others since. */
type TermsBefore = ReadonlyMap<number, Terms>;

/** What stood open at a saved head goes on from there. */
async function takeOver(
  snapshot: LedgerSnapshot,
  recomputation: Recomputation,
  since: VerifiedHead,
  findings: Findings,
): Promise<TermsBefore> {
  const before = await termsBefore(snapshot, since.sequence);
  await takeOverHolds(snapshot, recomputation.holds, since.sequence, since.holds, findings);
  const numbers = new Set(before.keys());
  for (const [, { account, payee }] of recomputation.holds.entries()) numbers.add(account).add(payee);
  const unnamed = [...numbers].filter((number) => recomputation.isUnnamed(number));
  await nameAccounts(snapshot, recomputation, unnamed, before);
  const { accounts } = recomputation;
  for (const [, { account, amount }] of recomputation.holds.entries()) accounts.holdBefore(account, amount);
  return before;
}

function missingHead(findings: Findings): HeadRow {
  findings.add('ledger head', 'its row is missing');
  return { ...CHAIN_BEGINNING, accountCount: 0 };
}

interface Checking {
  readonly head: HeadRow;
  /** Undefined: everything is read. */
  readonly start: ChainPlace | undefined;
  readonly before: TermsBefore | undefined;
  readonly recomputation: Recomputation;
  readonly findings: Findings;
  readonly onProgress: VerifyOptions['onProgress'];
}

/** Walks operations and batches side by side. The number of batches. */
async function checkOperations(
  snapshot: LedgerSnapshot,
  { head, start, before, recomputation, findings, onProgress }: Checking,
): Promise<number> {
  const chain = new ChainCheck(findings, start ?? CHAIN_BEGINNING);
  const batches = snapshot.batches(start?.batch);
  let count = 0;
  const beginNext = async (): Promise<BatchRow | undefined> => {
    const next = await batches.next();
    const batch = next.done === true ? undefined : next.value;
    chain.begin(batch);
    return batch;
  };
  let batch = await beginNext();
  for await (const rows of snapshot.operations(start?.sequence)) {
    if (before !== undefined)
      await nameAccounts(snapshot, recomputation, recomputation.unnamedIn(rows), before);
    while (rows.next()) {
      const sequence = rows.int64(OPERATION.sequence);
      while (batch !== undefined && sequence >= batch.firstSequence + batch.operationCount) {
        chain.finish();
        count += 1;
        batch = await beginNext();
      }
      recomputation.apply(rows, batch?.postedAt);
      chain.add(rows, sequence);
    }
    await compareWaiting(snapshot, recomputation, WAITING_MAX, findings);
    onProgress?.(recomputation.sequence, head.sequence);
  }
  await compareWaiting(snapshot, recomputation, 1, findings);
  for (; batch !== undefined; batch = await beginNext()) {
    chain.finish();
    count += 1;
  }
  chain.finishAt(head);
  return count;
}

/** Holds that have ended, and reversals, are compared with their rows when at least `count` of them wait. */
async function compareWaiting(
  snapshot: LedgerSnapshot,
  recomputation: Recomputation,
  count: number,
  findings: Findings,
): Promise<void> {
  if (recomputation.waitingCount < count) return;
  await compareEndedHolds(snapshot, recomputation.holds.takeEnded(), findings);
  await compareReversals(snapshot, recomputation.takeReversals(), findings);
}

async function nameAccounts(
  snapshot: LedgerSnapshot,
  { accounts }: Recomputation,
  numbers: readonly number[],
  before: TermsBefore,
): Promise<void> {
  for (let start = 0; start < numbers.length; start += NAMED_MAX) {
    for (const { number, id, currency, ...terms } of await snapshot.terms(
      numbers.slice(start, start + NAMED_MAX),
    ))
      accounts.name(number, { id, currency, ...(before.get(number) ?? terms) });
  }
}

async function compareAccounts(
  snapshot: LedgerSnapshot,
  recomputation: Recomputation,
  since: VerifiedHead | undefined,
  before: TermsBefore | undefined,
  findings: Findings,
): Promise<AccountsDigest & { readonly currencies: readonly CurrencySums[] }> {
  const comparison = new AccountComparison(findings, recomputation, before ?? new Map());
  for await (const rows of snapshot.accounts()) {
    while (rows.next()) comparison.add(rows);
  }
  for (const number of await snapshot.orphanedBalances(FINDINGS_MAX))
    findings.add(`balance of account number ${number}`, 'belongs to no account');
  for (const id of await snapshot.repeatedIds(FINDINGS_MAX))
    findings.add(`account ${id}`, 'was opened more than once');
  return comparison.finish(since?.accounts);
}

/** Where a saved head is in the chain, after a look at whether it still is there. */
async function placeOf(snapshot: LedgerSnapshot, saved: SavedHead, findings: Findings): Promise<ChainPlace> {
  if (saved.batch === 0) return CHAIN_BEGINNING;
  const place = { batch: saved.batch, sequence: saved.sequence, hash: Buffer.from(saved.hash, 'hex') };
  const batch = await snapshot.batch(saved.batch);
  const where = `batch ${saved.batch}`;
  if (batch === undefined) {
    findings.add('ledger head', `${where}, which was noted down, is gone: the end was cut off`);
    return { ...place, postedAt: '' };
  }
  const last = batch.firstSequence + batch.operationCount - 1;
  findings.expectEqual(where, 'hash, which was noted down,', batch.hash.toString('hex'), saved.hash);
  findings.expectEqual(where, 'last sequence, which was noted down,', last, saved.sequence);
  return { ...place, postedAt: batch.postedAt };
}
