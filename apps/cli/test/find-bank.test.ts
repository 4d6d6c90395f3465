import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataPaths } from '../src/data-directory/paths.ts';
import { writeRunningBank } from '../src/data-directory/running-bank.ts';
import { ensureAdminKey } from '../src/data-directory/secrets.ts';
import { findBank } from '../src/find-bank.ts';

let dataDir: string;
let upProcess: ChildProcess | undefined;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'lastro-find-bank-')), 'data');
  await mkdir(dataDir);
});

afterEach(async () => {
  upProcess?.kill('SIGKILL');
  upProcess = undefined;
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

/** A process that looks like `lastro up` on the data directory, and its files. */
async function runBank(): Promise<{ key: string; servers: string[] }> {
  upProcess = spawn(process.execPath, ['-e', 'process.stdin.resume()', 'lastro', 'up']);
  await once(upProcess, 'spawn');
  const paths = dataPaths(dataDir);
  const servers = ['http://127.0.0.1:7401', 'http://127.0.0.1:7402'];
  await writeRunningBank(paths, {
    dataService: 'http://127.0.0.1:7400',
    businessServices: servers,
    databaseUrl: 'postgresql://lastro:secret@127.0.0.1:5432/lastro',
    keyFile: paths.adminKey,
    pids: { up: upProcess.pid! },
  });
  return { key: await ensureAdminKey(paths, {}), servers };
}

test('finds what runs in the data directory, with its key', async () => {
  const bank = await runBank();
  expect(await findBank({ dataDir, env: {} })).toEqual(bank);
});

test('takes the servers that are named, and the key of LASTRO_API_KEY, before what it finds', async () => {
  const bank = await runBank();
  const servers = 'http://10.0.0.1:7401, https://bank.example';
  expect(await findBank({ dataDir, servers, env: { LASTRO_API_KEY: 'mine' } })).toEqual({
    servers: ['http://10.0.0.1:7401', 'https://bank.example'],
    key: 'mine',
  });
  expect(await findBank({ dataDir, servers, env: {} })).toMatchObject({ key: bank.key });
});

test('needs no data directory when servers and key are given', async () => {
  const servers = 'http://127.0.0.1:7401';
  const bank = await findBank({ dataDir: join(dataDir, 'none'), servers, env: { LASTRO_API_KEY: 'mine' } });
  expect(bank).toEqual({ servers: [servers], key: 'mine' });
});

test('says what to do when nothing runs, when there is no key, or when a URL is none', async () => {
  await expect(findBank({ dataDir, env: {} })).rejects.toThrow(
    "start one with 'lastro up', or name its services",
  );
  const servers = 'http://127.0.0.1:7401';
  await expect(findBank({ dataDir, servers, env: {} })).rejects.toThrow('no key: set LASTRO_API_KEY');
  for (const wrong of ['127.0.0.1:7401', 'ftp://x', '', 'http://127.0.0.1:7401,']) {
    const found = findBank({ dataDir, servers: wrong, env: { LASTRO_API_KEY: 'mine' } });
    await expect(found).rejects.toMatchObject({ exitStatus: 2 });
  }
  await expect(findBank({ dataDir, servers, env: { LASTRO_API_KEY: 'two words' } })).rejects.toThrow(
    'LASTRO_API_KEY',
  );
});
