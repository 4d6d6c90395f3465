import { constants, type Stats } from 'node:fs';
import { chmod, chown, copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncPath } from '@lastro/service';

export interface CopyRules {
  /** Path from the source, and whether it is copied. What a directory holds is not asked about if the directory is not. */
  isWanted(path: string): boolean;
}

/**
 * Copies a directory into `target`, which it makes: with rights and owners, and onto the disk before it returns. What
 * vanishes meanwhile is left out.
 */
export async function copyDirectory(
  source: string,
  target: string,
  rules: CopyRules,
  path = '',
): Promise<void> {
  const from = join(source, path);
  await makeLike(join(target, path), await lstat(from));
  for (const name of (await unlessGone(readdir(from))) ?? []) {
    const inner = join(path, name);
    if (!rules.isWanted(inner)) continue;
    const stats = await unlessGone(lstat(join(source, inner)));
    if (stats?.isDirectory() === true) await copyDirectory(source, target, rules, inner);
    else if (stats?.isFile() === true)
      await unlessGone(copyOne(join(source, inner), join(target, inner), stats));
  }
  await syncPath(join(target, path));
}

/** Copies one file, which must not be there yet, with its rights and owner, and onto the disk. */
export async function copyOne(source: string, target: string, like?: Stats): Promise<void> {
  const stats = like ?? (await lstat(source));
  // Where the file system can, both share their blocks until one of them is written to.
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(target, stats.mode);
  await giveTo(target, stats);
  await syncPath(target);
}

async function makeLike(directory: string, stats: Stats): Promise<void> {
  await mkdir(directory);
  await chmod(directory, stats.mode);
  await giveTo(directory, stats);
}

/** Only root can give files away, and only root runs PostgreSQL as somebody else. */
async function giveTo(path: string, { uid, gid }: Stats): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid);
}

async function unlessGone<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
