import type { VerificationRow } from '../measure/measure-verification.ts';
import type { Machine } from './machine.ts';
import { count, machineText, newTable } from './tables.ts';

const MEBIBYTE = 2 ** 20;

/** The measured verifications for people. */
export function verificationText(machine: Machine, rows: readonly VerificationRow[]): string {
  const table = newTable([
    'verified',
    'operations',
    'accounts',
    'seconds',
    'per second',
    'processor s',
    'peak MiB',
    'written/s',
  ]);
  for (const {
    what,
    operations,
    accounts,
    seconds,
    operationsPerSecond,
    processorSeconds,
    peakBytes,
    writtenPerSecond,
  } of rows)
    table.push([
      what,
      count(operations),
      count(accounts),
      seconds.toFixed(2),
      count(operationsPerSecond),
      processorSeconds.toFixed(2),
      count(peakBytes / MEBIBYTE),
      count(writtenPerSecond),
    ]);
  return [machineText(machine), table.toString()].join('\n\n');
}
