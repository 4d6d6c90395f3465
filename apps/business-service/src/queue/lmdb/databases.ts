import { access, mkdir, open as openFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type FileLock, FileLockedError, lockFile, syncPath } from '@lastro/service';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { GroupCommit } from './group-commit.ts';
import { checkPages } from './page-check.ts';
import { QueueDirectoryError } from './queue-directory-error.ts';
import { checkFormat } from './queue-format.ts';
import { openResults, type ResultsDatabase } from './results-database.ts';

/** Addresses, not memory: a map that is too small is replaced by a larger one, and stays beside it with all that was read in it. */
const MAP_SIZE_BYTES = 2 ** 36;

export const DATA_FILE = 'queue.mdb';
/** Where an LMDB file says that it is one, and of which version; both are 32 bits, little-endian. */
const LMDB_HEADER = { magicAt: 24, magic: 0xbeefc0de, versionAt: 28, version: 2, sizeBytes: 32 } as const;

export interface Databases {
  readonly root: RootDatabase;
  /** Position -> OperationRecord of SubmittedOperations. */
  readonly queue: Database<Buffer, number>;
  readonly results: ResultsDatabase;
  /** Number -> stored dead letter, as JSON. */
  readonly deadLetters: Database<Buffer, number>;
  readonly lock: FileLock;
}

/**
 * Opens the queue of one business service, or makes it, and has `read` make of it what uses it. Only one process at a time
 * may have it open: LMDB would let two in, and both would deliver the same records.
 *
 * @throws QueueDirectoryError: in use, damaged, written by a newer version, another service's, or not readable.
 */
export async function openDatabases<User>(
  directory: string,
  businessId: string,
  read: (databases: Databases) => User,
): Promise<User> {
  const lock = await takeDirectory(directory);
  try {
    await checkFiles(directory);
    const environment = await openEnvironment(directory, businessId);
    try {
      await syncNames(directory);
      return read({ ...environment, lock });
    } catch (error) {
      await environment.root.close();
      throw damage(directory, error);
    }
  } catch (error) {
    await lock.release();
    if (error instanceof QueueDirectoryError) throw error;
    throw new QueueDirectoryError(`the queue in ${directory} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function checkFiles(directory: string): Promise<void> {
  await checkFile(join(directory, DATA_FILE));
  checkPages(join(directory, DATA_FILE));
}

/** What to say of a queue that can be opened, and not be read. */
function damage(directory: string, error: unknown): QueueDirectoryError {
  return error instanceof QueueDirectoryError
    ? error
    : new QueueDirectoryError(`the queue in ${directory} is damaged: ${(error as Error).message}`, {
        cause: error,
      });
}

/** Waits for what is being written, then frees everything. */
export async function closeDatabases(databases: Databases, commits: GroupCommit): Promise<void> {
  await commits.idle();
  // A broken environment cannot be closed in order; the process that ends frees it.
  if (!commits.broken) await databases.root.close();
  await databases.lock.release();
}

async function takeDirectory(directory: string): Promise<FileLock> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await lockFile(join(directory, 'lock'));
  } catch (error) {
    const why =
      error instanceof FileLockedError
        ? `is in use: ${error.message}`
        : `cannot be used: ${(error as Error).message}`;
    throw new QueueDirectoryError(`the queue directory ${directory} ${why}`, { cause: error });
  }
}

/** A file that is synced is lost all the same in a power cut if the names that lead to it are not (I1). */
async function syncNames(directory: string): Promise<void> {
  for (let path = resolve(directory), parent = dirname(path); ; path = parent, parent = dirname(path)) {
    try {
      await syncPath(path);
    } catch {
      // A directory that is not ours to open was there before, and so were those above it.
      return;
    }
    if (path === parent) return;
  }
}

/** The file of the queue in `directory`; undefined when there is none yet. */
export async function findQueueFile(directory: string): Promise<string | undefined> {
  const path = join(directory, DATA_FILE);
  return access(path).then(
    () => path,
    () => undefined,
  );
}

/** lmdb crashes the process on a file that is not its own, so that is found out first. */
export async function checkFile(path: string): Promise<void> {
  const file = await openFile(path, 'a+');
  try {
    const header = Buffer.alloc(LMDB_HEADER.sizeBytes);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    const isEmpty = bytesRead === 0;
    const isLmdb =
      header.readUInt32LE(LMDB_HEADER.magicAt) === LMDB_HEADER.magic &&
      header.readUInt16LE(LMDB_HEADER.versionAt) === LMDB_HEADER.version;
    if (!isEmpty && !isLmdb) throw new Error(`${path} is no LMDB file of version ${LMDB_HEADER.version}`);
  } finally {
    await file.close();
  }
}

async function openEnvironment(directory: string, businessId: string): Promise<Omit<Databases, 'lock'>> {
  const root = open({
    path: join(directory, DATA_FILE),
    encoding: 'binary',
    // Promise I1 rests on these two: see GroupCommit for the first; with the second, lmdb would begin
    // transactions of its own that nobody waits for.
    overlappingSync: false,
    mapSize: MAP_SIZE_BYTES,
    eventTurnBatching: false,
  });
  try {
    checkFormat(root, directory, businessId);
    return {
      root,
      queue: root.openDB<Buffer, number>('queue', { encoding: 'binary' }),
      results: openResults(root),
      deadLetters: root.openDB<Buffer, number>('dead-letters', { encoding: 'binary' }),
    };
  } catch (error) {
    await root.close();
    throw error;
  }
}
