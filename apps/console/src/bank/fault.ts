import { LastroProblemError, LastroUnreachableError } from '@lastro/sdk';

/** What went wrong with a request, as far as a page treats it differently. */
export type Fault =
  /** Nothing answers: the service is down, or the network. */
  | { readonly kind: 'unreachable' }
  /** The service answers and the ledger behind it does not: operations are taken, and posted later (I9). */
  | { readonly kind: 'ledger_unreachable' }
  /** The key is not valid (any more). */
  | { readonly kind: 'refused_key' }
  /** Any other problem of the catalogue: all that the bank says, in English, and what is wrong with this very request. */
  | {
      readonly kind: 'problem';
      readonly code: string;
      readonly sentence: string;
      readonly detail: string | undefined;
    }
  /** A mistake of the console. */
  | { readonly kind: 'internal'; readonly sentence: string };

/** What `error`, thrown by a call to the bank, means. */
export function faultOf(error: unknown): Fault {
  if (error instanceof LastroUnreachableError) return { kind: 'unreachable' };
  if (!(error instanceof LastroProblemError)) return { kind: 'internal', sentence: String(error) };
  if (error.status === 401) return { kind: 'refused_key' };
  if (error.code === 'ledger_unavailable' || error.code === 'ledger_busy')
    return { kind: 'ledger_unreachable' };
  if (error.code === 'unexpected_answer' && error.status >= 502) return { kind: 'unreachable' };
  return { kind: 'problem', code: error.code, sentence: error.message, detail: error.detail };
}

/** Whether asking the same again may succeed by itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof LastroUnreachableError || (error instanceof LastroProblemError && error.retryable);
}
