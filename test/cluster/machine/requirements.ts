import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { QueueKind } from '../bank/queue-kind.ts';

const run = promisify(execFile);

/** Where Debian keeps the programs of PostgreSQL's versions; any from 15 on will do. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql/15/bin';

type Requirement = readonly [path: string, packageName: string];

/** Programs, and the Debian packages that they are in. */
const PROGRAMS: readonly Requirement[] = [
  [`${POSTGRES_PROGRAMS}/postgres`, 'postgresql-15'],
  ['/usr/bin/patroni', 'patroni'],
  ['/usr/bin/etcd', 'etcd-server'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/sbin/nft', 'nftables'],
];
const QUEUE_PROGRAMS: Readonly<Record<QueueKind, readonly Requirement[]>> = {
  embedded: [],
  rabbitmq: [['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server']],
};
const INSTALL = fileURLToPath(new URL('../../../scripts/install-debian-packages.sh', import.meta.url));
const INSTALL_TIMEOUT_MS = 300_000;
const INSTALL_OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

/** What stands against the test on this machine, in words; undefined: nothing does. Installs what is missing. */
export async function whyNotHere(
  queue: QueueKind,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root, for network namespaces';
  const namespaces = await run('unshare', ['--net', '--mount', '--pid', '--fork', 'true']).then(
    () => true,
    () => false,
  );
  if (!namespaces) return 'this machine gives no namespaces (unshare --net --mount --pid)';
  const needed = [...PROGRAMS, ...QUEUE_PROGRAMS[queue]];
  const missing = await missingPackages(needed);
  if (missing.length === 0) return undefined;
  onProgress(`installing ${missing.join(', ')}`);
  const fault = await install(missing);
  const left = await missingPackages(needed);
  return left.length === 0
    ? undefined
    : `Debian's packages are not here: ${left.join(', ')} (${fault ?? 'not installed'})`;
}

async function missingPackages(needed: readonly Requirement[]): Promise<string[]> {
  const found = await Promise.all(
    needed.map(async ([path, packageName]) => ((await isThere(path)) ? [] : [packageName])),
  );
  return found.flat();
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Why it could not be done, in words. */
async function install(packages: readonly string[]): Promise<string | undefined> {
  try {
    await run(INSTALL, [...packages], { timeout: INSTALL_TIMEOUT_MS, maxBuffer: INSTALL_OUTPUT_MAX_BYTES });
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
