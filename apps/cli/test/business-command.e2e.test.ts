import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lastro } from './lastro-process.ts';

const sockets = new Set<Socket>();
/** Takes connections, and says nothing. */
const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-business-'));
  await once(silent.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await once(silent.close(), 'close');
  await rm(directory, { recursive: true, force: true });
});

test.each([
  [
    'takes connections and says nothing',
    () => (silent.address() as AddressInfo).port,
    'no answer in 0\\.\\d+ seconds',
  ],
  ['is not there', () => 1, 'connect ECONNREFUSED 127\\.0\\.0\\.1:1'],
])('a business service whose broker %s ends with 1, and one line that says why', async (_, portOf, why) => {
  const ended = await lastro(['business', '--allow-unsafe'], {
    LASTRO_BUSINESS_ID: 'business-1',
    LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
    LASTRO_DATA_URL: 'http://127.0.0.1:1',
    LASTRO_QUEUE_DIR: directory,
    LASTRO_ADMIN_KEY: 'admin-key-of-the-tests',
    LASTRO_PORT: '0',
    LASTRO_LOG_LEVEL: 'silent',
    LASTRO_QUEUE: `amqp://127.0.0.1:${portOf()}`,
    LASTRO_QUEUE_MEMBERS_MIN: '1',
    LASTRO_QUEUE_START_TIMEOUT_MS: '200',
  });
  expect(ended).toMatchObject({ status: 1, stdout: '' });
  expect(ended.stderr).toMatch(
    new RegExp(
      // Before it, the command may say that it builds itself.
      `(^|\\n)lastro: the broker of LASTRO_QUEUE could not be used in 0\\.2 seconds: 127\\.0\\.0\\.1:${portOf()}: ${why}\\n$`,
    ),
  );
});
