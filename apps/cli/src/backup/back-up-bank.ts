import { copyQueue } from '@lastro/business-service/queue';
import { backUpPostgres } from '@lastro/embedded-postgres';
import { readOptional } from '@lastro/service';
import { replaceFile } from '../data-directory/files.ts';
import { type DataPaths, dataPaths, queueDirectory } from '../data-directory/paths.ts';
import { businessIdsOf } from '../data-directory/secrets.ts';

/**
 * Copies the bank in `paths`, whose PostgreSQL answers at `databaseUrl`, into the directory `target`. It may be in use.
 *
 * The queues come first, the ledger after them. An operation goes from its queue to the ledger, so it is in one of the
 * copies, or in both, where its id makes that harmless (I1, I2). The other way round, what moves between the two copies
 * would be in neither, and a queue would know of results that its ledger has not got (I6).
 *
 * @returns the business services whose queues are in it.
 * @throws QueueDirectoryError, PostgresError; the target is worth nothing then.
 */
export async function backUpBank(paths: DataPaths, databaseUrl: string, target: string): Promise<string[]> {
  const copy = dataPaths(target);
  const businessIds: string[] = [];
  for (const id of await businessIdsOf(paths)) {
    if (await copyQueue(queueDirectory(paths, id), queueDirectory(copy, id))) businessIds.push(id);
  }
  await backUpPostgres({ directory: paths.postgres, url: databaseUrl, target: copy.postgres });
  // The format comes last: it is what makes a directory a bank.
  for (const file of ['adminKey', 'credentials', 'recovered', 'format'] as const) {
    const text = await readOptional(paths[file]);
    if (text !== undefined) await replaceFile(copy[file], text);
  }
  return businessIds;
}
