import type { Account, StatementEntry } from '@lastro/contract';
import type { LastroClient } from '@lastro/sdk';

/** What an account held over a time. */
export interface BalanceHistory {
  /** In seconds since 1970, rising. */
  readonly times: readonly number[];
  /** Minor units: from its time on, until the next. */
  readonly balances: readonly number[];
  /** How it is known: from every entry, or from the balance at this many moments. */
  readonly from: { readonly entries: number } | { readonly samples: number };
}

export const PERIODS = { day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;
export type Period = keyof typeof PERIODS | 'all';

/** One request has no more. */
const ENTRIES_MAX = 1000;
/** Where there are more entries, it is asked for the balance at so many moments instead, a few at a time. */
const SAMPLES = 48;
const SAMPLES_AT_ONCE = 6;

/** Of an account that was opened later than the period begins, all its life. */
export function beginOf(period: Period, { openedAt }: Pick<Account, 'openedAt'>, nowMs: number): number {
  const openedMs = Date.parse(openedAt);
  return period === 'all' ? openedMs : Math.max(nowMs - PERIODS[period], openedMs);
}

/**
 * What an account held from `fromMs` until now: exact, from one page of its statement, where that has every entry; otherwise the balance at
 * evenly spaced moments. 1 request, or 1 and `SAMPLES`.
 */
export async function readBalanceHistory(
  reads: Pick<LastroClient, 'statement' | 'balance'>,
  account: string,
  fromMs: number,
  nowMs: number,
): Promise<BalanceHistory> {
  const from = new Date(fromMs).toISOString();
  const statement = await reads.statement(account, { from, limit: ENTRIES_MAX });
  if (statement.nextCursor === undefined)
    return exactHistory(statement.entries, statement.openingBalance, fromMs, nowMs);
  const moments = momentsBetween(fromMs, nowMs, SAMPLES);
  const balances: number[] = [];
  for (let at = 0; at < moments.length; at += SAMPLES_AT_ONCE) {
    const some = moments.slice(at, at + SAMPLES_AT_ONCE);
    const answers = await Promise.all(some.map((ms) => reads.balance(account, new Date(ms).toISOString())));
    balances.push(...answers.map(({ balance }) => balance));
  }
  return { times: moments.map((ms) => ms / 1000), balances, from: { samples: SAMPLES } };
}

/** Each entry says the balance after it. */
export function exactHistory(
  newestFirst: readonly StatementEntry[],
  openingBalance: number,
  fromMs: number,
  nowMs: number,
): BalanceHistory {
  const entries = newestFirst.toReversed();
  const last = entries.at(-1)?.balance ?? openingBalance;
  return {
    times: [fromMs, ...entries.map(({ postedAt }) => Date.parse(postedAt)), nowMs].map((ms) => ms / 1000),
    balances: [openingBalance, ...entries.map(({ balance }) => balance), last],
    from: { entries: entries.length },
  };
}

/** Evenly spaced, with both ends. */
export function momentsBetween(fromMs: number, toMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) =>
    Math.round(fromMs + ((toMs - fromMs) * index) / (count - 1)),
  );
}
