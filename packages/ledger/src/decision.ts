import type { Parties, Posting } from './outcome.ts';
import type { Reason } from './reason.ts';

export interface Rejection {
  readonly reason: Reason;
}

/** What the rules decide about one operation. */
export type Decision =
  { readonly posting: Posting } | { readonly parties: Parties } | { readonly opened: true } | Rejection;
