import { type Answer, NaiveBank } from '../../../packages/ledger/test/naive-bank.ts';
import { isBankAccount, RECORD_FIELDS } from '@lastro/ledger';
import { CHAIN_BEGINNING, ChainCheck } from '../../../apps/data-service/src/verify/chain-check.ts';
import { Findings } from '../../../apps/data-service/src/verify/findings.ts';
import { Recomputation } from '../../../apps/data-service/src/verify/recomputation.ts';
import { COPY_HEADER_BYTES, RowReader } from '../../../apps/data-service/src/verify/row-reader.ts';
import { OPERATION } from '../../../apps/data-service/src/verify/table-columns.ts';
import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import { canonical, type Content } from '../clients/wire-content.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';
import type { Journal } from './journal.ts';

const FINDINGS_MAX = 20;

/** A head that was noted down while the bank was running. */
export interface NotedHead {
  readonly batch: number;
  readonly sequence: number;
  readonly hash: string;
}

/** What the ledger must be in itself, and beside what the clients asked for. Problems, one line each. */
export function checkLedger(tables: LedgerTables, journal: Journal, heads: readonly NotedHead[]): string[] {
  const operations = tables.records.map(({ record }) => tables.stored(record));
  return [
    ...checkChain(tables),
    ...checkHeads(tables, heads),
    ...checkIds(operations, journal),
    ...checkBatches(operations),
    ...checkAgainstModel(tables, operations),
    ...checkGroups(operations, journal),
  ];
}

/** I8, and every sum again from the records, by the code of `lastro verify`. */
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
  compareAccounts(tables, recomputation, findings);
  return findings.list.map(({ where, problem }) => `${where}: ${problem} (I8)`);
}

function compareAccounts(tables: LedgerTables, { accounts }: Recomputation, findings: Findings): void {
  findings.expectEqual('ledger', 'number of accounts', tables.accounts.size, accounts.count);
  for (const { id, number, balance, entryCount, lastSequence, overdraftLimit } of tables.accounts.values()) {
    const where = `account ${id}`;
    const expected = accounts.chunkOf(number);
    const index = accounts.indexOf(number);
    findings.expectEqual(where, 'id', id, expected?.ids[index]);
    findings.expectEqual(where, 'balance', balance, expected?.balance[index]);
    findings.expectEqual(where, 'number of entries', entryCount, expected?.entryCount[index]);
    findings.expectEqual(where, 'newest entry', lastSequence, expected?.lastSequence[index]);
    findings.expectEqual(where, 'overdraft limit', overdraftLimit, expected?.overdraftLimit[index]);
  }
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
    if (content.type === 'open' && content.account.startsWith('@cash.')) continue;
    const asked = journal.asked.get(id);
    if (asked?.contents.has(canonical(content as unknown as Content)) !== true)
      problems.push(`operation ${sequence}, ${id}, is not what any client sent (I7)`);
    if (asked?.hosts.has(acceptedBy) !== true)
      problems.push(`operation ${id} was never sent to ${acceptedBy}, which is said to have accepted it`);
  }
  return problems;
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

/** I5, I6, I10, and every rule of money: the same operations in the same order, decided by the naive bank. */
function checkAgainstModel(tables: LedgerTables, operations: readonly StoredOperation[]): string[] {
  const model = new NaiveBank();
  const answers = model.apply(operations.map(({ content }) => withoutAcceptance(content)));
  const problems = operations.flatMap((operation, index) => compare(tables, operation, answers[index]!));
  for (const account of tables.accounts.values()) {
    if (model.balance(account.id) !== BigInt(account.balance))
      problems.push(`account ${account.id} holds ${account.balance}, and not ${model.balance(account.id)}`);
  }
  return problems;
}

function compare(tables: LedgerTables, operation: StoredOperation, expected: Answer): string[] {
  const where = `operation ${operation.sequence}, ${operation.content.id},`;
  if (expected.status !== operation.status)
    return [`${where} is ${operation.status} and should be ${expected.status}`];
  if (expected.status === 'rejected' && operation.status === 'rejected') {
    const { reason } = operation;
    return reason === expected.reason
      ? []
      : [`${where} is rejected for ${reason} instead of ${expected.reason}`];
  }
  if (expected.status !== 'posted' || operation.status !== 'posted' || operation.posting === undefined)
    return [];
  return [operation.posting.debit, operation.posting.credit].flatMap(({ accountId, balance }) => [
    ...(expected.balances[accountId] === BigInt(balance)
      ? []
      : [`${where} leaves ${accountId} at ${balance}`]),
    ...(isWithinLimit(tables, accountId, balance)
      ? []
      : [`${where} takes ${accountId} below its limit, to ${balance} (I5)`]),
  ]);
}

function isWithinLimit(tables: LedgerTables, id: string, balance: number): boolean {
  return isBankAccount(id) || balance >= -(tables.accounts.get(id)?.overdraftLimit ?? 0);
}

function withoutAcceptance(content: StoredOperation['content']): StoredOperation['content'] {
  const { acceptedAt: _at, acceptedBy: _by, key: _key, ...rest } = content;
  return rest as StoredOperation['content'];
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
