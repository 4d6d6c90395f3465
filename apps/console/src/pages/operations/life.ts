import type { CommittedBatch, Hold, Operation, Reversals } from '@lastro/contract';

/** One thing that happened to an operation, or that it waits for. */
export type LifeStep =
  | { readonly name: 'accepted'; readonly at: string }
  /** `endAt` absent: it still waits. */
  | { readonly name: 'queued'; readonly startAt: string; readonly endAt: string | undefined }
  | { readonly name: 'batch'; readonly at: string; readonly batch: number }
  | { readonly name: 'posted' | 'rejected'; readonly at: string; readonly sequence: number }
  | { readonly name: 'held'; readonly expiresAt: string | undefined }
  | { readonly name: 'captured' | 'voided' | 'expired'; readonly at: string }
  | { readonly name: 'reversed'; readonly at: string; readonly by: Operation };

/** What happened to an operation, in turn: from the moment that it was on the disk of a business service (I1). */
export function lifeOf(
  operation: Operation,
  hold: Hold | undefined,
  reversals: Reversals | undefined,
): readonly LifeStep[] {
  const { acceptedAt, postedAt, batch, sequence, status } = operation;
  const taken: readonly LifeStep[] = [
    { name: 'accepted', at: acceptedAt },
    { name: 'queued', startAt: acceptedAt, endAt: postedAt },
  ];
  if (postedAt === undefined || batch === undefined || sequence === undefined || status === 'accepted')
    return taken;
  return [
    ...taken,
    { name: 'batch', at: postedAt, batch },
    { name: status, at: postedAt, sequence },
    ...endOf(hold),
    ...(reversals?.reversals ?? []).map((by) => reversed(by)),
  ];
}

function endOf(hold: Hold | undefined): readonly LifeStep[] {
  if (hold?.status === 'open') return [{ name: 'held', expiresAt: hold.expiresAt }];
  return hold?.closedAt === undefined ? [] : [{ name: hold.status, at: hold.closedAt }];
}

function reversed(by: Operation): LifeStep {
  return { name: 'reversed', at: by.postedAt ?? by.acceptedAt, by };
}

/** From one instant to another; the clocks of two machines may disagree, and no time is negative. */
export function durationMs(from: string, to: string): number {
  return Math.max(Date.parse(to) - Date.parse(from), 0);
}

/** The two entries of a movement of money: out of one account, into another. */
export interface Movement {
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly currency: string;
}

const MOVES: ReadonlySet<Operation['type']> = new Set([
  'deposit',
  'withdrawal',
  'transfer',
  'capture',
  'reversal',
]);

/** What a posted operation has moved; `undefined`: nothing. Cash comes from the bank's own account of its currency. */
export function movementOf(operation: Operation): Movement | undefined {
  const { type, status, account, from, to, amount, currency } = operation;
  if (status !== 'posted' || !MOVES.has(type) || amount === undefined || currency === undefined)
    return undefined;
  const cash = `@cash.${currency}`;
  const debit = from ?? (type === 'withdrawal' ? account : cash);
  const credit = to ?? (type === 'deposit' ? account : cash);
  return debit === undefined || credit === undefined ? undefined : { debit, credit, amount, currency };
}

/** Types that can be moved back; a test holds this to the ledger. */
export const REVERSIBLE: ReadonlySet<Operation['type']> = new Set([
  'deposit',
  'withdrawal',
  'transfer',
  'capture',
]);

/** Neighbours that are shown on each side. */
export const NEIGHBOURS = 5;

/** Where the page of a batch begins that has a few neighbours before an operation; `undefined`: it is the first page. */
export function neighboursCursor(
  { firstSequence }: Pick<CommittedBatch, 'firstSequence'>,
  sequence: number,
): string | undefined {
  const first = sequence - NEIGHBOURS;
  return first > firstSequence ? String(first) : undefined;
}
