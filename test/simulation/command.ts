import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { findMutation } from './mutations/mutations.ts';
import { runMutations } from './mutations/run-mutations.ts';
import { runSeed } from './run-seed.ts';
import { describeFailure, runSeeds } from './run-seeds.ts';
import { Coverage, type FaultKind } from './world/faults.ts';

/** From so many seeds on, a fault that never happened is a failure of the simulation itself. */
const SEEDS_FOR_FULL_COVERAGE = 1_000;
const USAGE = `Usage: npm run test:simulation -- [options]
  --seeds N          how many seeds (default 1000)
  --from S           the first seed (default 1)
  --workers N        processes to share the seeds (default: one for each core)
  --mutations        check instead that every known mutation is caught
  --mutation NAME    run the seeds with this bug put in
  --trace            print every event (one seed)`;

/** What a worker process tells the one that started it. */
interface WorkerReport {
  readonly seeds: number;
  readonly events: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly simulatedMs: number;
  readonly counts: readonly (readonly [FaultKind, number])[];
  readonly failures: readonly string[];
}

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly workers: number;
  readonly mutation: string | undefined;
}

const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      mutation: { type: 'string' },
      mutations: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(USAGE);
    return true;
  }
  const [seeds, from, workers] = [values.seeds, values.from, values.workers].map(positive) as [
    number,
    number,
    number,
  ];
  if (values.trace) return trace(from, values.mutation);
  if (values.mutations) return runMutations(print);
  const options = { seeds, from, workers: Math.min(workers, seeds), mutation: values.mutation };
  return process.send === undefined ? await lead(options) : await work(options);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`'${text}' is not a whole number from 1 up`);
  return value;
}

async function trace(seed: number, mutationName: string | undefined): Promise<boolean> {
  const mutation = findMutation(mutationName);
  const report = await runSeed(seed, { mutation, onEvent: print });
  print(report.problems.length === 0 ? `seed ${seed} holds` : describeFailure(report, mutation));
  print(`digest of ${report.events} events: ${report.digest}`);
  return report.problems.length === 0;
}

/** Runs its part of the seeds, and reports by message; stays until that is taken, as a long one may still be on its way at the exit. */
async function work({ seeds, from, mutation: name }: Options): Promise<boolean> {
  const mutation = findMutation(name);
  const report = await runSeeds(from, seeds, { ...(mutation && { mutation }) });
  const { coverage, failed, ...sums } = report;
  const failures = failed.map((failure) => describeFailure(failure, mutation));
  const taken = once(process, 'disconnect');
  process.send!({ ...sums, counts: coverage.counts, failures } satisfies WorkerReport);
  await taken;
  return true;
}

/** Shares the seeds among worker processes and sums up. */
async function lead({ seeds, from, workers, mutation }: Options): Promise<boolean> {
  const startedAtMs = performance.now();
  const isDeterministic = await replaysExactly(from, mutation);
  const shares = Array.from({ length: workers }, (_, index) => {
    const start = Math.floor((seeds * index) / workers);
    return { from: from + start, seeds: Math.floor((seeds * (index + 1)) / workers) - start };
  });
  const reports = await Promise.all(shares.map((share) => runWorker(share, mutation)));
  const failures = reports.flatMap((report) => report.failures);
  for (const failure of failures) print(`${failure}\n`);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const coverage = new Coverage();
  for (const [kind, times] of reports.flatMap(({ counts }) => counts)) coverage.count(kind, times);
  printSummary(reports, coverage, seconds);
  print(
    `${seeds} seeds from ${from}: ${failures.length} failed. Seed ${from} twice: ${isDeterministic ? 'the same' : 'DIFFERENT'} events.`,
  );
  const isCovered = coverage.missing.length === 0 || seeds < SEEDS_FOR_FULL_COVERAGE;
  if (coverage.missing.length > 0) print(`never happened: ${coverage.missing.join(', ')}`);
  return failures.length === 0 && isDeterministic && isCovered;
}

async function replaysExactly(seed: number, mutationName: string | undefined): Promise<boolean> {
  const mutation = findMutation(mutationName);
  const [first, second] = [await runSeed(seed, { mutation }), await runSeed(seed, { mutation })];
  return first.digest === second.digest;
}

function runWorker(
  share: { from: number; seeds: number },
  mutation: string | undefined,
): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const args = ['--from', String(share.from), '--seeds', String(share.seeds)];
    // The child inherits this process's loader and conditions.
    const child = fork(process.argv[1]!, mutation === undefined ? args : [...args, '--mutation', mutation]);
    child.once('message', (report) => {
      resolve(report as WorkerReport);
      child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a worker ended with status ${code}`)));
  });
}

function printSummary(reports: readonly WorkerReport[], coverage: Coverage, seconds: number): void {
  const sum = (field: 'events' | 'operations' | 'acknowledged' | 'simulatedMs') =>
    reports.reduce((total, report) => total + report[field], 0);
  for (const [kind, times] of coverage.counts) print(`${String(times).padStart(10)}  ${kind}`);
  print(
    `${sum('events')} events in ${(sum('simulatedMs') / 60_000).toFixed(0)} simulated minutes, ${seconds.toFixed(0)} s of real time; ` +
      `${sum('operations')} operations in the ledgers, ${sum('acknowledged')} acknowledgements seen by clients`,
  );
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
