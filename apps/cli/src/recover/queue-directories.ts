import { type DataPaths, queueDirectory } from '../data-directory/paths.ts';
import { readCredentials } from '../data-directory/secrets.ts';

/** Where every business service that ever ran on a data directory has its queue. @throws CommandFault */
export async function queueDirectories(paths: DataPaths): Promise<string[]> {
  const businessIds = Object.keys(await readCredentials(paths)).sort();
  return businessIds.map((id) => queueDirectory(paths, id));
}
