import { writeFile } from 'node:fs/promises';
import { styleText, parseArgs } from 'node:util';
import { findPlant, PLANTS } from './plants.ts';
import { reportText } from './report.ts';
import { anySeed, positive } from './run/options.ts';
import { type Progress, runFaults } from './run-faults.ts';

const USAGE = `Usage: npm run test:faults -- [options]
  --minutes N     how long faults are injected (default 1)
  --seconds N     the same in seconds
  --seed N        the schedule of faults and what the clients do (default: a random one)
  --clients N     client processes (default 3)
  --json FILE     also writes the report there
  --keep          keeps logs, journals and data also when nothing is wrong
  --plant NAME    puts a known bug in, which must be found: ${PLANTS.map(({ name }) => name).join(', ')}`;

const isTerminal = process.stderr.isTTY;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: anySeed() },
      clients: { type: 'string', default: '3' },
      json: { type: 'string' },
      plant: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const options = {
    seconds: values.seconds === undefined ? positive(values.minutes) * 60 : positive(values.seconds),
    seed: positive(values.seed),
    clients: positive(values.clients),
    plant: findPlant(values.plant),
    keep: values.keep,
    signal: stopping.signal,
    onProgress: progressLine(),
  };
  const report = await runFaults(options);
  if (isTerminal) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${reportText(report)}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return report.violationCount === 0;
}

/** One line that is written over on a terminal; elsewhere a new one now and then. */
function progressLine(): (progress: Progress) => void {
  const everyMs = 10_000;
  let next = 0;
  return ({ phase, elapsedMs, faults, acknowledged, reads }) => {
    const line = `${(elapsedMs / 1000).toFixed(0)} s, ${phase}: ${faults} faults, ${acknowledged} acknowledged, ${reads} reads`;
    if (isTerminal) process.stderr.write(`\r\u001b[K${styleText('dim', line)}`);
    else if (elapsedMs >= next) {
      process.stderr.write(`${line}\n`);
      next = elapsedMs + everyMs;
    }
  };
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${USAGE}\n`,
  );
  process.exitCode = 2;
}
