import { runSeeds } from '../run-seeds.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** A mutation that so many seeds do not catch has slipped through. */
export const SEEDS_MAX = 300;

/** Runs seeds with the bug put in until one fails; how many that took and what was found, or `undefined`. */
export async function catchMutation(
  mutation: Mutation,
): Promise<{ readonly seeds: number; readonly problem: string } | undefined> {
  const { seeds, failed } = await runSeeds(1, SEEDS_MAX, { mutation, failuresMax: 1 });
  const problem = failed[0]?.problems[0];
  return problem === undefined ? undefined : { seeds, problem };
}

/** Tries every mutation, and says how many seeds each one took. Whether all were caught. */
export async function runMutations(print: (line: string) => void): Promise<boolean> {
  let allCaught = true;
  for (const mutation of MUTATIONS) {
    const caught = await catchMutation(mutation);
    allCaught &&= caught !== undefined;
    print(
      caught === undefined
        ? `NOT CAUGHT in ${SEEDS_MAX} seeds: ${mutation.name}: ${mutation.bug}`
        : `${mutation.name}: caught by ${caught.seeds === 1 ? 'the first seed' : `seed ${caught.seeds}`}: ${caught.problem.slice(0, 160)}`,
    );
  }
  print(allCaught ? `all ${MUTATIONS.length} mutations are caught` : 'some mutations were not caught');
  return allCaught;
}
