import type { Moment } from '@lastro/contract';
import { TYPE_NUMBERS } from '@lastro/ledger';
import type pg from 'pg';

/** Whether what was posted at the very instant counts. A sequence always counts itself. */
export type Bound = 'inclusive' | 'exclusive';

/**
 * Sequence of the newest operation that a moment counts; 0 when there is none. An instant counts whole batches,
 * found by their time. Runs in a snapshot of the caller's.
 */
export async function sequenceAt(client: pg.PoolClient, at: Moment, bound: Bound): Promise<number> {
  if (typeof at === 'number') return Math.min(at, await headSequence(client));
  const atMs = bound === 'inclusive' ? Date.parse(at) : firstMillisecondFrom(at);
  if (atMs < BEGINNING_MS) return 0;
  const text = `
    SELECT first_sequence + operation_count - 1 AS sequence FROM batch
    WHERE posted_at ${bound === 'inclusive' ? '<=' : '<'} $1
    ORDER BY posted_at DESC, number DESC LIMIT 1`;
  const { rows } = await client.query<{ sequence: number }>(text, [
    new Date(Math.min(atMs, END_MS)).toISOString(),
  ]);
  return rows[0]?.sequence ?? 0;
}

/** Every batch is later: the ledger's head begins here. What RFC 3339 allows before, PostgreSQL cannot always read. */
const BEGINNING_MS = Date.parse('2000-01-01T00:00:00Z');
const END_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The first whole millisecond, as batches have them, that is not before an instant; since 1970. */
export function firstMillisecondFrom(instant: string): number {
  const hasMore = /\.\d{3}\d*[1-9]/.test(instant);
  return Date.parse(instant) + (hasMore ? 1 : 0);
}

/** Sequence of the newest operation in the ledger. */
export async function headSequence(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ sequence: number }>('SELECT sequence FROM ledger_head');
  return rows[0]?.sequence ?? 0;
}

/** Which accounts were open after an operation: those opened up to an instant, but for a few. */
export interface OpenAccounts {
  /** RFC 3339; undefined before the first operation, when none was open. */
  readonly openedUpTo: string | undefined;
  /** Opened at that very instant, by operations that came later. */
  readonly openedLater: readonly string[];
}

/** The accounts that were open right after operation `sequence`. Runs in a snapshot of the caller's. */
export async function openAccountsAt(client: pg.PoolClient, sequence: number): Promise<OpenAccounts> {
  const posted = await client.query<{ posted_at: string }>(
    'SELECT b.posted_at FROM operation o JOIN batch b ON b.number = o.batch WHERE o.sequence = $1',
    [sequence],
  );
  const openedUpTo = posted.rows[0]?.posted_at;
  if (openedUpTo === undefined) return { openedUpTo, openedLater: [] };
  const lastThen = await sequenceAt(client, openedUpTo, 'inclusive');
  const later = await client.query<{ account: string }>(
    `SELECT details::json ->> 'account' AS account FROM operation
     WHERE sequence > $1 AND sequence <= $2 AND type = ${TYPE_NUMBERS.open} AND reason IS NULL`,
    [sequence, lastThen],
  );
  return { openedUpTo, openedLater: later.rows.map(({ account }) => account) };
}

/** Whether one account was open then. */
export function wasOpen(
  { openedUpTo, openedLater }: OpenAccounts,
  account: { readonly id: string; readonly openedAt: string },
): boolean {
  if (openedUpTo === undefined || openedLater.includes(account.id)) return false;
  return Date.parse(account.openedAt) <= Date.parse(openedUpTo);
}
