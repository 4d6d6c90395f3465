import type { AccountStatus, OperationContent } from '@lastro/ledger';
import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import { type Answer, NaiveBank } from '../../../packages/ledger/test/naive-bank.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';
import type { DryRunCheck } from './check-dry-runs.ts';

type ModelAccount = NaiveBank['accounts'] extends Map<string, infer Value> ? Value : never;

/** I5, I6, I10, and every rule of money: the same operations in the same order, decided by the naive bank; and what was only tried. */
export function checkAgainstModel(
  tables: LedgerTables,
  operations: readonly StoredOperation[],
  dryRuns: DryRunCheck,
): string[] {
  const model = new NaiveBank();
  const problems: string[] = [];
  dryRuns.at(0, model, '');
  for (const { number, firstSequence, operationCount, postedAt } of tables.batches) {
    const batch = operations.slice(firstSequence - 1, firstSequence - 1 + operationCount);
    model.setTime(postedAt);
    const answers = model.apply(batch.map(({ content }) => withoutAcceptance(content)));
    for (const [index, operation] of batch.entries()) problems.push(...compare(operation, answers[index]!));
    dryRuns.at(number, model, postedAt);
  }
  return [
    ...problems,
    ...dryRuns.problems,
    ...compareAccounts(tables, model),
    ...compareHolds(tables, model, operations),
    ...compareReversals(tables, operations),
  ];
}

function compare(operation: StoredOperation, expected: Answer): string[] {
  const where = `operation ${operation.sequence}, ${operation.content.id},`;
  if (expected.status !== operation.status)
    return [`${where} is ${operation.status} and should be ${expected.status}`];
  if (expected.status === 'rejected' && operation.status === 'rejected') {
    const { reason } = operation;
    return reason === expected.reason
      ? []
      : [`${where} is rejected for ${reason} instead of ${expected.reason}`];
  }
  if (expected.status !== 'posted' || operation.status !== 'posted') return [];
  const { posting } = operation;
  const entries = posting === undefined ? [] : [posting.debit, posting.credit];
  if (entries.length !== Object.keys(expected.balances).length)
    return [`${where} has ${entries.length} entries, and should have others`];
  return entries
    .filter(({ accountId, balance }) => expected.balances[accountId] !== BigInt(balance))
    .map(({ accountId, balance }) => `${where} leaves ${accountId} at ${balance}`);
}

function withoutAcceptance(content: StoredOperation['content']): OperationContent {
  const { acceptedAt: _at, acceptedBy: _by, key: _key, ...rest } = content;
  return rest;
}

function compareAccounts({ accounts }: LedgerTables, model: NaiveBank): string[] {
  const problems =
    accounts.size === model.accounts.size
      ? []
      : [`there are ${accounts.size} accounts, and not ${model.accounts.size}`];
  for (const account of accounts.values()) {
    const { id } = account;
    const expected = model.accounts.get(id);
    if (expected === undefined) problems.push(`account ${id} was never opened`);
    else {
      problems.push(
        ...differences(`account ${id}`, account, {
          balance: Number(model.balance(id)),
          held: Number(model.held(id)),
          overdraftLimit: Number(expected.overdraftLimit),
          status: statusOf(expected),
        }),
      );
    }
  }
  return problems;
}

function statusOf({ closed, debitsStopped, creditsStopped }: ModelAccount): AccountStatus {
  if (closed) return 'closed';
  if (debitsStopped) return creditsStopped ? 'frozen' : 'debits_frozen';
  return creditsStopped ? 'credits_frozen' : 'open';
}

/** The holds in the ledger: all of them, and each as it was opened and ended. */
function compareHolds(
  tables: LedgerTables,
  model: NaiveBank,
  operations: readonly StoredOperation[],
): string[] {
  const problems: string[] = [];
  const ends = new Map(
    operations.flatMap((operation) =>
      operation.status === 'posted' && 'hold' in operation.content
        ? [[operation.content.hold, operation]]
        : [],
    ),
  );
  for (const [id, { from, to, amount, overAtMs, end = 'open' }] of model.holds) {
    const ending = ends.get(id);
    problems.push(
      ...differences(`hold ${id}`, tables.holds.get(id) ?? {}, {
        from,
        to,
        amount: Number(amount),
        status: end,
        expiresAt: overAtMs === Infinity ? undefined : new Date(overAtMs).toISOString(),
        captured: ending?.posting?.amount ?? 0,
        closedSequence: ending?.sequence ?? 0,
      }),
    );
  }
  if (tables.holds.size !== model.holds.size)
    problems.push(`there are ${tables.holds.size} holds, and not ${model.holds.size}`);
  return problems;
}

/** What links reversals to what they reverse: one row for each that is posted, with the sum so far. */
function compareReversals(tables: LedgerTables, operations: readonly StoredOperation[]): string[] {
  const reversed = new Map<number, number>();
  const expected = operations.flatMap((operation) => {
    const { content, sequence } = operation;
    if (operation.status !== 'posted' || content.type !== 'reversal') return [];
    const original = tables.operation(content.operation)!.sequence;
    const sum = (reversed.get(original) ?? 0) + operation.posting!.amount;
    reversed.set(original, sum);
    return [JSON.stringify([original, sequence, sum])];
  });
  const found = tables.reversals.map((row) => JSON.stringify([row.original, row.sequence, row.reversed]));
  return found.join() === expected.join()
    ? []
    : [`the reversals are ${found.join()}, and should be ${expected.join()}`];
}

function differences(
  where: string,
  found: object,
  expected: Readonly<Record<string, string | number | undefined>>,
): string[] {
  const values = found as typeof expected;
  return Object.entries(expected)
    .filter(([field, value]) => values[field] !== value)
    .map(([field, value]) => `${where} has ${field} ${values[field]} instead of ${value}`);
}
