import type { AccountBalance, Operation } from '@lastro/contract';
import type { Content } from '../../simulation/clients/wire-content.ts';

/** Where a request went when the SDK chose. */
export const ANY_HOST = 'any';

/**
 * What a client notes down, one line of JSON each, in the order in which it happened. A request has a number of the
 * client's own; `at` is milliseconds since 1970, by the machine's clock, which no fault moves.
 */
export type JournalEntry =
  | { readonly kind: 'request'; readonly request: number; readonly contents: readonly Content[] }
  /** Before it is sent, each time. */
  | { readonly kind: 'attempt'; readonly request: number; readonly host: string; readonly at: number }
  /** It was taken, or is final: one operation for each of the request. On disk before it is counted. */
  | {
      readonly kind: 'acknowledged';
      readonly request: number;
      readonly host: string;
      readonly at: number;
      readonly operations: readonly Operation[];
    }
  /** 4xx, but not a rejection: nothing of the request may ever be posted because of this attempt. */
  | {
      readonly kind: 'refused';
      readonly request: number;
      readonly host: string;
      readonly code: string;
      readonly owner?: Operation;
    }
  /** A 503 that says that nothing was taken, or a connection that was never made. */
  | { readonly kind: 'not taken'; readonly request: number; readonly host: string; readonly why: string }
  /** No answer, or none that settles it: it may have been taken. */
  | { readonly kind: 'in doubt'; readonly request: number; readonly host: string; readonly why: string }
  /** An answer that no service may ever give. */
  | { readonly kind: 'impossible'; readonly what: string }
  /** `after`: the newest sequence that this reader knew before it asked. */
  | {
      readonly kind: 'balance';
      readonly host: string;
      readonly after: number;
      readonly balance: AccountBalance;
    }
  /** Balances of a closed set of accounts, in one snapshot, as the data service gives it; they have one sequence. */
  | {
      readonly kind: 'snapshot';
      readonly host: string;
      readonly after: number;
      readonly balances: readonly (AccountBalance | null)[];
    }
  /** The same by one page of the list of accounts. */
  | { readonly kind: 'page'; readonly host: string; readonly accounts: number; readonly total: number }
  | {
      readonly kind: 'trial balance';
      readonly host: string;
      readonly after: number;
      readonly sequence: number;
      readonly balanced: boolean;
    }
  /** What `host` says of an operation that it has to know: it took it itself, or it is in the ledger (`posted`). */
  | {
      readonly kind: 'state';
      readonly host: string;
      readonly id: string;
      readonly posted: boolean;
      readonly operation: Operation | null;
    };
