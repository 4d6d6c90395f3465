import { DRY_RUN_MUTATIONS } from './dry-run-mutations.ts';
import { EXCHANGE_MUTATIONS } from './exchange-mutations.ts';
import { HOLD_MUTATIONS } from './hold-mutations.ts';
import { LEDGER_MUTATIONS } from './ledger-mutations.ts';
import type { Mutation } from './mutation.ts';
import { QUEUE_MUTATIONS } from './queue-mutations.ts';

/** Every bug that the simulator is known to find. */
export const MUTATIONS: readonly Mutation[] = [
  ...QUEUE_MUTATIONS,
  ...LEDGER_MUTATIONS,
  ...HOLD_MUTATIONS,
  ...EXCHANGE_MUTATIONS,
  ...DRY_RUN_MUTATIONS,
];

/** @throws Error for a name that no mutation has. */
export function findMutation(name: string | undefined): Mutation | undefined {
  if (name === undefined) return undefined;
  const mutation = MUTATIONS.find((candidate) => candidate.name === name);
  if (mutation === undefined)
    throw new Error(`there is no mutation '${name}': ${MUTATIONS.map((each) => each.name).join(', ')}`);
  return mutation;
}
