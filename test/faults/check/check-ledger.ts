import { Differences } from './differences.ts';
import type { LedgerRow, LedgerTables } from './ledger-view.ts';
import { type Decision, PlainBank } from './plain-bank.ts';
import type { Violations } from './violations.ts';

/** A batch that was seen committed while the bank was running. */
export interface NotedHead {
  readonly batch: number;
  readonly hash: string;
}

/** What the ledger must be in itself, whatever was asked of it. */
export function checkLedger(tables: LedgerTables, heads: readonly NotedHead[], violations: Violations): void {
  checkSequences(tables, violations);
  checkBatches(tables, violations);
  checkHeads(tables, heads, violations);
  checkRules(tables, violations);
  checkSums(tables, violations);
}

/** I2 and I8: no gap, and no id twice. */
function checkSequences({ rows }: LedgerTables, violations: Violations): void {
  const seen = new Map<string, number>();
  for (const [index, { id, sequence }] of rows.entries()) {
    if (sequence !== index + 1)
      violations.add('chain', `operation ${index + 1} is missing: the next one is ${sequence} (I8)`);
    const first = seen.get(id);
    if (first !== undefined)
      violations.add('doubled', `${id} took effect at ${first} and again at ${sequence} (I2)`);
    seen.set(id, sequence);
  }
}

function checkBatches({ rows, batches }: LedgerTables, violations: Violations): void {
  let next = 1;
  let postedAt = '';
  for (const [index, batch] of batches.entries()) {
    if (batch.number !== index + 1 || batch.firstSequence !== next)
      violations.add('chain', `batch ${batch.number} does not follow batch ${index} (I8)`);
    // Whatever clocks do: a statement by time would show another order than the ledger has.
    if (batch.postedAt < postedAt)
      violations.add('chain', `batch ${batch.number} was posted before the one before it, by its time`);
    const members = rows.slice(batch.firstSequence - 1, batch.firstSequence - 1 + batch.operationCount);
    if (members.some((row) => row.batch !== batch.number) || members.length !== batch.operationCount)
      violations.add('chain', `batch ${batch.number} does not hold what it says (I8)`);
    next = batch.firstSequence + batch.operationCount;
    postedAt = batch.postedAt;
  }
  if (next !== rows.length + 1)
    violations.add('chain', `${rows.length} operations, and ${next - 1} in batches (I8)`);
}

/** I8: what was once committed is never taken away or changed. */
function checkHeads({ batches }: LedgerTables, heads: readonly NotedHead[], violations: Violations): void {
  for (const { batch, hash } of heads) {
    if (batch > 0 && batches[batch - 1]?.hash !== hash)
      violations.add('chain', `batch ${batch} is not what it was when it was committed (I8)`);
  }
}

/** I3, I5, I6, I10: the independent model decides the same, operation by operation, and ends with the same balances. */
function checkRules({ rows, accounts }: LedgerTables, violations: Violations): void {
  const model = new PlainBank();
  const differences = new Differences(violations);
  for (let start = 0; start < rows.length;) {
    const unit = unitAt(rows, start);
    const decisions = model.decide(
      unit.map(({ content }) => content),
      unit[0]!.postedAt,
    );
    for (const [index, row] of unit.entries()) compare(row, decisions[index]!, violations, differences);
    start += unit.length;
  }
  for (const { id, balance, held } of accounts) {
    const { balance: expected, held: reserved } = model.balances.get(id) ?? { balance: 0n, held: 0n };
    if (BigInt(held) !== reserved)
      violations.add('balance', `holds on account ${id} reserve ${held}, and not ${reserved}`);
    differences.compare(
      id,
      BigInt(balance) - expected,
      `account ${id} holds ${balance}, and not ${expected}`,
    );
  }
  if (accounts.length !== model.balances.size)
    violations.add('balance', `${accounts.length} accounts, and ${model.balances.size} were opened`);
}

/** The operation at `start`, with its atomic group if it has one. */
function unitAt(rows: readonly LedgerRow[], start: number): LedgerRow[] {
  const group = rows[start]!.content['group'];
  let end = start + 1;
  while (group !== undefined && rows[end]?.content['group'] === group) end += 1;
  return rows.slice(start, end);
}

function compare(row: LedgerRow, decision: Decision, violations: Violations, differences: Differences): void {
  const where = `operation ${row.sequence}, ${row.id},`;
  if (row.reason !== decision.reason) {
    const [is, should] = [row.reason, decision.reason].map((reason) => reason ?? 'posted');
    violations.add('against the rules', `${where} is ${is}, and by the rules ${should}`);
    return;
  }
  const amount = BigInt(row.moved?.amount ?? 0);
  for (const [index, { account, balance }] of decision.after.entries()) {
    const shown = row.after[index];
    if (shown?.account !== account) {
      violations.add('balance', `${where} moves money of ${shown?.account}, and not of ${account}`);
      continue;
    }
    const what = `${where} leaves ${account} at ${shown.balance}, and not at ${balance}`;
    differences.compare(account, BigInt(shown.balance) - balance, what);
    differences.note(account, index === 0 ? -amount : amount, row.id);
  }
}

/** I4: over all accounts of a currency, what is owed is what is held. */
function checkSums({ accounts }: LedgerTables, violations: Violations): void {
  const sums = new Map<string, bigint>();
  for (const { currency, balance } of accounts)
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance));
  for (const [currency, sum] of sums) {
    if (sum !== 0n) violations.add('balance', `the trial balance in ${currency} is off by ${sum} (I4)`);
  }
}
