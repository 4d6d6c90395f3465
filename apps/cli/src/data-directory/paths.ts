import { join, relative, resolve } from 'node:path';

export const DEFAULT_DATA_DIRECTORY = '.lastro';

/** Where everything is in the data directory of `lastro up`. */
export interface DataPaths {
  readonly directory: string;
  /** Which version of Lastro's layout this is. */
  readonly format: string;
  /** The key of the bank's administrator. Secret. */
  readonly adminKey: string;
  /** The credential of each business service, by its id. Secret. */
  readonly credentials: string;
  /** What runs, while it runs. Holds the database's password: secret. */
  readonly running: string;
  /** Up to which operation `lastro recover` has dealt with what the queues have kept. */
  readonly recovered: string;
  /** Held by the `lastro up` that uses the directory. */
  readonly lock: string;
  readonly postgres: string;
  readonly logs: string;
}

export function dataPaths(directory: string): DataPaths {
  const root = resolve(directory);
  return {
    directory: root,
    format: join(root, 'format.json'),
    adminKey: join(root, 'admin.key'),
    credentials: join(root, 'credentials.json'),
    running: join(root, 'running.json'),
    recovered: join(root, 'recovered.json'),
    lock: join(root, 'lock'),
    postgres: join(root, 'postgres'),
    logs: join(root, 'logs'),
  };
}

/** The queue of one business service. */
export function queueDirectory(paths: DataPaths, businessId: string): string {
  return join(paths.directory, businessId);
}

export function logFile(paths: DataPaths, serviceName: string): string {
  return join(paths.logs, `${serviceName}.log`);
}

/** The shorter way to write a path from here. */
export function shownPath(path: string): string {
  const short = relative('', path);
  return short === '' || short.startsWith('..') ? path : short;
}
