import { mkdir, readdir } from 'node:fs/promises';
import { type FileLock, FileLockedError, lockFile } from '@lastro/service';
import { CommandFault } from '../command-fault.ts';
import { ensureFormat } from './format.ts';
import { basename } from 'node:path';
import type { DataPaths } from './paths.ts';

/**
 * Makes the data directory, or takes the one that is there, for this process alone until the lock is released.
 *
 * @throws CommandFault when it is in use, of a newer version, or full of something else.
 */
export async function openDataDirectory(paths: DataPaths): Promise<FileLock> {
  // Others may pass through, because root hands PostgreSQL over to another user; what is inside is closed by itself.
  await mkdir(paths.directory, { recursive: true, mode: 0o711 });
  await refuseForeignDirectory(paths);
  const lock = await lockFile(paths.lock).catch((error: unknown) => {
    if (!(error instanceof FileLockedError)) throw error;
    const owner = error.ownerPid === undefined ? 'another process' : `process ${error.ownerPid}`;
    throw new CommandFault(
      `${paths.directory} is in use by ${owner}: stop that one, or choose another --data-dir`,
    );
  });
  try {
    await ensureFormat(paths);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A directory that somebody named by mistake is not filled with ours. */
async function refuseForeignDirectory(paths: DataPaths): Promise<void> {
  const names = await readdir(paths.directory);
  const format = basename(paths.format);
  const ours = [format, `${format}.new`, basename(paths.lock)];
  if (names.includes(format) || names.every((name) => ours.includes(name))) return;
  throw new CommandFault(
    `${paths.directory} holds other files and is no data directory of Lastro: choose another --data-dir`,
  );
}
