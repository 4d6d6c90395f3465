import { join } from 'node:path';

/** Names inside the directory that startPostgres is given. */
export interface Layout {
  readonly directory: string;
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
  readonly lock: string;
  readonly spareLibraries: string;
}

/** @param directory an absolute path with no symbolic link in it, so that a postmaster is known by it again. */
export function layoutOf(directory: string): Layout {
  return {
    directory,
    cluster: join(directory, 'cluster'),
    password: join(directory, 'password'),
    log: join(directory, 'postgres.log'),
    lock: join(directory, 'lock'),
    spareLibraries: join(directory, 'libraries'),
  };
}
