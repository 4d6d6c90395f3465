import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeLibraryLinks } from '../src/binaries.ts';

let directory: string;
let packageDirectory: string;
let spareDirectory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-library-links-'));
  packageDirectory = join(directory, 'package');
  spareDirectory = join(directory, 'spare');
  await mkdir(join(packageDirectory, 'native', 'lib'), { recursive: true });
  await writeFile(join(packageDirectory, 'native', 'lib', 'libicuuc.so.60.2'), 'the library');
  await writeFile(
    join(packageDirectory, 'native', 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libicuuc.so.60.2', target: 'native/lib/libicuuc.so.60' }]),
  );
});

afterEach(async () => {
  await chmod(join(packageDirectory, 'native', 'lib'), 0o755);
  await rm(directory, { recursive: true, force: true });
});

test('links that the install script would have made are made, by any number of starters at the same time', async () => {
  const envs = await Promise.all(
    Array.from({ length: 8 }, () => makeLibraryLinks(packageDirectory, spareDirectory)),
  );
  expect(envs).toEqual(Array.from({ length: 8 }, () => ({})));
  expect(await readFile(join(packageDirectory, 'native', 'lib', 'libicuuc.so.60'), 'utf8')).toBe(
    'the library',
  );
});

test('a package without a list of links needs none', async () => {
  await rm(join(packageDirectory, 'native', 'pg-symlinks.json'));
  expect(await makeLibraryLinks(packageDirectory, spareDirectory)).toEqual({});
});

test.runIf(process.getuid?.() !== 0 && process.platform === 'linux')(
  'links of a package that cannot be written are made elsewhere, where the programs are told to look',
  async () => {
    await chmod(join(packageDirectory, 'native', 'lib'), 0o555);
    const env = await makeLibraryLinks(packageDirectory, spareDirectory);
    expect(await readFile(join(spareDirectory, 'libicuuc.so.60'), 'utf8')).toBe('the library');
    expect(env['LD_LIBRARY_PATH']?.split(':')[0]).toBe(spareDirectory);
  },
);
