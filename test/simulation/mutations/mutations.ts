import { LEDGER_MUTATIONS } from './ledger-mutations.ts';
import type { Mutation } from './mutation.ts';
import { QUEUE_MUTATIONS } from './queue-mutations.ts';

/** Every bug that the simulator is known to find. */
export const MUTATIONS: readonly Mutation[] = [...QUEUE_MUTATIONS, ...LEDGER_MUTATIONS];
