import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataDirectory } from '../src/data-directory/open-data-directory.ts';
import { type DataPaths, dataPaths } from '../src/data-directory/paths.ts';
import {
  findRunningBank,
  readRunningBank,
  removeRunningBank,
  writeRunningBank,
} from '../src/data-directory/running-bank.ts';
import { ensureAdminKey, ensureCredentials, readAdminKey } from '../src/data-directory/secrets.ts';

let directory: string;
let paths: DataPaths;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-data-directory-'));
  paths = dataPaths(join(directory, 'data'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a data directory', () => {
  test('is made with its version, and opened again after it was let go', async () => {
    await (await openDataDirectory(paths)).release();
    expect(JSON.parse(await readFile(paths.format, 'utf8'))).toEqual({ version: 1 });
    await (await openDataDirectory(paths)).release();
  });

  test('is used by one at a time, who is named to the others', async () => {
    const lock = await openDataDirectory(paths);
    await expect(openDataDirectory(paths)).rejects.toThrow(`is in use by process ${process.pid}`);
    await lock.release();
  });

  test.each([
    ['{"version":2}', 'is of version 2, and this Lastro knows up to 1: update Lastro'],
    ['{"version":"1"}', 'is damaged'],
    ['{}', 'is damaged'],
    ['', 'is damaged'],
  ])('whose format.json says %s is refused, and let go', async (text, expected) => {
    await (await openDataDirectory(paths)).release();
    await writeFile(paths.format, text);
    await expect(openDataDirectory(paths)).rejects.toThrow(expected);
    await expect(openDataDirectory(paths)).rejects.toThrow(expected);
  });

  test('is not made of a directory that holds something else', async () => {
    await writeFile(join(directory, 'thesis.txt'), '');
    await expect(openDataDirectory(dataPaths(directory))).rejects.toThrow('is no data directory of Lastro');
  });
});

describe('the key of the administrator', () => {
  beforeEach(async () => (await openDataDirectory(paths)).release());

  test('is made once, kept, and readable by its owner only', async () => {
    const key = await ensureAdminKey(paths, {});
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(await ensureAdminKey(paths, {})).toBe(key);
    expect(await readAdminKey(paths)).toBe(key);
    expect((await stat(paths.adminKey)).mode & 0o777).toBe(0o600);
  });

  test('is that of LASTRO_ADMIN_KEY when it is set, which is kept in place of the one before', async () => {
    await ensureAdminKey(paths, {});
    await chmod(paths.adminKey, 0o644);
    const chosen = 'a-key-that-somebody-chose';
    expect(await ensureAdminKey(paths, { LASTRO_ADMIN_KEY: chosen })).toBe(chosen);
    expect(await ensureAdminKey(paths, {})).toBe(chosen);
    expect((await stat(paths.adminKey)).mode & 0o777).toBe(0o600);
  });

  test.each(['', 'short', 'with a space in it, so no key', 'x'.repeat(513)])('is never %o', async (key) => {
    await expect(ensureAdminKey(paths, { LASTRO_ADMIN_KEY: key })).rejects.toThrow('LASTRO_ADMIN_KEY');
    expect(await readAdminKey(paths)).toBeUndefined();
  });

  test('is not guessed from a file that is empty', async () => {
    await writeFile(paths.adminKey, '\n');
    await expect(ensureAdminKey(paths, {})).rejects.toThrow('holds no key');
  });
});

describe('the credentials of business services', () => {
  beforeEach(async () => (await openDataDirectory(paths)).release());

  test('stay as they are when services come and go', async () => {
    const two = await ensureCredentials(paths, ['business-1', 'business-2']);
    const three = await ensureCredentials(paths, ['business-1', 'business-2', 'business-3']);
    expect(three).toMatchObject(two);
    expect(await ensureCredentials(paths, ['business-1'])).toEqual(three);
    expect(new Set(Object.values(three)).size).toBe(3);
    expect((await stat(paths.credentials)).mode & 0o777).toBe(0o600);
  });

  test.each(['', '[', '{"business-1":7}', '{"business-1":""}', 'null'])(
    'are not guessed from a damaged file: %o',
    async (text) => {
      await writeFile(paths.credentials, text);
      await expect(ensureCredentials(paths, ['business-1'])).rejects.toThrow('is damaged');
    },
  );
});

describe('what runs', () => {
  const bank = {
    dataService: 'http://127.0.0.1:7400',
    businessServices: ['http://127.0.0.1:7401'],
    databaseUrl: 'postgresql://lastro:secret@127.0.0.1:5432/lastro',
    keyFile: '/somewhere/admin.key',
  };

  beforeEach(async () => (await openDataDirectory(paths)).release());

  test('is nothing at first, and nothing again when the file is removed', async () => {
    expect(await findRunningBank(paths)).toBeUndefined();
    await writeRunningBank(paths, { ...bank, pids: { up: process.pid } });
    expect(await readRunningBank(paths)).toMatchObject(bank);
    await removeRunningBank(paths);
    await removeRunningBank(paths);
    expect(await readRunningBank(paths)).toBeUndefined();
  });

  test('is nothing when the process of the file is gone, or is another by now, or the file is damaged', async () => {
    await writeRunningBank(paths, { ...bank, pids: { up: 2 ** 30 } });
    expect(await findRunningBank(paths)).toBeUndefined();
    await writeRunningBank(paths, { ...bank, pids: { up: 1 } });
    expect(await findRunningBank(paths)).toBeUndefined();
    await writeRunningBank(paths, { ...bank, pids: {} });
    expect(await findRunningBank(paths)).toBeUndefined();
    await writeFile(paths.running, '{"dataService":');
    expect(await findRunningBank(paths)).toBeUndefined();
    expect(await readRunningBank(paths)).toBeUndefined();
  });
});
