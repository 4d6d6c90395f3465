import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Instruction, isInContext, readDockerfile } from './image-steps.ts';

/**
 * Builds what the Dockerfile says without a container engine: its very steps, in a clean Debian root made by debootstrap, and
 * runs the result as an engine would: by its user, on a root that is read only. For root on Debian or Ubuntu.
 *
 *   npm run check:image [-- --keep]
 */
const REPOSITORY = join(import.meta.dirname, '..');
const SUITE = 'bookworm';
const keep = process.argv.includes('--keep');

const say = (text: string) => process.stdout.write(`${text}\n`);
const why = whyNot();
if (why !== undefined) {
  say(`skipped: ${why}`);
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'lastro-image-'));
try {
  checkImage(directory);
} finally {
  if (keep) say(`the roots are in ${directory}`);
  else rmSync(directory, { recursive: true, force: true });
}

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may change its root directory';
  if (spawnSync('debootstrap', ['--version']).error !== undefined) return 'debootstrap is not installed';
  return undefined;
}

function checkImage(work: string): void {
  const { version, stages } = readDockerfile(readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8'));
  const base = join(work, 'base');
  makeBase(base, version);
  const roots = stages.map((stage, index) => {
    const root = join(work, `stage-${index}`);
    execFileSync('cp', ['-a', base, root]);
    return { name: stage.name, root };
  });
  for (const [index, stage] of stages.entries()) {
    const { root } = roots[index]!;
    let workdir = '/';
    for (const step of stage.steps) {
      if (step.name === 'WORKDIR') workdir = step.rest;
      if (step.name === 'WORKDIR') mkdirSync(join(root, workdir), { recursive: true });
      if (step.name === 'COPY') copy(step, join(root, workdir), root, roots);
      if (step.name === 'RUN') runIn(root, workdir, step.rest);
    }
  }
  const last = stages.at(-1)!;
  const image = roots.at(-1)!.root;
  say(`the image adds ${sizeMib(image) - sizeMib(base)} MiB to ${SUITE} with Node ${version}`);
  runReadOnly(image, last.steps);
}

/** A clean Debian with Node, as the official image has it: from the registry, by the npm that is installed here. */
function makeBase(root: string, version: string): void {
  const ready = process.env['LASTRO_DEBIAN_ROOT'];
  if (ready === undefined)
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', SUITE, root]);
  else execFileSync('cp', ['-a', ready, root]);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const packages = join(root, 'tmp');
  for (const name of [`node-linux-${architecture}@${version}`, 'npm@11']) {
    run('npm', ['pack', '--silent', '--pack-destination', packages, name]);
  }
  for (const archive of readdirSync(packages).filter((name) => name.endsWith('.tgz'))) {
    const target = join(root, archive.startsWith('npm-') ? 'usr/local/lib/node_modules/npm' : 'usr/local');
    mkdirSync(target, { recursive: true });
    run('tar', ['-xzf', join(packages, archive), '-C', target, '--strip-components=1']);
    rmSync(join(packages, archive));
  }
  for (const tool of ['npm', 'npx']) {
    run('ln', ['-sf', `../lib/node_modules/npm/bin/${tool}-cli.js`, join(root, 'usr/local/bin', tool)]);
  }
  run('groupadd', ['-R', root, '-g', '1000', 'node']);
  run('useradd', ['-R', root, '-u', '1000', '-g', '1000', 'node']);
}

function copy(
  step: Instruction,
  target: string,
  root: string,
  roots: readonly { readonly name: string | undefined; readonly root: string }[],
): void {
  const words = step.rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  if (from === undefined) {
    const ignore = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8');
    cpSync(REPOSITORY, target, {
      recursive: true,
      filter: (path) => isInContext(path.slice(REPOSITORY.length + 1), ignore),
    });
    return;
  }
  const source = join(roots.find(({ name }) => name === from)!.root, words[0]!);
  mkdirSync(dirname(join(root, words[1]!)), { recursive: true });
  execFileSync('cp', ['-a', source, join(root, words[1]!)]);
}

function runIn(root: string, workdir: string, command: string): void {
  say(`RUN ${command.split('\n')[0]!.slice(0, 100)}`);
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  // Names and certificates of the network outside are no part of the image: they go again with the mount namespace.
  const outside = ['/etc/resolv.conf', '/etc/hosts', ...(certificates === undefined ? [] : [certificates])];
  const mounts = outside
    .filter((file) => existsSync(file))
    .map(
      (file) =>
        `mkdir -p '${root}${dirname(file)}'; touch '${root}${file}'; mount --bind '${file}' '${root}${file}'`,
    );
  const inside = `cd ${workdir} && ${command}`;
  const script = [
    ...mounts,
    `mount -t proc proc '${root}/proc'`,
    `exec chroot '${root}' /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"`,
  ].join('\n');
  const settings = [`npm_config_registry=${registry}`, 'npm_config_update_notifier=false'];
  if (certificates !== undefined) settings.push(`NODE_EXTRA_CA_CERTS=${certificates}`);
  run('unshare', ['--mount', 'sh', '-ec', script, 'sh', ...settings, 'sh', '-ec', inside]);
}

/** Runs what the image starts, by its user, with nothing writable but its volume. */
function runReadOnly(root: string, steps: readonly Instruction[]): void {
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

function sizeMib(path: string): number {
  return Number(execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0]);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
}
