import { createHash } from 'node:crypto';
import type { HoldContent } from './operation.ts';

/** How a hold stands, and the number that is stored for it; a number is never given twice. */
export const HOLD_STATUSES = { open: 0, captured: 1, voided: 2, expired: 3 } as const;
export type HoldStatus = keyof typeof HOLD_STATUSES;

export const HOLD_STATUS_NAMES = Object.keys(HOLD_STATUSES) as readonly HoldStatus[];

/** The status stored under `number`, or `undefined` when this version does not know it. */
export function holdStatusOf(number: number): HoldStatus | undefined {
  return HOLD_STATUS_NAMES.find((name) => HOLD_STATUSES[name] === number);
}

/** Money that is reserved on an account for a payment to another, until it is captured, voided or expires. */
export interface Hold {
  /** Of the operation that made it. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly fromNumber: number;
  readonly toNumber: number;
  /** Minor units that it reserves while it is open. */
  readonly amount: number;
  /** RFC 3339, UTC; absent: never. */
  readonly expiresAt?: string | undefined;
  readonly status: HoldStatus;
  /** Minor units that were paid out of it. */
  readonly captured: number;
  readonly openedSequence: number;
  /** Of the operation that ended it; 0 while it is open. */
  readonly closedSequence: number;
}

/** When a hold that is posted at `postedAt` (RFC 3339, UTC) is over; `undefined`: never. */
export function expiryOf(content: HoldContent, postedAt: string): string | undefined {
  if (content.expiresIn === undefined) return undefined;
  return new Date(Date.parse(postedAt) + content.expiresIn * 1000).toISOString();
}

/**
 * The id of the operation by which the bank ends a hold: a UUID of version 8 (RFC 9562, for uses of one's own), which
 * no client can send, derived from the hold's id. So a hold expires once, whoever notices and however often (I2).
 */
export function expiryIdOf(holdId: string): string {
  const digits = createHash('sha256').update(`lastro expiry ${holdId}`).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
