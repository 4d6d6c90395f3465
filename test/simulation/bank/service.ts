import type { LedgerServer } from '../ledger/ledger-server.ts';
import type { Mutation } from '../mutations/mutation.ts';
import type { Network } from '../network/network.ts';
import type { World } from '../world/world.ts';
import type { BankSettings } from './settings.ts';

/** The ground that services stand on. */
export interface Ground {
  readonly world: World;
  readonly network: Network;
  readonly settings: BankSettings;
  readonly mutation: Mutation | undefined;
  /** The database. */
  readonly server: LedgerServer;
  /** Names of all data services. */
  readonly dataServices: readonly string[];
  readonly ledgerIsDown: boolean;
  /** How long a statement may take by itself, while the database is slow; 0 while it is not. */
  readonly statementMaxMs: number;
}

/** A service while it lives. */
export interface Service {
  /** Stops as on SIGTERM: what was taken is answered. */
  stop(): Promise<void>;
}
