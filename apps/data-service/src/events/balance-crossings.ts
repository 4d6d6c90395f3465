import type { BalanceCrossing } from '@lastro/contract';
import type { Entry } from '@lastro/ledger';
import type { StoredOperation } from '../storage/store.ts';
import type { OperationLog, WatchedBalance } from './operation-log.ts';

export interface Crossing {
  readonly type: 'balance.below' | 'balance.above';
  readonly crossing: BalanceCrossing;
}

/** The entries of an operation that have moved a balance, the debited account first; none when it was rejected. */
export function entriesOf(operation: StoredOperation): readonly Entry[] {
  if (operation.status !== 'posted' || operation.posting === undefined) return [];
  return [operation.posting.debit, operation.posting.credit];
}

/**
 * What the monitors see in `operations`, neighbours in the log, by sequence. The balance before an entry is the one after the
 * account's entry before it, so the same ledger gives the same crossings, whoever looks, whenever.
 */
export async function findCrossings(
  log: OperationLog,
  operations: readonly StoredOperation[],
): Promise<ReadonlyMap<number, readonly Crossing[]>> {
  const accounts = new Set(operations.flatMap(entriesOf).map(({ accountNumber }) => accountNumber));
  const range = { first: operations[0]!.sequence, last: operations.at(-1)!.sequence };
  const watched = await log.watchedBalances([...accounts], range);
  if (watched.length === 0) return new Map();
  const byAccount = groupByAccount(watched);
  const balances = await balancesBefore(log, operations, byAccount);
  const crossings = new Map<number, Crossing[]>();
  for (const operation of operations) {
    const found = entriesOf(operation).flatMap((entry) =>
      (byAccount.get(entry.accountNumber) ?? []).flatMap((monitor) =>
        crossingsOf(monitor, operation, entry, balances.get(keyOf(entry.previousSequence, entry)) ?? 0),
      ),
    );
    if (found.length > 0) crossings.set(operation.sequence, found);
  }
  return crossings;
}

function crossingsOf(
  monitor: WatchedBalance,
  operation: StoredOperation,
  entry: Entry,
  balanceBefore: number,
): Crossing[] {
  if (operation.status !== 'posted' || operation.posting === undefined) return [];
  const { sequence, content } = operation;
  const { currency } = operation.posting;
  const { fromSequence, untilSequence = Infinity, below, above } = monitor;
  if (sequence <= fromSequence || sequence > untilSequence) return [];
  const { balance, accountId } = entry;
  const crossing = (type: Crossing['type'], value: number): Crossing => ({
    type,
    crossing: {
      monitor: monitor.id,
      account: accountId,
      currency,
      value,
      balance,
      balanceBefore,
      operation: content.id,
      sequence,
    },
  });
  return [
    ...(below !== undefined && balanceBefore >= below && balance < below
      ? [crossing('balance.below', below)]
      : []),
    ...(above !== undefined && balanceBefore <= above && balance > above
      ? [crossing('balance.above', above)]
      : []),
  ];
}

function groupByAccount(watched: readonly WatchedBalance[]): ReadonlyMap<number, readonly WatchedBalance[]> {
  const byAccount = new Map<number, WatchedBalance[]>();
  for (const monitor of watched) {
    const others = byAccount.get(monitor.accountNumber);
    if (others === undefined) byAccount.set(monitor.accountNumber, [monitor]);
    else others.push(monitor);
  }
  return byAccount;
}

/** The balances of watched accounts after the entries before those in `operations`. */
async function balancesBefore(
  log: OperationLog,
  operations: readonly StoredOperation[],
  byAccount: ReadonlyMap<number, unknown>,
): Promise<ReadonlyMap<string, number>> {
  const balances = new Map<string, number>();
  const missing = new Set<number>();
  for (const { sequence, entry } of operations.flatMap((operation) =>
    entriesOf(operation).map((each) => ({ sequence: operation.sequence, entry: each })),
  )) {
    if (!byAccount.has(entry.accountNumber)) continue;
    balances.set(keyOf(sequence, entry), entry.balance);
    // Entries of one account come in order: what is not here yet was before all of these.
    const before = keyOf(entry.previousSequence, entry);
    if (entry.previousSequence > 0 && !balances.has(before)) missing.add(entry.previousSequence);
  }
  if (missing.size === 0) return balances;
  for (const after of await log.balancesAfter([...missing])) {
    balances.set(keyOf(after.sequence, after), after.balance);
  }
  return balances;
}

function keyOf(sequence: number, { accountNumber }: { readonly accountNumber: number }): string {
  return `${sequence}:${accountNumber}`;
}
