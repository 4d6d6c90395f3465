import { expiryIdOf, RECORD_FIELDS } from '@lastro/ledger';
import { CHAIN_BEGINNING, ChainCheck } from '../../../apps/data-service/src/verify/chain-check.ts';
import { Findings } from '../../../apps/data-service/src/verify/findings.ts';
import { Recomputation } from '../../../apps/data-service/src/verify/recomputation.ts';
import { COPY_HEADER_BYTES, RowReader } from '../../../apps/data-service/src/verify/row-reader.ts';
import { OPERATION } from '../../../apps/data-service/src/verify/table-columns.ts';
import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import { canonical, type Content } from '../clients/wire-content.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';
import { AccountHistory } from './account-history.ts';
import { type ClocksBetween, DryRunCheck } from './check-dry-runs.ts';
import { checkAgainstModel } from './check-model.ts';
import { compareRecomputed } from './compare-recomputed.ts';
import type { Journal } from './journal.ts';

const FINDINGS_MAX = 20;

/** A head that was noted down while the bank was running. */
export interface NotedHead {
  readonly batch: number;
  readonly sequence: number;
  readonly hash: string;
}

/** What the ledger must be in itself, and beside what the clients asked for. Problems, one line each. */
export function checkLedger(
  tables: LedgerTables,
  journal: Journal,
  heads: readonly NotedHead[],
  clocks: ClocksBetween,
): string[] {
  const operations = tables.records.map(({ record }) => tables.stored(record));
  return [
    ...checkChain(tables),
    ...checkHeads(tables, heads),
    ...checkIds(operations, journal),
    ...checkBatches(operations),
    ...operations.flatMap((operation) => checkExpiry(operation, tables)),
    ...checkAgainstModel(tables, operations, new DryRunCheck(journal.dryRuns.seen, clocks)),
    ...new AccountHistory(tables).belowLimit(),
    ...checkGroups(operations, journal),
  ];
}

/** I8, and every sum and every hold again from the records, by the code of `lastro verify`. */
function checkChain(tables: LedgerTables): string[] {
  const findings = new Findings(FINDINGS_MAX);
  const chain = new ChainCheck(findings, CHAIN_BEGINNING);
  const recomputation = new Recomputation(findings, { sequence: 0, accountCount: 0 });
  const rows = new RowReader(RECORD_FIELDS.length);
  rows.feed(Buffer.concat([Buffer.alloc(COPY_HEADER_BYTES), ...tables.records.map(({ bytes }) => bytes)]));
  for (const batch of tables.batches) {
    chain.begin(batch);
    for (let count = 0; count < batch.operationCount && rows.next(); count += 1) {
      recomputation.apply(rows, batch.postedAt);
      chain.add(rows, rows.int64(OPERATION.sequence));
    }
    chain.finish();
  }
  chain.finishAt(tables.head);
  if (rows.next()) findings.add('ledger', 'records after the last batch');
  compareRecomputed(tables, recomputation, findings);
  return findings.list.map(({ where, problem }) => `${where}: ${problem} (I8)`);
}

/** I8: what was noted down is still there. */
function checkHeads(tables: LedgerTables, heads: readonly NotedHead[]): string[] {
  return heads
    .filter(({ batch, hash }) => batch > 0 && tables.batches[batch - 1]?.hash.toString('hex') !== hash)
    .map(({ batch }) => `batch ${batch} is not what it was when it was noted down (I8)`);
}

/** I2 and I7: each id once, asked for by a client in just this form, at the service that is named. */
function checkIds(operations: readonly StoredOperation[], journal: Journal): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { content, sequence } of operations) {
    const { id, acceptedBy } = content;
    if (seen.has(id)) problems.push(`operation ${id} is in the ledger twice (I2)`);
    seen.add(id);
    if (isMadeByTheBank(content)) continue;
    const asked = journal.asked.get(id);
    if (asked?.contents.has(canonical(content as unknown as Content)) !== true)
      problems.push(`operation ${sequence}, ${id}, is not what any client sent (I7)`);
    if (asked?.hosts.has(acceptedBy) !== true)
      problems.push(`operation ${id} was never sent to ${acceptedBy}, which is said to have accepted it`);
  }
  return problems;
}

/** The openings of accounts in @cash and @fx, and the expiry of holds. */
function isMadeByTheBank(content: StoredOperation['content']): boolean {
  return content.type === 'expiry' || (content.type === 'open' && /^@(cash|fx)\./.test(content.account));
}

/** I4: what a batch changes sums to nothing, by the balances before and after each of its entries. */
function checkBatches(operations: readonly StoredOperation[]): string[] {
  const balances = new Map<string, bigint>();
  const sums = new Map<string, bigint>();
  for (const operation of operations) {
    if (operation.status !== 'posted' || operation.posting === undefined) continue;
    const { debit, credit, currency } = operation.posting;
    for (const { accountId, balance } of [debit, credit]) {
      const key = `batch ${operation.batch}, ${currency}`;
      const change = BigInt(balance) - (balances.get(accountId) ?? 0n);
      sums.set(key, (sums.get(key) ?? 0n) + change);
      balances.set(accountId, BigInt(balance));
    }
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([where, sum]) => `${where}: debits and credits differ by ${sum} (I4)`);
}

/** Nobody but the bank ends a hold because its time is over, once, and not ahead of that. */
function checkExpiry(operation: StoredOperation, tables: LedgerTables): string[] {
  const { content, status, postedAt } = operation;
  if (content.type !== 'expiry') return [];
  const where = `expiry ${content.id} of hold ${content.hold}`;
  const problems: string[] = [];
  if (content.id !== expiryIdOf(content.hold))
    problems.push(`${where} has not the id that it must have (I2)`);
  if (content.acceptedBy !== 'bank') problems.push(`${where} was accepted by ${content.acceptedBy}`);
  const hold = tables.operation(content.hold);
  const expiresIn = hold?.content.type === 'hold' ? hold.content.expiresIn : undefined;
  const isOver =
    hold !== undefined &&
    expiresIn !== undefined &&
    Date.parse(hold.postedAt) + expiresIn * 1000 <= Date.parse(postedAt);
  if (status === 'posted' && !isOver) problems.push(`${where} comes ahead of its time`);
  return problems;
}

/** I3: a group is there as it was sent, whole and in one place, and all of it has one status. */
function checkGroups(operations: readonly StoredOperation[], journal: Journal): string[] {
  const groups = new Map<string, StoredOperation[]>();
  for (const operation of operations) {
    const { group } = operation.content;
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), operation]);
  }
  const problems: string[] = [];
  for (const [group, members] of groups) {
    const key = members.map(({ content }) => canonical(content as unknown as Content)).join();
    if (!journal.groups.has(key)) problems.push(`atomic group ${group} is not there as it was sent (I3)`);
    if (new Set(members.map(({ status }) => status)).size > 1)
      problems.push(`atomic group ${group} is posted in part (I3)`);
    const isTogether = members.every(
      ({ sequence, batch }, index) =>
        sequence === members[0]!.sequence + index && batch === members[0]!.batch,
    );
    if (!isTogether) problems.push(`the operations of atomic group ${group} do not stand together (I3)`);
  }
  return problems;
}
