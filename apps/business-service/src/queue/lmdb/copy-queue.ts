import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncPath } from '@lastro/service';
import { open } from 'lmdb';
import { checkFile, DATA_FILE, findQueueFile } from './databases.ts';
import { QueueDirectoryError } from './queue-directory-error.ts';
import { checkPages } from './page-check.ts';

/**
 * Copies the queue in `directory` into `target`, a directory that it makes: one state of it, as of some moment during
 * the call, on disk when this returns, and no larger than what is in it. A business service may use the queue meanwhile.
 *
 * @returns false when there is no queue yet.
 * @throws QueueDirectoryError, or the error of the file system.
 */
export async function copyQueue(directory: string, target: string): Promise<boolean> {
  const source = await findQueueFile(directory);
  if (source === undefined) return false;
  await mkdir(target, { mode: 0o700 });
  try {
    await checkFile(source);
    // lmdb clears away the mark of a copier that was killed, which would keep the pages that it read from being used again.
    const root = open({ path: source, encoding: 'binary', readOnly: true });
    try {
      await root.backup(join(target, DATA_FILE), true);
    } finally {
      await root.close();
    }
    checkPages(join(target, DATA_FILE));
  } catch (error) {
    throw new QueueDirectoryError(`the queue in ${directory} cannot be copied: ${(error as Error).message}`, {
      cause: error,
    });
  }
  for (const path of [join(target, DATA_FILE), target, dirname(target)]) await syncPath(path);
  return true;
}
