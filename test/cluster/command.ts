import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { anySeed, positive } from '../faults/run/options.ts';
import type { QueueKind } from './bank/queue-kind.ts';
import { whyNotHere } from './machine/requirements.ts';
import { clusterReportText } from './report.ts';
import { type ClusterRunOptions, runCluster } from './run-cluster.ts';

const QUEUE_KINDS: readonly QueueKind[] = ['rabbitmq', 'embedded'];
const USAGE = `Usage: npm run test:cluster -- [options]
  --short         four faults at once: the primary, the queue's leader, a data and a business service killed
  --queue KIND    rabbitmq (default): RabbitMQ on three hosts; embedded: a queue for each business service, on its disk
  --rounds N      how often each fault strikes (default 1)
  --seed N        the order of faults and what the clients do (default: a random one)
  --clients N     client processes (default 2)
  --json FILE     also writes the report there
  --keep          keeps logs, journals and data also when nothing is wrong
Exit status: 0 when every promise was kept, or the machine cannot have the cluster, which is said; 1 when one was broken.`;

/** Everything is made inside these, and is gone with the process, however it ends. */
const OWN_NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: 'boolean', default: false },
      queue: { type: 'string', default: QUEUE_KINDS[0]! },
      rounds: { type: 'string', default: '1' },
      seed: { type: 'string', default: anySeed() },
      clients: { type: 'string', default: '2' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      inside: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const options = {
    short: values.short,
    queue: queueKind(values.queue),
    rounds: positive(values.rounds),
    seed: positive(values.seed),
    clients: positive(values.clients),
    keep: values.keep,
    onProgress: (text: string) => void process.stderr.write(`${text}\n`),
  };
  if (!values.inside) return runInside(args, options);
  const report = await runCluster(options);
  process.stdout.write(`${clusterReportText(report)}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return report.violationCount === 0 ? 0 : 1;
}

async function runInside(
  args: readonly string[],
  { queue, onProgress }: Pick<ClusterRunOptions, 'queue' | 'onProgress'>,
): Promise<number> {
  const why = await whyNotHere(queue, onProgress);
  if (why !== undefined) {
    process.stdout.write(`test:cluster is skipped: ${why}\n`);
    return 0;
  }
  const node = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...args, '--inside'];
  // The shell is the first process in there: it takes up what loses its parent.
  const child = spawn('unshare', [...OWN_NAMESPACES, 'bash', '-c', '"$@"; exit $?', 'bash', ...node], {
    stdio: 'inherit',
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status ?? 1;
}

function queueKind(text: string): QueueKind {
  const kind = QUEUE_KINDS.find((each) => each === text);
  if (kind === undefined) throw new Error(`--queue must be one of ${QUEUE_KINDS.join(', ')}`);
  return kind;
}

try {
  // What the cluster has left running ends with the namespace.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${USAGE}\n`,
  );
  process.exit(2);
}
