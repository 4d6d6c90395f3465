import { randomBytes } from 'node:crypto';
import { loadConfig, readOptional } from '@lastro/service';
import { Type } from 'typebox';
import { CommandFault } from '../command-fault.ts';
import { replaceFile } from './files.ts';
import type { DataPaths } from './paths.ts';

const KEY_BYTES = 32;
const KEY_PATTERN = '^[!-~]{16,512}$';

/** Settings of the command line that are keys. */
const KeySettings = Type.Object({
  LASTRO_ADMIN_KEY: Type.Optional(Type.String({ pattern: KEY_PATTERN })),
});

/**
 * The administrator's key: LASTRO_ADMIN_KEY, else the one in the data directory, else a new one. Whichever it is,
 * it is in the data directory afterwards, so that the everyday commands find it.
 *
 * @throws ConfigError, or CommandFault when the file holds no key.
 */
export async function ensureAdminKey(paths: DataPaths, env: NodeJS.ProcessEnv): Promise<string> {
  const { LASTRO_ADMIN_KEY: given } = loadConfig(KeySettings, env);
  const stored = await readAdminKey(paths);
  const key = given ?? stored ?? newKey();
  if (key !== stored) await replaceFile(paths.adminKey, `${key}\n`);
  return key;
}

/** The administrator's key in the data directory; undefined when there is none. */
export async function readAdminKey(paths: DataPaths): Promise<string | undefined> {
  const key = (await readOptional(paths.adminKey))?.trim();
  if (key !== undefined && !new RegExp(KEY_PATTERN).test(key)) {
    throw new CommandFault(
      `${paths.adminKey} holds no key: put the right one back, or delete the file and a new one is made`,
    );
  }
  return key;
}

export type Credentials = Readonly<Record<string, string>>;

/**
 * The credential of each business service. Once made it stays, also while a service is not started: its queue
 * may still hold operations.
 */
export async function ensureCredentials(
  paths: DataPaths,
  businessIds: readonly string[],
): Promise<Credentials> {
  const stored = await readCredentials(paths);
  const missing = businessIds.filter((id) => stored[id] === undefined);
  if (missing.length === 0) return stored;
  const credentials = { ...stored, ...Object.fromEntries(missing.map((id) => [id, newKey()])) };
  await replaceFile(paths.credentials, `${JSON.stringify(credentials, undefined, 2)}\n`);
  return credentials;
}

/** The credentials that were made so far. @throws CommandFault */
async function readCredentials(paths: DataPaths): Promise<Credentials> {
  const text = await readOptional(paths.credentials);
  if (text === undefined) return {};
  try {
    const credentials = JSON.parse(text) as Credentials;
    if (Object.values(credentials).every((key) => typeof key === 'string' && key !== '')) return credentials;
  } catch {
    // Told below, like every other file that is not what it should be.
  }
  throw new CommandFault(`${paths.credentials} is damaged: delete it and new credentials are made`);
}

/** Every business service that ever ran on a data directory, in one order. @throws CommandFault */
export async function businessIdsOf(paths: DataPaths): Promise<string[]> {
  return Object.keys(await readCredentials(paths)).sort();
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}
