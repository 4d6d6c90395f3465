import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { syncPath } from '@lastro/service';
import { CommandFault, usageFault } from '../command-fault.ts';

/**
 * Has `fill` fill a new directory, and gives it the name `to` only when that is done and on disk: what was cut off is
 * never taken for a backup.
 *
 * @throws CommandFault when `to` is something already, or lies in `source`, the directory that is copied.
 */
export async function fillBackup<Result>(
  to: string,
  source: string,
  fill: (directory: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(to);
  const fromSource = relative(source, target);
  if (!fromSource.startsWith('..')) throw usageFault(`${to} lies in ${source} itself: choose another place`);
  await requireNothingAt(target);
  const partial = `${target}.partial`;
  const firstMade = await mkdir(dirname(target), { recursive: true });
  await mkdir(partial, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new CommandFault(
      `${partial} is in the way: what a backup left that was cut off, or one that is being made`,
    );
  });
  try {
    const result = await fill(partial);
    await syncPath(partial);
    await rename(partial, target);
    await syncPath(dirname(target));
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (firstMade !== undefined) await removeEmpty(dirname(target), firstMade);
    throw error;
  }
}

/** Removes the directories from `innermost` up to `outermost`, as long as nobody has put anything there meanwhile. */
async function removeEmpty(innermost: string, outermost: string): Promise<void> {
  for (let path = innermost; ; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed || path === outermost) return;
  }
}

/** An empty directory may be there. */
async function requireNothingAt(target: string): Promise<void> {
  const stats = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return;
  if (!stats.isDirectory() || (await readdir(target)).length > 0)
    throw new CommandFault(`${target} is there already: a backup is made in a new directory`);
  await rmdir(target);
}
