import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltImage, ImageRoots, run, runIn } from './image-root.ts';

/**
 * Builds what the Dockerfiles say without a container engine: their very steps, in clean Debian roots made by debootstrap. Runs the
 * image of the services as an engine would, by its user, on a root that is read only; and with `--cluster` the whole of
 * compose.cluster.yaml, of which it then kills hosts. For root on Debian or Ubuntu.
 *
 *   npm run check:image [-- --cluster] [-- --keep]
 */
const REPOSITORY = join(import.meta.dirname, '..');
const keep = process.argv.includes('--keep');
const withCluster = process.argv.includes('--cluster');

const say = (text: string) => process.stdout.write(`${text}\n`);
const why = whyNot();
if (why !== undefined) {
  say(`skipped: ${why}`);
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'lastro-image-'));
try {
  checkImages(directory);
} finally {
  if (keep) say(`the roots are in ${directory}`);
  else rmSync(directory, { recursive: true, force: true });
}

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may change its root directory';
  if (spawnSync('debootstrap', ['--version']).error !== undefined) return 'debootstrap is not installed';
  return undefined;
}

function checkImages(work: string): void {
  const roots = new ImageRoots(work);
  const lastro = roots.build(join(REPOSITORY, 'Dockerfile'), 'lastro');
  say(`the image of the services adds ${lastro.sizeMib} MiB to what it begins with`);
  runReadOnly(lastro);
  const postgres = roots.build(join(REPOSITORY, 'deploy/postgres/Dockerfile'), 'lastro-postgres');
  say(`the image of the database hosts adds ${postgres.sizeMib} MiB to Debian`);
  if (!withCluster) return;
  // Of the official image there is none here.
  const rabbit = roots.copyOf('debian:bookworm-slim', 'rabbitmq');
  runIn(
    rabbit,
    'apt-get update -q && apt-get install -qy --no-install-recommends rabbitmq-server && rabbitmq-plugins --offline enable rabbitmq_management',
  );
  const images = {
    lastro,
    'lastro-postgres': postgres,
    'rabbitmq:4-management': { root: rabbit, steps: [], sizeMib: 0 },
  };
  checkCluster(work, images);
}

/** Everything of it is in namespaces of its own, and is gone with them. */
function checkCluster(work: string, images: Readonly<Record<string, BuiltImage>>): void {
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = [process.execPath, ...process.execArgv, join(import.meta.dirname, 'check-cluster.ts')];
  const args = [work, JSON.stringify(images)];
  run('unshare', [...namespaces, 'bash', '-c', '"$@"; exit $?', 'bash', ...program, ...args]);
}

/** Runs what the image starts, by its user, with nothing writable but its volume. */
function runReadOnly({ root, steps }: BuiltImage): void {
  const user = steps.find(({ name }) => name === 'USER')!.rest;
  const volume = steps.find(({ name }) => name === 'VOLUME')!.rest;
  const variables = steps.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/));
  const checks = [
    'test "$(id -u)" = 1000',
    '! touch /opt/lastro/written 2>/dev/null',
    `touch ${volume}/written && rm ${volume}/written`,
    'lastro --help | grep -q "lastro"',
    // A service without a ledger: it accepts, it is healthy, and it ends by a signal, itself as the process that was started.
    'export LASTRO_BUSINESS_ID=business-1 LASTRO_BUSINESS_KEY=0123456789abcdef LASTRO_ADMIN_KEY=0123456789abcdef',
    'export LASTRO_DATA_URL=http://127.0.0.1:9 LASTRO_PORT=17400 LASTRO_HOST=127.0.0.1',
    'lastro business > /tmp/log & service=$!',
    'for i in $(seq 100); do node /opt/lastro/deploy/healthcheck.js && break; sleep 0.2; done',
    'node /opt/lastro/deploy/healthcheck.js',
    'node -e "fetch(\'http://127.0.0.1:17400/\').then((answer) => process.exit(answer.status === 200 ? 0 : 1))"',
    `node -e "fetch('http://127.0.0.1:17400/v1/deposits',{method:'POST',headers:{authorization:'Bearer 0123456789abcdef','content-type':'application/json'},body:JSON.stringify({account:'a',amount:1})}).then((answer) => process.exit(answer.status === 202 ? 0 : 1))"`,
    'tr "\\0" " " < /proc/$service/cmdline | grep -q "^node --max-semi-space-size"',
    'kill -TERM $service; wait $service',
    'grep -q stopped /tmp/log',
    // The image is as it was built.
    `rm -r ${volume}/queue`,
  ].join('\n');
  const script = [
    `mount --bind '${root}' '${root}'`,
    `mount -t proc proc '${root}/proc'`,
    `mount --bind '${root}${volume}' '${root}${volume}'`,
    `mount -t tmpfs tmpfs '${root}/tmp'; mount --rbind /dev '${root}/dev'`,
    `mount -o remount,ro,bind '${root}'`,
    `exec chroot --userspec='${user}' '${root}' /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "$@"`,
  ].join('\n');
  run('unshare', ['--mount', 'sh', '-ec', script, 'sh', ...variables, 'sh', '-ec', checks]);
  say('it runs read only, without root, and stops when it is told to');
}
