import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltImage } from './image-root.ts';

/** What of a service in a Compose file is heeded here. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly hostname?: string;
  readonly read_only?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

export interface ComposeHostOptions {
  readonly name: string;
  readonly service: ComposeService;
  readonly image: BuiltImage;
  /** Where the Compose file is. */
  readonly project: string;
  /** Where volumes and logs go. */
  readonly work: string;
  /** The files of /run/secrets. */
  readonly secrets: string;
  /** What to put in front of a command so that it has the address of this host. */
  readonly launcher: readonly string[];
}

/**
 * Starts a service of a Compose file as a container engine would: the command, user, variables and volumes of its image and of the
 * file, on a root of which nothing can be written where the file says so.
 */
export function startComposeHost(options: ComposeHostOptions): ChildProcess {
  const { name, service, image, launcher } = options;
  const script = [...mounts(options), `hostname '${service.hostname ?? name}'`, chroot(options)].join('\n');
  const namespaces = ['--mount', '--uts', '--pid', '--fork'];
  const variables = [
    ...variablesOf(image),
    ...Object.entries(service.environment ?? {}).map((pair) => pair.join('=')),
  ];
  const [program, ...args] = [
    ...launcher,
    'unshare',
    ...namespaces,
    'sh',
    '-ec',
    script,
    'sh',
    ...variables,
    ...commandOf(options),
  ];
  const log = openSync(join(options.work, `${name}.log`), 'a');
  return spawn(program!, args, { stdio: ['ignore', log, log] });
}

function mounts({ service, image, project, work, secrets }: ComposeHostOptions): string[] {
  const { root } = image;
  const lines = [
    `mount --bind '${root}' '${root}'`,
    `mount -t proc proc '${root}/proc'`,
    `mount --rbind /dev '${root}/dev'`,
    `mkdir -p '${root}/run/secrets'; mount --bind '${secrets}' '${root}/run/secrets'`,
    `mount -t tmpfs -o mode=1777 tmpfs '${root}/tmp'`,
  ];
  for (const volume of service.volumes ?? []) {
    const [from, to] = volume.split(':') as [string, string];
    const source = from.startsWith('.') ? join(project, from) : volumeOf(from, join(root, to), work);
    const at = root + to;
    // What is not there in the image is made: a file for a file.
    lines.push(
      `test -e '${at}' || { mkdir -p "$(dirname '${at}')"; test -d '${source}' && mkdir '${at}' || touch '${at}'; }`,
    );
    lines.push(`mount --bind '${source}' '${at}'`);
  }
  if (service.read_only) lines.push(`mount -o remount,ro,bind '${root}'`);
  return lines;
}

/** A new volume has what the image has there, and the owner. */
function volumeOf(name: string, inImage: string, work: string): string {
  const path = join(work, 'volumes', name);
  mkdirSync(join(work, 'volumes'), { recursive: true });
  if (!existsSync(path)) execFileSync('cp', ['-a', inImage, path]);
  return path;
}

function chroot({ service, image }: ComposeHostOptions): string {
  const user = service.user ?? image.steps.findLast(({ name }) => name === 'USER')?.rest ?? 'root';
  return `exec chroot --userspec='${user}' '${image.root}' /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"`;
}

function variablesOf(image: BuiltImage): string[] {
  return image.steps.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/));
}

function commandOf({ service, image }: ComposeHostOptions): string[] {
  const given = (name: string) =>
    JSON.parse(image.steps.findLast((step) => step.name === name)?.rest ?? '[]') as string[];
  const words = [...(service.entrypoint ?? given('ENTRYPOINT')), ...(service.command ?? given('CMD'))];
  return words.map((word) => word.replaceAll('$$', '$'));
}
