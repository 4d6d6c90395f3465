import Table from 'cli-table3';
import type { CaseResult } from '../measure/measure-throughput.ts';
import type { Sample } from '../measure/sample.ts';
import { median } from '../statistics.ts';
import type { Machine } from './machine.ts';
import type { BenchReport } from './report.ts';
import type { Judged } from './targets.ts';

/** More than this much of the cores in use before the start is not a machine to measure on. */
const BUSY_SHARE = 0.25;

/** The report for people: tables, widest first. */
export function reportText(report: BenchReport): string {
  const { rounds, warmUpSeconds, measuredSeconds, accountCount, businessServices } = report.settings;
  const parts = [
    machineText(report.machine),
    `${rounds} alternating rounds of ${measuredSeconds} s after ${warmUpSeconds} s of warm-up; medians (lowest to highest). ` +
      `${count(accountCount)} accounts, ${businessServices} business services; the load generator shares the cores.`,
  ];
  if (report.throughput.length > 0) parts.push(throughputTable(report.throughput));
  if (report.latency.length > 0) parts.push(latencyTable(report.latency));
  const { drain, manyAccounts } = report;
  if (drain !== undefined)
    parts.push(
      `Backlog of ${count(drain.operations)}: accepted at ${count(drain.acceptedPerSecond)}/s with the data service down; ` +
        `all posted ${drain.seconds.toFixed(1)} s after its return (the first after ${drain.secondsToFirst.toFixed(1)} s): ${count(drain.perSecond)}/s`,
    );
  if (manyAccounts !== undefined)
    parts.push(
      `${count(manyAccounts.accountCount)} accounts, memory: ${Object.entries(manyAccounts.memory)
        .map(
          ([name, { nowMb, mappedMb, mostMb }]) =>
            `${name} ${nowMb.toFixed(0)} MB (${mappedMb.toFixed(0)} of them mapped files; most ${mostMb.toFixed(0)})`,
        )
        .join(', ')}`,
    );
  if (report.targets.length > 0) parts.push(targetTable(report.targets));
  return parts.join('\n\n');
}

export function machineText(machine: Machine): string {
  const settings = Object.entries(machine.postgresSettings).map(([name, value]) => `${name}=${value}`);
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}`,
    `Node.js ${machine.node}, PostgreSQL ${machine.postgres}, Lastro ${machine.commit ?? '(no git)'}; 8 KiB on disk in ${machine.diskSyncMicros} us`,
    settings.join(' '),
    ...(machine.loadAverage > BUSY_SHARE * machine.cores
      ? [
          `The machine was busy with other work (load ${machine.loadAverage.toFixed(1)}): do not quote these figures.`,
        ]
      : []),
  ].join('\n');
}

function throughputTable(results: readonly CaseResult[]): string {
  const table = newTable([
    'contender',
    'what',
    'per second',
    '',
    'p50 ms',
    'p99 ms',
    'cpu us each',
    'generator',
  ]);
  for (const { contender, says, perSecond, rounds } of results) {
    table.push([
      contender,
      says,
      count(perSecond.median),
      `${count(perSecond.min)} to ${count(perSecond.max)}${postedText(rounds)}`,
      milliseconds(rounds, (sample) => sample.latency?.p50Ms),
      milliseconds(rounds, (sample) => sample.latency?.p99Ms),
      processorText(rounds),
      percent(rounds),
    ]);
  }
  return `Throughput (closed loop: as much as is taken)\n${table.toString()}`;
}

function latencyTable(results: readonly CaseResult[]): string {
  const table = newTable([
    'contender',
    'what',
    'per second',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'generator late, p99 ms',
  ]);
  for (const { contender, says, perSecond, rounds } of results)
    table.push([
      contender,
      says,
      count(perSecond.median),
      milliseconds(rounds, (sample) => sample.latency?.p50Ms),
      milliseconds(rounds, (sample) => sample.latency?.p99Ms),
      milliseconds(rounds, (sample) => sample.latency?.p999Ms),
      milliseconds(rounds, (sample) => sample.lateness?.p99Ms),
    ]);
  return `Latency at half of the highest load (open loop: from when a request was due)\n${table.toString()}`;
}

function targetTable(targets: readonly Judged[]): string {
  const table = newTable(['goal', 'at least', 'aim', 'measured', 'reached']);
  for (const { what, unit, atLeast, aim, value, reached } of targets)
    table.push([what, figure(atLeast, unit), figure(aim, unit), figure(value, unit), reached]);
  return `Goals (ratios are medians of the rounds' ratios; ms and MB: at most)\n${table.toString()}`;
}

export function newTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((title) =>
      /per second|ms|cpu|generator|at least|aim|measured|times/.test(title) ? 'right' : 'left',
    ),
  });
}

/** Median over the rounds of what `of` takes from each; nothing when a round has none. */
function milliseconds(rounds: readonly Sample[], of: (sample: Sample) => number | undefined): string {
  const values = rounds.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? '' : median(values).toFixed(1);
}

function processorText(rounds: readonly Sample[]): string {
  const sums = rounds.flatMap(({ processorMicros }) =>
    processorMicros === undefined
      ? []
      : [Object.values(processorMicros).reduce((sum, micros) => sum + micros, 0)],
  );
  return sums.length === 0 ? '' : median(sums).toFixed(1);
}

function percent(rounds: readonly Sample[]): string {
  const parts = rounds.flatMap(({ generatorBusy }) => (generatorBusy === undefined ? [] : [generatorBusy]));
  return parts.length === 0 ? '' : `${(median(parts) * 100).toFixed(0)}%`;
}

function postedText(rounds: readonly Sample[]): string {
  const posted = rounds.flatMap(({ postedPerSecond }) =>
    postedPerSecond === undefined ? [] : [postedPerSecond],
  );
  return posted.length === 0 ? '' : ` (posted meanwhile: ${count(median(posted))})`;
}

function figure(value: number, unit: Judged['unit']): string {
  if (unit === '/s') return `${count(value)}/s`;
  if (unit === 'times') return `${value.toFixed(2)} times`;
  return `${value.toFixed(1)} ${unit}`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
