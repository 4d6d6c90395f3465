import { type FileHandle, open } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';

/** A lock on a file. The kernel frees it when the process dies, however it dies, so none is ever stale. */
export interface FileLock {
  release(): Promise<void>;
}

/** Another process holds the lock. */
export class FileLockedError extends Error {
  override readonly name = 'FileLockedError';
  /** Who holds it, as far as the file says. */
  readonly ownerPid: number | undefined;

  constructor(path: string, ownerPid: number | undefined) {
    super(`${path} is locked by ${ownerPid === undefined ? 'another process' : `process ${ownerPid}`}`);
    this.ownerPid = ownerPid;
  }
}

/** Kept here, because a file that nobody refers to is closed by the garbage collector, and its lock is gone. */
const heldFiles = new Set<FileHandle>();

/**
 * Takes the lock on `path` for this process at once, or not at all; makes the file when there is none and
 * leaves it there afterwards, because deleting a lock file lets two processes lock two files of one name.
 *
 * @throws FileLockedError when another process, or another part of this one, has it.
 */
export async function lockFile(path: string): Promise<FileLock> {
  const file = await open(path, 'a+', 0o600);
  try {
    if (!tryLock(file.fd)) throw new FileLockedError(path, await readOwner(file));
    await file.truncate(0);
    await file.write(`${process.pid}\n`);
  } catch (error) {
    await file.close();
    throw error;
  }
  heldFiles.add(file);
  return {
    async release() {
      heldFiles.delete(file);
      await file.close();
    },
  };
}

async function readOwner(file: FileHandle): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
  const pid = Number.parseInt(buffer.toString('latin1', 0, bytesRead), 10);
  return Number.isSafeInteger(pid) ? pid : undefined;
}
