import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LastroProcess, statusOf } from '../../apps/cli/test/lastro-process.ts';
import { promisedOutput, typeFaults } from '../sdk/examples.ts';
import { type GuideBlock, guideBlocks } from './guide-blocks.ts';
import { guideProgram, type Places } from './guide-program.ts';

const GUIDES = fileURLToPath(new URL('../../docs/guides/', import.meta.url));
const LASTRO = fileURLToPath(new URL('../../apps/cli/bin/lastro.js', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** The pages in the order of the index, which is that of the names of their files. */
const PAGES = (await readdir(GUIDES))
  .filter((file) => /^\d.*\.md$/.test(file))
  .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));

/** The terminal of a reader, who has `lastro up` running in another: one bank for all guides. */
let directory: string;
/** Beside the tests, so that the packages are found. */
let programs: string;
let up: LastroProcess;
let places: Places;
/** Where the reader runs the services one by one, as the guide to production does. */
let ownPlaces: Places;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-guides-'));
  programs = await mkdtemp(fileURLToPath(new URL('program-', import.meta.url)));
  await mkdir(join(directory, 'bin'));
  const npx = join(directory, 'bin', 'npx');
  await writeFile(npx, `#!/bin/sh\n# npx lastro ...\nshift\nexec "${process.execPath}" "${LASTRO}" "$@"\n`);
  await chmod(npx, 0o755);
  const dataDir = join(directory, '.lastro');
  up = new LastroProcess(['up', '--port', '0', '--data-dir', dataDir]);
  await up.says('Ctrl-C stops it');
  const { bank } = await statusOf(dataDir);
  const ports = [bank.dataService, ...bank.businessServices].map((url) => new URL(url).port);
  places = portPlaces(ports);
  const postgres = new Client(bank.databaseUrl);
  await postgres.connect();
  await postgres.query('CREATE DATABASE own');
  await postgres.end();
  const own = new URL(bank.databaseUrl);
  own.pathname = '/own';
  ownPlaces = [
    ...portPlaces(await freePorts(2)),
    [/postgresql:\/\/lastro:secret@127\.0\.0\.1:5432\/lastro/g, own.href],
    [/\/(etc|var\/lib)\/lastro/g, join(directory, 'own')],
  ];
});

afterAll(async () => {
  up.child.kill('SIGTERM');
  await up.ended;
  await rm(directory, { recursive: true, force: true });
  await rm(programs, { recursive: true, force: true });
});

/** The ports of a bank, for those that `lastro up` takes when it is told nothing: 7400, 7401... */
function portPlaces(ports: readonly string[]): Places {
  return ports.map((port, number) => [new RegExp(`\\b740${number}\\b`, 'g'), port]);
}

async function freePorts(count: number): Promise<string[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map(async (server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Runs a guide from its first block to its last; the lines that its programs print. */
async function run(page: string, blocks: readonly GuideBlock[]): Promise<string[]> {
  // Each page begins in a new terminal.
  await rm(join(directory, '.variables'), { force: true });
  const file = join(programs, page.replace(/\.md$/, '.mts'));
  const program = guideProgram(blocks, page.includes('production') ? ownPlaces : places);
  await writeFile(file, program);
  const faults = typeFaults(file);
  if (faults.length > 0) throw new Error(`${page}: ${faults.join('\n')}`);
  const args = ['--import', TSX, '--conditions=@lastro/source', file];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: directory,
    env: {
      PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
      HOME: directory,
    },
  });
  return stdout === '' ? [] : stdout.trimEnd().split('\n');
}

describe('the guides', () => {
  it('are all in the index, in order', async () => {
    const index = await readFile(join(GUIDES, 'README.md'), 'utf8');
    expect([...index.matchAll(/\]\((\d[^)]*\.md)\)/g)].map(([, page]) => page)).toEqual(PAGES);
  });

  it.each(PAGES)('%s does what it says', async (page) => {
    const blocks = await guideBlocks(join(GUIDES, page), `docs/guides/${page}`);
    const promised = blocks.flatMap(({ kind, code }) => (kind === 'ts' ? promisedOutput(code) : []));
    expect(await run(page, blocks)).toEqual(promised);
  });
});
