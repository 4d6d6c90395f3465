import { isDeepStrictEqual } from 'node:util';
import type { Hold } from '@lastro/contract';
import type { LedgerTables } from '../ledger/ledger-tables.ts';
import type { Journal, SeenHold } from './journal.ts';

/** Every hold that was shown was so: open, or as it has ended; and ended for whoever had been told of its end before. */
export function checkSeenHolds({ holds, results }: Journal, tables: LedgerTables): string[] {
  const endedAtMs = new Map<string, number>();
  for (const { operation, atMs } of results) {
    const { hold, status } = operation;
    if (hold !== undefined && status === 'posted')
      endedAtMs.set(hold, Math.min(atMs, endedAtMs.get(hold) ?? Infinity));
  }
  return holds.flatMap((seen) => {
    const { hold, host, sentAtMs } = seen;
    if (!isAsItWas(seen, tables)) return [`${host} showed a hold that never was: ${JSON.stringify(hold)}`];
    const isLate = hold.status === 'open' && (endedAtMs.get(hold.id) ?? Infinity) < sentAtMs;
    return isLate ? [`${host} showed hold ${hold.id} as open to a client who had seen its end`] : [];
  });
}

function isAsItWas({ hold }: SeenHold, tables: LedgerTables): boolean {
  const operation = tables.operation(hold.id);
  if (operation?.status !== 'posted' || operation.content.type !== 'hold') return false;
  const { id, from, to, amount, expiresIn } = operation.content;
  const openedAt = operation.postedAt;
  const expiresAt =
    expiresIn === undefined
      ? {}
      : { expiresAt: new Date(Date.parse(openedAt) + expiresIn * 1000).toISOString() };
  const { currency } = tables.accounts.get(from)!;
  const open: Hold = { id, from, to, amount, currency, status: 'open', captured: 0, ...expiresAt, openedAt };
  return isDeepStrictEqual(hold, hold.status === 'open' ? open : { ...open, ...endOf(id, tables) });
}

const STATUS_AFTER = { capture: 'captured', void: 'voided', expiry: 'expired' } as const;

function endOf(hold: string, tables: LedgerTables): Partial<Hold> | undefined {
  for (const { record } of tables.records) {
    const { status, content, postedAt, ...rest } = tables.stored(record);
    if (status !== 'posted' || !('hold' in content) || content.hold !== hold) continue;
    const { amount: captured = 0 } = ('posting' in rest && rest.posting) || {};
    return { status: STATUS_AFTER[content.type], captured, closedAt: postedAt };
  }
  return undefined;
}
