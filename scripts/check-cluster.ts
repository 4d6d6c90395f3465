import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfThere } from '@lastro/service';
import { parse } from 'yaml';
import { HostNetwork } from '../test/cluster/machine/network.ts';
import { type ComposeService, startComposeHost } from './compose-host.ts';
import type { BuiltImage } from './image-root.ts';

/**
 * Runs compose.cluster.yaml without a container engine, each service on a host of its own, and kills hosts while the client loads it
 * and checks every cent. For `npm run check:image -- --cluster`, inside namespaces: `check-cluster.ts DIRECTORY IMAGES`.
 */
const PROJECT = join(import.meta.dirname, '..');
const CLIENT_FLAGS = ['--rate', '200', '--duration', '10', '--accounts', '50'];
const KILL_AFTER_MS = 3_000;
const DEADLINE_MS = 240_000;
const POLL_MS = 500;
const ASK_TIMEOUT_MS = 5_000;

const [work, imagesJson] = process.argv.slice(2) as [string, string];
const images = JSON.parse(imagesJson) as Readonly<Record<string, BuiltImage>>;
const { services } = parse(readFileSync(join(PROJECT, 'compose.cluster.yaml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, ComposeService>>;
};
const secrets = join(work, 'secrets');
const network = await HostNetwork.make(Object.keys(services));
const say = (text: string) => process.stdout.write(`${text}\n`);

prepare();
for (const name of named(/^(etcd|postgres|rabbit)-/)) start(name);
await until('the database has a primary and two standbys, and the queue three nodes', isWhole);
for (const name of named(/^(data|business)-/)) start(name);
for (const name of named(/^business-/)) await until(`${name} is ready`, () => isReady(name));
await load();
for (const name of [await primary(), 'rabbit-1', 'data-1', 'business-1']) {
  await load(name);
  start(name);
  await until('all is whole again', isWhole);
}
// What still runs ends with the namespaces.
process.exit(0);

function prepare(): void {
  execFileSync(join(PROJECT, 'deploy/make-secrets'), [secrets]);
  // An engine mounts the files one by one; whoever has them there does not see the directory.
  chmodSync(secrets, 0o755);
  const hosts = Object.keys(services).map((name) => `${network.host(name).address} ${name}\n`);
  for (const { root } of Object.values(images))
    writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n${hosts.join('')}`);
  standInForRabbitImage(images['rabbitmq:4-management']!.root);
}

/** What the official image has and Debian's package has not. What Debian's RabbitMQ is too old to know is left out. */
function standInForRabbitImage(root: string): void {
  const entrypoint = join(root, 'usr/local/bin/docker-entrypoint.sh');
  const script = `#!/bin/sh
set -e
cd /etc/rabbitmq/conf.d
grep -v ^quorum_queue 20-lastro.conf > "known.$(hostname)"
mv -f "known.$(hostname)" 10-known.conf
umount /etc/rabbitmq/conf.d/20-lastro.conf
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups env HOME=/var/lib/rabbitmq "$@"
`;
  writeFileSync(entrypoint, script);
  chmodSync(entrypoint, 0o755);
}

function named(pattern: RegExp): string[] {
  return Object.keys(services).filter((name) => pattern.test(name));
}

function start(name: string, more: readonly string[] = []): ChildProcess {
  const service = services[name]!;
  return startComposeHost({
    name,
    service: service.command === undefined ? service : { ...service, command: [...service.command, ...more] },
    image: images[service.image]!,
    project: PROJECT,
    work,
    secrets,
    launcher: network.launcher(name),
  });
}

/** Everything that runs on the host, at once. */
async function kill(name: string): Promise<void> {
  for (;;) {
    const pids = await network.pids(name);
    if (pids.length === 0) return;
    for (const pid of pids) signalIfThere(pid, 'SIGKILL');
  }
}

/** The client loads the bank, while `victim` is killed with all that runs there, and finds that every cent is right. */
async function load(victim?: string): Promise<void> {
  const startedAt = performance.now();
  const client = start('client', CLIENT_FLAGS);
  const ended = once(client, 'exit') as Promise<[number | null]>;
  if (victim !== undefined) {
    await sleep(KILL_AFTER_MS);
    await kill(victim);
  }
  const [status] = await ended;
  if (status !== 0)
    throw new Error(`the client ended with status ${status}: see ${join(work, 'client.log')}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  say(
    `${victim === undefined ? 'all is well' : `${victim} was killed`}: every cent is right after ${seconds} s`,
  );
}

async function isWhole(): Promise<boolean> {
  const roles = (await members()).map(({ role, state }) =>
    /^(running|streaming)$/.test(state) ? role : 'none',
  );
  const url = `http://${network.host('rabbit-2').address}:15672/api/nodes`;
  const password = readFileSync(join(secrets, 'rabbit-password'), 'utf8').trim();
  const authorization = `Basic ${Buffer.from(`lastro:${password}`).toString('base64')}`;
  const nodes = (await ask(url, { authorization })) as { running: boolean }[];
  return (
    roles.sort().join() === 'leader,replica,sync_standby' &&
    nodes.filter(({ running }) => running).length === 3
  );
}

async function primary(): Promise<string> {
  return (await members()).find(({ role }) => role === 'leader')!.name;
}

async function members(): Promise<{ name: string; role: string; state: string }[]> {
  const url = `http://${network.host('postgres-1').address}:8008/cluster`;
  return ((await ask(url)) as { members: { name: string; role: string; state: string }[] }).members;
}

async function isReady(name: string): Promise<boolean> {
  return (
    ((await ask(`http://${network.host(name).address}:7400/readyz`)) as { status: string }).status === 'ready'
  );
}

async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  return answer.json();
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline)
      throw new Error(`not after ${DEADLINE_MS / 1000} s: ${what} (logs: ${work}/*.log)`);
    await sleep(POLL_MS);
  }
  say(what);
}
