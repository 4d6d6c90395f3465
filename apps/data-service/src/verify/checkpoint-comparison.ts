import type { AccountChunk, AccountColumns } from './account-columns.ts';
import type { Findings } from './findings.ts';
import type { CheckpointCount, LedgerSnapshot } from './ledger-snapshot.ts';
import { CHECKPOINT_ENTRIES } from './table-columns.ts';

const PAGE_SIZE = 10_000;

/**
 * Every 64th entry of an account has a checkpoint, and nothing else has. As each is different, it is enough that each is
 * right and that there are as many as there should be. With `since`, only those after that sequence are looked at.
 */
export async function compareCheckpoints(
  snapshot: LedgerSnapshot,
  accounts: AccountColumns,
  since: number | undefined,
  findings: Findings,
): Promise<void> {
  const stored = countsOf(snapshot, accounts, since);
  const nextStored = async (): Promise<CheckpointCount | undefined> => {
    const next = await stored.next();
    return next.done === true ? undefined : next.value;
  };
  let found = await nextStored();
  for (const { account, count } of expectedCounts(accounts)) {
    for (; found !== undefined && found.account < account; found = await nextStored())
      compare(found, 0, accounts, findings);
    if (found?.account === account) {
      compare(found, count, accounts, findings);
      found = await nextStored();
    } else if (count > 0) findings.add(nameOf(accounts, account), 'its checkpoints are missing');
  }
  for (; found !== undefined; found = await nextStored()) compare(found, 0, accounts, findings);
}

function compare(
  { account, count, wrong }: CheckpointCount,
  expected: number,
  accounts: AccountColumns,
  findings: Findings,
): void {
  const where = nameOf(accounts, account);
  findings.expectEqual(where, 'number of checkpoints', count, expected);
  if (wrong > 0) findings.add(where, `${wrong} of its checkpoints are not where they should be`);
}

/** Of every account that is known entirely, by number. */
function* expectedCounts(accounts: AccountColumns): Generator<{ account: number; count: number }> {
  for (const account of accounts.counted()) {
    const chunk: AccountChunk = accounts.chunkOf(account)!;
    const index = accounts.indexOf(account);
    const before = chunk.before?.entryCount[index] ?? 0;
    const count =
      Math.floor(chunk.entryCount[index]! / CHECKPOINT_ENTRIES) - Math.floor(before / CHECKPOINT_ENTRIES);
    yield { account, count };
  }
}

async function* countsOf(
  snapshot: LedgerSnapshot,
  accounts: AccountColumns,
  since: number | undefined,
): AsyncGenerator<CheckpointCount> {
  if (since === undefined) {
    yield* snapshot.checkpoints();
    return;
  }
  let page: number[] = [];
  for (const account of accounts.counted()) {
    page.push(account);
    if (page.length < PAGE_SIZE) continue;
    yield* await snapshot.checkpointsSince(since, page);
    page = [];
  }
  yield* await snapshot.checkpointsSince(since, page);
}

function nameOf(accounts: AccountColumns, number: number): string {
  const id = accounts.chunkOf(number)?.ids[accounts.indexOf(number)];
  return id === undefined ? `account number ${number}` : `account ${id}`;
}
