import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { PostgresError } from './postgres-error.ts';

const CAP_DAC_OVERRIDE = 1;
const CAP_DAC_READ_SEARCH = 2;
const OTHERS_MAY_ENTER = 0o001;

/** The system's own programs; nothing of the caller's environment reaches PostgreSQL. */
export const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

/**
 * Runs programs as somebody PostgreSQL agrees to run as: it refuses root, so root hands them to another
 * user; anybody else runs them as they are.
 */
export interface Unprivileged {
  /** Who must own the cluster; undefined when it is the user of this process. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  spawn(file: string, args: readonly string[], options: SpawnOptions): ChildProcess;
}

/**
 * @param clusterDirectory when it is there already, its owner runs PostgreSQL.
 * @param neededPaths what that user must be able to reach.
 * @throws PostgresError when the cluster belongs to somebody else, or root has nobody to hand over to.
 */
export async function findUnprivileged(
  clusterDirectory: string,
  neededPaths: readonly string[],
): Promise<Unprivileged> {
  const clusterOwner = await ownerOf(clusterDirectory);
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (clusterOwner !== undefined && clusterOwner.uid !== uid) {
      throw new PostgresError(
        `${clusterDirectory} belongs to user ${clusterOwner.uid}, and you are user ${uid}: start as that user, or use another data directory`,
      );
    }
    return { owner: undefined, spawn: (file, args, options) => spawn(file, args, options) };
  }
  const owner = clusterOwner !== undefined && clusterOwner.uid !== 0 ? clusterOwner : await findNobody();
  const setpriv = await setprivArguments(owner);
  if (setpriv !== undefined) {
    return { owner, spawn: (file, args, options) => spawn('setpriv', [...setpriv, file, ...args], options) };
  }
  await requireOpenPaths(neededPaths);
  return {
    owner,
    spawn: (file, args, options) => spawn(file, args, { ...options, uid: owner.uid, gid: owner.gid }),
  };
}

async function ownerOf(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    return await stat(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** initdb wants a user that has a name, and every system has this one. */
async function findNobody(): Promise<{ uid: number; gid: number }> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] =
    users
      .split('\n')
      .find((line) => line.startsWith('nobody:'))
      ?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new PostgresError(
      "PostgreSQL refuses to run as root, and there is no user 'nobody' here: start as an ordinary user",
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * setpriv (of util-linux) gives the other user one right of root's: to enter directories that are closed
 * to it, so that a clone or a data directory under /root works. Undefined when it is not to be had; then only
 * directories that everybody may enter work.
 */
async function setprivArguments(owner: { uid: number; gid: number }): Promise<readonly string[] | undefined> {
  const capability = await capabilityToEnter();
  if (capability === undefined) return undefined;
  const args = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
    // access(2), by which initdb looks for its parts, ignores the capability of an ordinary user without this.
    '--securebits=+no_setuid_fixup',
    '--',
  ];
  return promisify(execFile)('setpriv', [...args, 'true'], { env: { PATH: SYSTEM_PATH } }).then(
    () => args,
    () => undefined,
  );
}

async function requireOpenPaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory)) {
      const { mode } = await stat(directory);
      if ((mode & OTHERS_MAY_ENTER) !== 0) continue;
      throw new PostgresError(
        `PostgreSQL refuses to run as root, and no other user may enter ${directory}: install setpriv (util-linux), start as an ordinary user, or set DATABASE_URL`,
      );
    }
  }
}

/** The narrower of the two capabilities that this root has; a container's root has only the wider one. */
async function capabilityToEnter(): Promise<string | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: number) => ((effective >> BigInt(bit)) & 1n) === 1n;
  if (has(CAP_DAC_READ_SEARCH)) return 'dac_read_search';
  return has(CAP_DAC_OVERRIDE) ? 'dac_override' : undefined;
}
