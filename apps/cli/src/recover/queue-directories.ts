import { type DataPaths, queueDirectory } from '../data-directory/paths.ts';
import { businessIdsOf } from '../data-directory/secrets.ts';

/** Where every business service that ever ran on a data directory has its queue. @throws CommandFault */
export async function queueDirectories(paths: DataPaths): Promise<string[]> {
  return (await businessIdsOf(paths)).map((id) => queueDirectory(paths, id));
}
