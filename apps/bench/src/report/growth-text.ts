import type { GrowthPoint } from '../measure/growing-bank.ts';
import type { GrowthResult, GrowthRound } from '../measure/measure-growth.ts';
import { median } from '../statistics.ts';
import type { Machine } from './machine.ts';
import { count, machineText, newTable } from './tables.ts';

/** The growth of the ledger for people. */
export function growthText({
  machine,
  points,
  rounds,
  endAgainstFirstMillion: { median: times, min, max },
}: GrowthResult & { machine: Machine }): string {
  const sizes = (['large', 'small'] as const).map((size) =>
    count(median(rounds.map((round) => round[size].operations))),
  );
  return [
    machineText(machine),
    `While it was filled\n${pointTable(points.map((point) => ['', point]))}`,
    `Side by side, in alternating rounds\n${pointTable(
      rounds.flatMap(({ large, small }) => [
        ['large', large],
        ['small', small],
      ]),
    )}`,
    `Throughput at ${sizes[0]} operations is ${times.toFixed(2)} times that at ${sizes[1]} ` +
      `(goal: 0.85, aim: 0.95); median of ${rounds.length} rounds' ratios, ${min.toFixed(2)} to ${max.toFixed(2)}.`,
    ...processorText(rounds),
  ].join('\n\n');
}

type NamedPoint = readonly [name: string, point: GrowthPoint];

function pointTable(points: readonly NamedPoint[]): string {
  const named = points.some(([name]) => name !== '');
  const table = newTable([
    ...(named ? ['ledger'] : []),
    'operations',
    'per second',
    'commit ms',
    'per commit',
    'disk bytes each',
    'cpu us each',
  ]);
  for (const [name, point] of points)
    table.push([
      ...(named ? [name] : []),
      count(point.operations),
      count(point.perSecond),
      point.commitMs.toFixed(1),
      count(point.operationsPerCommit),
      count(point.diskBytesPerOperation),
      point.processorMicros === undefined ? '' : sum(point.processorMicros).toFixed(1),
    ]);
  return table.toString();
}

/** What each process takes for an operation, large against small: which part it is that grows. */
function processorText(all: readonly GrowthRound[]): string[] {
  // Where nothing was answered, nothing is known of an operation's time.
  const rounds = all.filter(({ large, small }) => large.processorMicros && small.processorMicros);
  const processes = processesOf(rounds);
  if (processes.length === 0) return [];
  const table = newTable(['processor time', 'large, cpu us each', 'small, cpu us each', 'times']);
  const add = (name: string, of: (point: GrowthPoint) => number): void => {
    const [large, small] = (['large', 'small'] as const).map((size) =>
      median(rounds.map((round) => of(round[size]))),
    ) as [number, number];
    table.push([name, large.toFixed(1), small.toFixed(1), small > 0 ? (large / small).toFixed(2) : '']);
  };
  for (const process of processes) add(process, ({ processorMicros }) => processorMicros?.[process] ?? 0);
  add('all', ({ processorMicros = {} }) => sum(processorMicros));
  return [`Processor time of an operation, medians of the rounds\n${table.toString()}`];
}

function processesOf(rounds: readonly GrowthRound[]): string[] {
  const names = rounds.flatMap(({ large, small }) =>
    [large, small].flatMap(({ processorMicros = {} }) => Object.keys(processorMicros)),
  );
  return [...new Set(names)];
}

function sum(micros: Readonly<Record<string, number>>): number {
  return Object.values(micros).reduce((total, used) => total + used, 0);
}
