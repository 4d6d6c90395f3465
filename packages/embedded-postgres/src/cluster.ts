import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readOptional, syncPath } from '@lastro/service';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { PostgresError } from './postgres-error.ts';
import { SYSTEM_PATH, type Unprivileged } from './unprivileged.ts';

/** The version of the programs in the npm packages; a cluster is made and read by one major version only. */
const POSTGRES_MAJOR_VERSION = '18';

export const SUPERUSER = 'lastro';

const INITIALISING_PREFIX = 'cluster.initialising-';
const PASSWORD_BYTES = 24;
const OUTPUT_LENGTH_MAX = 10_000;

/**
 * Sees to it that `layout.cluster` is a whole cluster of the right version. A new one is made beside it and
 * renamed, so a start that is killed midway leaves nothing that looks like a cluster.
 *
 * @throws PostgresError when initdb fails, or what is there cannot be used.
 */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  unprivileged: Unprivileged,
): Promise<void> {
  await removeLeftovers(layout);
  const version = await readOptional(join(layout.cluster, 'PG_VERSION'));
  if (version === undefined) await makeCluster(layout, binaries, unprivileged);
  else if (version.trim() !== POSTGRES_MAJOR_VERSION) {
    throw new PostgresError(
      `${layout.cluster} was made by PostgreSQL ${version.trim()}, and this is ${POSTGRES_MAJOR_VERSION}: use another data directory, or set DATABASE_URL to a server of that version`,
    );
  }
}

async function makeCluster(layout: Layout, binaries: Binaries, unprivileged: Unprivileged): Promise<void> {
  const temporary = await mkdtemp(join(layout.directory, INITIALISING_PREFIX));
  // The password comes first: a cluster whose password nobody knows would be lost.
  await ensurePassword(layout.password);
  const { owner } = unprivileged;
  if (owner !== undefined) {
    for (const path of [temporary, layout.password]) await chown(path, owner.uid, owner.gid);
  }
  await runInitdb(layout, temporary, binaries, unprivileged);
  await rename(temporary, layout.cluster);
  await syncPath(layout.directory);
}

async function ensurePassword(path: string): Promise<void> {
  if (((await readOptional(path)) ?? '') !== '') return;
  const temporary = `${path}.new`;
  await writeFile(temporary, randomBytes(PASSWORD_BYTES).toString('base64url'), { mode: 0o600, flush: true });
  await rename(temporary, path);
}

/** The superuser's password, made with the cluster. */
export async function readPassword(layout: Layout): Promise<string> {
  const password = await readOptional(layout.password);
  if (password === undefined)
    throw new PostgresError(`${layout.password} is missing: put the file back where it was`);
  return password.trim();
}

async function runInitdb(
  layout: Layout,
  target: string,
  binaries: Binaries,
  unprivileged: Unprivileged,
): Promise<void> {
  const child = unprivileged.spawn(
    binaries.initdb,
    [
      `--pgdata=${target}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${layout.password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // Sorts by code point on every machine alike: indexes stay valid when the operating system changes.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      // A page that the disk has changed is detected, never read as money.
      '--data-checksums',
      '--no-instructions',
    ],
    {
      cwd: layout.directory,
      env: { ...binaries.env, LC_ALL: 'C', PATH: SYSTEM_PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_LENGTH_MAX));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  }).catch((cause: unknown) => {
    // A program that is there and yet not found lacks its loader: this is not a system with glibc.
    throw new PostgresError(`initdb cannot run (on Linux it needs glibc): ${(cause as Error).message}`, {
      cause,
    });
  });
  if (status !== 0) {
    await rm(target, { recursive: true, force: true });
    throw new PostgresError(`initdb failed (${status}): ${faultIn(output)}`);
  }
}

/** The line that says what went wrong, without the file path that initdb puts in front. */
function faultIn(output: string): string {
  const lines = output.trim().split('\n');
  const line = lines.find((candidate) => /error|fatal|cannot/i.test(candidate)) ?? lines.at(-1) ?? '';
  return line.replace(/^.*?initdb: /, '');
}

/** An initdb whose starter was killed may still be writing: then a part stays until the next start. */
async function removeLeftovers(layout: Layout): Promise<void> {
  for (const name of await readdir(layout.directory)) {
    if (!basename(name).startsWith(INITIALISING_PREFIX)) continue;
    await rm(join(layout.directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
