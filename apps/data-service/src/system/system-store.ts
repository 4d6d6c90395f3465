import type { LedgerHead, TrialBalanceLine } from '../storage/store.ts';

/** What is read to show how the ledger is: apart from everything else, so that neither waits for the other. */
export interface SystemStore {
  /** @throws StoreUnavailableError */
  head(): Promise<LedgerHead>;
  /** Sums over every account, in one state. @throws StoreUnavailableError */
  trialBalance(): Promise<{ readonly sequence: number; readonly lines: readonly TrialBalanceLine[] }>;
  close(): Promise<void>;
}
