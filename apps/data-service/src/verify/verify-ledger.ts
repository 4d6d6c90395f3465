import type { LedgerHead } from '../storage/store.ts';
import { type BatchRow, ChainCheck } from './chain-check.ts';
import { type Finding, Findings } from './findings.ts';
import { LedgerSnapshot } from './ledger-snapshot.ts';
import { type RecomputedAccount, Recomputation } from './recomputation.ts';

const FINDINGS_MAX = 100;
const CONNECT_TIMEOUT_MS = 5_000;

/** A head that somebody noted down: what it covers can never be taken away again. */
export interface SavedHead {
  readonly batch: number;
  readonly sequence: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface VerifyOptions {
  readonly databaseUrl: string;
  readonly savedHead?: SavedHead | undefined;
  readonly onProgress?: (checked: number, total: number) => void;
}

export interface VerifyReport {
  readonly head: SavedHead;
  readonly postedAt: string;
  readonly posted: number;
  readonly rejected: number;
  readonly batches: number;
  readonly accounts: number;
  readonly currencies: readonly {
    readonly currency: string;
    readonly credit: bigint;
    readonly debit: bigint;
  }[];
  /** At most 100; `findingCount` has the true number. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

/**
 * Checks the whole ledger in one consistent state, while it may be in use: computes every balance, the
 * trial balance and the hash chain again from the operations, and compares them with what is stored.
 * Reads only. @throws when the database cannot be read; everything else is a finding.
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  const snapshot = await LedgerSnapshot.open(options.databaseUrl, CONNECT_TIMEOUT_MS);
  try {
    const findings = new Findings(FINDINGS_MAX);
    const head = await snapshot.head();
    const recomputation = new Recomputation(findings);
    const batches = await checkOperations(snapshot, head, recomputation, findings, options.onProgress);
    await compareAccounts(snapshot, head, recomputation.accounts, findings);
    await compareCheckpoints(snapshot, recomputation.accounts, findings);
    await compareSavedHead(snapshot, options.savedHead, findings);
    return {
      head: { batch: head.batch, sequence: head.sequence, hash: head.hash.toString('hex') },
      postedAt: head.postedAt,
      posted: recomputation.posted,
      rejected: recomputation.rejected,
      batches,
      accounts: recomputation.accounts.size,
      currencies: sumByCurrency(recomputation.accounts.values(), findings),
      findings: findings.list,
      findingCount: findings.count,
    };
  } finally {
    await snapshot.close();
  }
}

/** Walks operations and batches side by side. The number of batches. */
async function checkOperations(
  snapshot: LedgerSnapshot,
  head: LedgerHead,
  recomputation: Recomputation,
  findings: Findings,
  onProgress: VerifyOptions['onProgress'],
): Promise<number> {
  const chain = new ChainCheck(findings);
  const batches = snapshot.batches();
  let count = 0;
  const nextBatch = async (): Promise<BatchRow | undefined> => {
    const next = await batches.next();
    return next.done === true ? undefined : next.value;
  };
  let batch = await nextBatch();
  for await (const records of snapshot.records()) {
    for (const { record, bytes } of records) {
      while (batch !== undefined && record.sequence >= batch.firstSequence + batch.operationCount) {
        chain.finish(batch);
        count += 1;
        batch = await nextBatch();
      }
      recomputation.apply(record);
      chain.add(record, bytes, batch);
    }
    onProgress?.(recomputation.sequence, head.sequence);
  }
  for (; batch !== undefined; batch = await nextBatch()) {
    chain.finish(batch);
    count += 1;
  }
  chain.finishAt(head);
  return count;
}

async function compareAccounts(
  snapshot: LedgerSnapshot,
  head: LedgerHead,
  recomputed: ReadonlyMap<number, RecomputedAccount>,
  findings: Findings,
): Promise<void> {
  findings.expectEqual('ledger head', 'number of accounts', head.accountCount, recomputed.size);
  let found = 0;
  for await (const stored of snapshot.accounts()) {
    const expected = recomputed.get(stored.number);
    const where = `account ${stored.id}`;
    if (expected === undefined) {
      findings.add(where, 'was never opened by an operation');
      continue;
    }
    found += 1;
    findings.expectEqual(`account number ${stored.number}`, 'id', stored.id, expected.id);
    findings.expectEqual(where, 'currency', stored.currency, expected.currency);
    findings.expectEqual(where, 'name', stored.name ?? undefined, expected.name);
    findings.expectEqual(where, 'metadata', stored.metadata ?? undefined, expected.metadata);
    findings.expectEqual(where, 'overdraft limit', stored.overdraft_limit, expected.overdraftLimit);
    findings.expectEqual(where, 'balance', stored.balance, expected.balance);
    findings.expectEqual(where, 'number of entries', stored.entry_count, expected.entryCount);
    findings.expectEqual(where, 'newest entry', stored.last_sequence, expected.lastSequence);
  }
  if (found < recomputed.size)
    findings.add('accounts', `${recomputed.size - found} that were opened are missing`);
}

async function compareCheckpoints(
  snapshot: LedgerSnapshot,
  recomputed: ReadonlyMap<number, RecomputedAccount>,
  findings: Findings,
): Promise<void> {
  const missing = new Set(
    [...recomputed.values()].filter((account) => account.checkpointCount > 0).map(({ number }) => number),
  );
  for await (const { account, count, sum } of snapshot.checkpoints()) {
    missing.delete(account);
    const expected = recomputed.get(account);
    const where = `account ${expected?.id ?? `number ${account}`}`;
    findings.expectEqual(where, 'number of checkpoints', count, expected?.checkpointCount ?? 0);
    findings.expectEqual(
      where,
      'sum of the sequences of its checkpoints',
      sum,
      String(expected?.checkpointSum ?? 0n),
    );
  }
  for (const number of missing)
    findings.add(`account ${recomputed.get(number)?.id}`, 'its checkpoints are missing');
}

async function compareSavedHead(
  snapshot: LedgerSnapshot,
  saved: SavedHead | undefined,
  findings: Findings,
): Promise<void> {
  if (saved === undefined || saved.batch === 0) return;
  const hash = await snapshot.batchHash(saved.batch);
  if (hash === undefined)
    findings.add('ledger head', `batch ${saved.batch}, which was noted down, is gone: the end was cut off`);
  else
    findings.expectEqual(
      `batch ${saved.batch}`,
      'hash, which was noted down,',
      hash.toString('hex'),
      saved.hash,
    );
}

function sumByCurrency(
  accounts: Iterable<RecomputedAccount>,
  findings: Findings,
): VerifyReport['currencies'] {
  const sums = new Map<string, { credit: bigint; debit: bigint }>();
  for (const { currency, balance } of accounts) {
    const sum = sums.get(currency) ?? { credit: 0n, debit: 0n };
    if (balance >= 0) sum.credit += BigInt(balance);
    else sum.debit -= BigInt(balance);
    sums.set(currency, sum);
  }
  for (const [currency, { credit, debit }] of sums) {
    findings.expectEqual(`trial balance in ${currency}`, 'sum of debits', debit, credit);
  }
  return [...sums]
    .map(([currency, sum]) => ({ currency, ...sum }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
