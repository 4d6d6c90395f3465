import type { LedgerHead, TrialBalanceLine } from '../storage/store.ts';

/** How the engine under the ledger is. */
export interface EngineVitals {
  /** The instant by its clock, some time during the look. */
  readonly at: string;
  readonly sizeBytes: number;
  /** Standbys that are connected to it. */
  readonly standbys: number;
  /** When the newest backup of the ledger that is known of was taken; null: there is none. */
  readonly backupTakenAt: string | null;
}

/** What is read to show how the ledger is: apart from everything else, so that neither waits for the other. */
export interface SystemStore {
  /** @throws StoreUnavailableError */
  head(): Promise<LedgerHead>;
  /** Sums over every account, in one state. @throws StoreUnavailableError */
  trialBalance(): Promise<{ readonly sequence: number; readonly lines: readonly TrialBalanceLine[] }>;
  /** @throws StoreUnavailableError */
  vitals(): Promise<EngineVitals>;
  close(): Promise<void>;
}
