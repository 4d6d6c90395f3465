import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian keeps the programs of PostgreSQL's versions; any from 15 on will do. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql/15/bin';

/** Programs, and the Debian packages that they are in. */
const PROGRAMS: readonly (readonly [path: string, packageName: string])[] = [
  [`${POSTGRES_PROGRAMS}/postgres`, 'postgresql-15'],
  ['/usr/bin/patroni', 'patroni'],
  ['/usr/bin/etcd', 'etcd-server'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/sbin/nft', 'nftables'],
];
const INSTALL_TIMEOUT_MS = 300_000;
const POLICY = '/usr/sbin/policy-rc.d';

/** What stands against the test on this machine, in words; undefined: nothing does. Installs what is missing. */
export async function whyNotHere(onProgress: (text: string) => void): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root, for network namespaces';
  const namespaces = await run('unshare', ['--net', '--mount', '--pid', '--fork', 'true']).then(
    () => true,
    () => false,
  );
  if (!namespaces) return 'this machine gives no namespaces (unshare --net --mount --pid)';
  const missing = await missingPackages();
  if (missing.length === 0) return undefined;
  onProgress(`installing ${missing.join(', ')}`);
  const fault = await install(missing);
  const left = await missingPackages();
  return left.length === 0
    ? undefined
    : `Debian's packages are not here: ${left.join(', ')} (${fault ?? 'not installed'})`;
}

async function missingPackages(): Promise<string[]> {
  const found = await Promise.all(
    PROGRAMS.map(async ([path, packageName]) => ((await isThere(path)) ? [] : [packageName])),
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
  // A server that is installed is started, and a cluster made for it, unless someone says no.
  const script = `
    set -e
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/lastro-test.conf
    test -e ${POLICY} || { printf '#!/bin/sh\\nexit 101\\n' > ${POLICY}; chmod +x ${POLICY}; trap 'rm -f ${POLICY}' EXIT; }
    apt-get update -q
    apt-get install -qy --no-install-recommends "$@"
    rm -f /etc/postgresql-common/createcluster.d/lastro-test.conf`;
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('bash', ['-c', script, 'install', ...packages], { timeout: INSTALL_TIMEOUT_MS, env });
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
