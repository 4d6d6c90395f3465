import type { Outcome } from '../faults/run/outcome.ts';
import { outcomeRows, violationRows } from '../faults/run/outcome-rows.ts';
import type { QueueKind } from './bank/queue-kind.ts';

/** Faults that struck at once, and how long the bank took to get over them. */
export interface WaveReport {
  readonly struck: readonly { readonly kind: string; readonly target: string }[];
  /** The longest time without a commit, from the first fault until all was whole again. */
  readonly commitStallMs: number;
  /** The longest time without an acknowledgement to any client, in the same time. */
  readonly acknowledgementStallMs: number;
  /** From the end of the faults until every host was whole again. */
  readonly wholeAfterMs: number;
  /** The host, if there was one, that had to be started again by hand for that. */
  readonly startedAgain: string | undefined;
}

/** What a run came to. */
export interface ClusterReport extends Outcome {
  readonly seed: number;
  readonly queue: QueueKind;
  readonly clients: number;
  /** How long each part of the run took. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly waves: readonly WaveReport[];
}

const QUEUES: Readonly<Record<QueueKind, string>> = {
  rabbitmq: 'RabbitMQ on 3 hosts',
  embedded: 'embedded queues',
};
const KIND_WIDTH = 42;
const TARGET_WIDTH = 38;

/** The report for people. */
export function clusterReportText(report: ClusterReport): string {
  const { waves, phases, seed, queue, clients } = report;
  const count = waves.reduce((sum, { struck }) => sum + struck.length, 0);
  const lines = [
    `${count} faults, seed ${seed}: PostgreSQL on 3 hosts, ${QUEUES[queue]}, 2 data services, 2 business services, ${clients} clients`,
    `in seconds: ${phases.map(({ name, seconds }) => `${name} ${seconds}`).join(', ')}`,
    `${'fault'.padEnd(KIND_WIDTH)}${'on'.padEnd(TARGET_WIDTH)}no commit  no answer  whole again after`,
    ...waves.flatMap(waveRows),
    '',
    ...outcomeRows(report),
    ...violationRows(report),
  ];
  return lines.join('\n');
}

/** What struck at once is in lines of its own, with the times in the last. */
function waveRows({
  struck,
  commitStallMs,
  acknowledgementStallMs,
  wholeAfterMs,
  startedAgain,
}: WaveReport): string[] {
  const times = [commitStallMs, acknowledgementStallMs, wholeAfterMs].map(seconds).join('  ');
  const rows = struck.map(({ kind, target }, index) => {
    const isLast = index === struck.length - 1;
    const row = `${kind.padEnd(KIND_WIDTH)}${target.padEnd(TARGET_WIDTH)}`;
    return isLast ? row + times : `${row.trimEnd()}, and`;
  });
  return startedAgain === undefined ? rows : [...rows, `  ${startedAgain} had to be started again by hand`];
}

function seconds(timeMs: number): string {
  return `${(timeMs / 1000).toFixed(1)} s`.padStart(9);
}
