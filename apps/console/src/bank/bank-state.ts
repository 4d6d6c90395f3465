import type { System } from '@lastro/contract';

/**
 * The bank in one word. `accepting`: nobody reaches the ledger, and operations are taken all the same (I9). `impaired`: a part is down
 * and another does its work.
 */
export type BankState = 'unknown' | 'well' | 'accepting' | 'impaired' | 'unreachable';

/** By what the service says; `hasFailed`: it did not answer when it was asked last. */
export function bankStateOf(system: System | undefined, hasFailed: boolean): BankState {
  if (hasFailed) return 'unreachable';
  if (system === undefined) return 'unknown';
  const { businessServices, dataServices } = system;
  const reaching = dataServices.filter(({ state, report }) => state === 'up' && report?.database === 'up');
  if (reaching.length === 0) return 'accepting';
  const allUp =
    reaching.length === dataServices.length && businessServices.every(({ state }) => state === 'up');
  return allUp ? 'well' : 'impaired';
}
