import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Instruction, isInContext, readDockerfile, type Stage } from './image-steps.ts';

const SUITE = 'bookworm';

/** What a Dockerfile has made, as a directory, and the steps of its last stage. */
export interface BuiltImage {
  readonly root: string;
  readonly steps: readonly Instruction[];
  readonly sizeMib: number;
}

interface StageRoot {
  readonly name: string | undefined;
  readonly root: string;
}

/** Builds images without a container engine: the steps of a Dockerfile in a clean Debian root made by debootstrap. Needs root. */
export class ImageRoots {
  readonly #work: string;
  readonly #bases = new Map<string, string>();

  /** Everything is made in `work`. */
  constructor(work: string) {
    this.#work = work;
  }

  /** A copy of a root that images begin with: `debian:bookworm-slim` or `node:VERSION-bookworm-slim`. */
  copyOf(base: string, name: string): string {
    const root = join(this.#work, name);
    execFileSync('cp', ['-a', this.#base(base), root]);
    return root;
  }

  /** The image `name`, of `dockerfile` and the directory that it is in. */
  build(dockerfile: string, name: string): BuiltImage {
    const context = dirname(dockerfile);
    const stages = readDockerfile(readFileSync(dockerfile, 'utf8'));
    const roots: StageRoot[] = [];
    for (const [index, stage] of stages.entries()) {
      const root = this.copyOf(stage.base, `${name}-${index}`);
      roots.push({ name: stage.name, root });
      buildStage(stage, context, root, roots);
    }
    const { base, steps } = stages.at(-1)!;
    const { root } = roots.at(-1)!;
    return { root, steps, sizeMib: sizeMib(root) - sizeMib(this.#base(base)) };
  }

  #base(name: string): string {
    const known = this.#bases.get(name);
    if (known !== undefined) return known;
    const root = join(this.#work, name.replaceAll(/[^\w.-]/g, '-'));
    const version = /^node:(.+)-bookworm-slim$/.exec(name)?.[1];
    if (version !== undefined) {
      execFileSync('cp', ['-a', this.#base('debian:bookworm-slim'), root]);
      addNode(root, version);
    } else if (name === 'debian:bookworm-slim') makeDebian(root);
    else throw new Error(`the image ${name} cannot be made here`);
    this.#bases.set(name, root);
    return root;
  }
}

/** A clean Debian. As in the official image, packages start nothing when they are installed. */
function makeDebian(root: string): void {
  const ready = process.env['LASTRO_DEBIAN_ROOT'];
  if (ready === undefined)
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', SUITE, root]);
  else execFileSync('cp', ['-a', ready, root]);
  const policy = join(root, 'usr/sbin/policy-rc.d');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
}

/** Node as the official image has it: from the registry, by the npm that is installed here. */
function addNode(root: string, version: string): void {
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

function buildStage(stage: Stage, context: string, root: string, roots: readonly StageRoot[]): void {
  let workdir = '/';
  for (const step of stage.steps) {
    if (step.name === 'WORKDIR') workdir = step.rest;
    if (step.name === 'WORKDIR') mkdirSync(join(root, workdir), { recursive: true });
    if (step.name === 'COPY') copy(step, context, join(root, workdir), roots);
    if (step.name === 'RUN') runIn(root, step.rest, workdir);
  }
}

function copy(step: Instruction, context: string, workdir: string, roots: readonly StageRoot[]): void {
  const words = step.rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  const named = words.pop()!;
  const target = named.startsWith('/') ? join(roots.at(-1)!.root, named) : join(workdir, named);
  if (from !== undefined) {
    mkdirSync(dirname(target), { recursive: true });
    execFileSync('cp', ['-a', join(roots.find(({ name }) => name === from)!.root, words[0]!), target]);
    return;
  }
  const ignoreFile = join(context, '.dockerignore');
  const ignore = existsSync(ignoreFile) ? readFileSync(ignoreFile, 'utf8') : '';
  for (const source of words) {
    cpSync(join(context, source), source === '.' ? target : join(target, source), {
      recursive: true,
      filter: (path) => isInContext(path.slice(context.length + 1), ignore),
    });
  }
}

/** Runs a command in a root, which has the network of this machine for that long. What it starts ends with it. */
export function runIn(root: string, command: string, workdir = '/'): void {
  process.stdout.write(`RUN ${command.split('\n')[0]!.slice(0, 100)}\n`);
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
  const script = [
    ...mounts,
    `mount -t proc proc '${root}/proc'`,
    `exec chroot '${root}' /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"`,
  ].join('\n');
  const settings = [`npm_config_registry=${registry}`, 'npm_config_update_notifier=false'];
  if (certificates !== undefined) settings.push(`NODE_EXTRA_CA_CERTS=${certificates}`);
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
  const inside = `cd ${workdir} && ${command}`;
  run('unshare', [...namespaces, 'sh', '-ec', script, 'sh', ...settings, 'sh', '-ec', inside]);
}

function sizeMib(path: string): number {
  return Number(execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0]);
}

/** Runs a program of this machine; what it says is said. */
export function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
}
