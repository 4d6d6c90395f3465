import type { RootDatabase } from 'lmdb';
import { QueueDirectoryError } from './queue-directory-error.ts';
import { resultsMigration } from './results-database.ts';

/** What this version writes. A directory with a higher number is refused. */
const FORMAT_VERSION = 3;
/** What this version migrates: it had an index of ids on disk, of results and of dead letters, and results that were not compressed. */
const INDEXED_VERSION = 2;
const ID_INDEX = 'operations';

interface Format {
  readonly version: number;
  readonly businessId: string;
}

/**
 * Finds out whether the queue is of this service and in the format of this version; an older one is brought to it, and a new
 * one is given it.
 *
 * @throws QueueDirectoryError
 */
export function checkFormat(root: RootDatabase, directory: string, businessId: string): void {
  const about = root.openDB<Buffer, string>('about', { encoding: 'binary' });
  const ours = Buffer.from(JSON.stringify({ version: FORMAT_VERSION, businessId } satisfies Format));
  const stored = about.get('format');
  if (stored === undefined) {
    about.putSync('format', ours);
    return;
  }
  const format = JSON.parse(stored.toString('utf8')) as Partial<Format>;
  if (format.version !== FORMAT_VERSION && format.version !== INDEXED_VERSION) {
    throw new QueueDirectoryError(
      `the queue in ${directory} has format ${String(format.version)}; this version of Lastro reads format ${FORMAT_VERSION}. ` +
        'Start the version that wrote it, or a newer one.',
    );
  }
  if (format.businessId !== businessId) {
    throw new QueueDirectoryError(
      `the queue in ${directory} belongs to business service '${String(format.businessId)}', not to '${businessId}'. ` +
        'Give each business service a LASTRO_QUEUE_DIR of its own.',
    );
  }
  if (format.version === FORMAT_VERSION) return;
  const index = root.openDB(ID_INDEX, { encoding: 'binary', keyEncoding: 'binary' });
  const migrateResults = resultsMigration(root);
  // In one transaction: a process that dies here leaves the one format, or the other.
  root.transactionSync(() => {
    index.dropSync();
    migrateResults();
    about.putSync('format', ours);
  });
}
