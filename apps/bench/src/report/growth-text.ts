import type { GrowthResult } from '../measure/measure-growth.ts';
import type { Machine } from './machine.ts';
import { count, machineText, newTable } from './tables.ts';

/** The growth of the ledger for people. */
export function growthText({
  machine,
  points,
  endAgainstFirstMillion,
}: GrowthResult & { machine: Machine }): string {
  const table = newTable(['operations', 'per second', 'commit ms', 'per commit', 'disk bytes each']);
  for (const { operations, perSecond, commitMs, operationsPerCommit, diskBytesPerOperation } of points)
    table.push([
      count(operations),
      count(perSecond),
      commitMs.toFixed(1),
      count(operationsPerCommit),
      count(diskBytesPerOperation),
    ]);
  return [
    machineText(machine),
    table.toString(),
    `Throughput at the end is ${endAgainstFirstMillion.toFixed(2)} times that at a million operations (goal: 0.85, aim: 0.95).`,
  ].join('\n\n');
}
