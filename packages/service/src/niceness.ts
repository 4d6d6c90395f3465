import { getPriority, setPriority } from 'node:os';

/**
 * How much a data service yields to the other processes of a bank on the same machine (nice(2): 0 is not at all, 19 the
 * most). It works in batches that grow while they wait; a client waits for each answer of a business service. On two
 * busy cores it more than halved the p99 until an operation is accepted, and cost no throughput (docs/BENCHMARKS.md).
 */
export const DATA_SERVICE_NICENESS = 10;

/** Has a process that was just started, and whatever it starts itself, yield to others so much; as much as this one, if that is more. */
export function makeNice(pid: number, niceness: number): void {
  try {
    setPriority(pid, Math.max(niceness, getPriority()));
  } catch {
    // It has ended already, or the system does not allow it: then it competes as an equal.
  }
}
