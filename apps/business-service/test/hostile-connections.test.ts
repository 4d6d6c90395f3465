import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Child, startChild } from './child-process.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import { ADMIN_KEY, until } from './running-bank.ts';

const DRIP_MS = 100;
const HEAD = `host: x\r\nauthorization: Bearer ${ADMIN_KEY}\r\ncontent-type: application/json\r\n`;
const DEPOSIT = '{"account":"alice","amount":1}';

/** A peer that means harm: what it sends first, and what it goes on to send, a little at a time, without end. */
interface Attack {
  readonly count: number;
  readonly first: string;
  readonly drip?: string;
  /** It never reads what it is sent. */
  readonly deaf?: boolean;
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  'connections on which nothing comes': { count: 1000, first: '' },
  'headers that come a line at a time': {
    count: 100,
    first: 'POST /v1/deposits HTTP/1.1\r\nhost: x\r\n',
    drip: 'x-more: 1\r\n',
  },
  'bodies that come a byte at a time': {
    count: 100,
    first: `POST /v1/deposits HTTP/1.1\r\n${HEAD}content-length: 100000\r\n\r\n{"account":"`,
    drip: 'a',
  },
  'bodies without end': {
    count: 100,
    first: `POST /v1/deposits HTTP/1.1\r\n${HEAD}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`,
    drip: '1\r\n \r\n',
  },
  'connections that are kept after one request': {
    count: 100,
    first: 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
  },
  'requests whose answers nobody reads': {
    count: 10,
    first: 'GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(200),
    // Only who writes notices that a connection is gone that he does not read from.
    drip: 'G',
    deaf: true,
  },
};

describe('a business service under attack', { timeout: 120_000 }, () => {
  let directory: string;
  let child: Child;
  let url: URL;
  const attackers = new Set<Socket>();

  async function serve(limits: Readonly<Record<string, string>>): Promise<void> {
    directory = await temporaryDirectory();
    const settings = {
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
      // Nobody is there: operations are accepted all the same (I9).
      LASTRO_DATA_URL: 'http://127.0.0.1:1',
      LASTRO_QUEUE_DIR: directory,
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_WAIT_MAX_MS: '500',
      LASTRO_EVENT_HEARTBEAT_MS: '500',
      ...limits,
    };
    child = startChild('child-serves.ts', [JSON.stringify(settings)]);
    const { value } = (await child.lines.next()) as { value: string };
    url = new URL(value.split(' ')[1]!);
  }

  afterEach(async () => {
    for (const attacker of attackers) attacker.destroy();
    child.process.kill('SIGKILL');
    await child.exited;
    await rm(directory, { recursive: true, force: true });
  });

  /** Connects; the socket is among the attackers until the service cuts it off. */
  async function attack({ first, drip, deaf = false }: Attack): Promise<void> {
    const socket = connect(Number(url.port), url.hostname);
    attackers.add(socket);
    const timer = drip === undefined ? undefined : setInterval(() => socket.write(drip), DRIP_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      attackers.delete(socket);
    });
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve());
    });
    if (!deaf) socket.resume();
    socket.write(first);
  }

  async function deposit(): Promise<number> {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(new URL('/v1/deposits', url), { method: 'POST', headers, body: DEPOSIT });
    await answer.text();
    return answer.status;
  }

  it('answers everybody else the whole time, and cuts the attackers off', async () => {
    await serve({
      LASTRO_HEADERS_TIMEOUT_MS: '1000',
      LASTRO_REQUEST_TIMEOUT_MS: '2000',
      LASTRO_KEEP_ALIVE_TIMEOUT_MS: '1000',
      LASTRO_SILENCE_TIMEOUT_MS: '2000',
    });
    for (const each of Object.values(ATTACKS)) {
      await Promise.all(Array.from({ length: each.count }, () => attack(each)));
    }
    await until('all attackers are cut off', async () => {
      expect(await deposit()).toBe(202);
      return attackers.size === 0;
    });
  });

  it('answers thousands of requests that come at once on one connection, each in its turn, and others meanwhile', async () => {
    await serve({});
    const request = `POST /v1/deposits HTTP/1.1\r\n${HEAD}content-length: ${DEPOSIT.length}\r\n\r\n${DEPOSIT}`;
    const count = 5000;
    const socket = connect(Number(url.port), url.hostname);
    attackers.add(socket);
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.write(request.repeat(count));
    const answered = () => received.split('HTTP/1.1 202 ').length - 1;
    await until('all of them are answered', async () => {
      expect(await deposit()).toBe(202);
      return answered() === count;
    });
    expect(received.split('HTTP/1.1 ').length - 1).toBe(count);
  });

  it('refuses connections past its limit, serves those that it has, and takes new ones when there is room', async () => {
    await serve({ LASTRO_CONNECTIONS_MAX: '20', LASTRO_HEADERS_TIMEOUT_MS: '1000' });
    const kept = connect(Number(url.port), url.hostname);
    attackers.add(kept);
    let received = '';
    kept.setEncoding('latin1').on('data', (text: string) => (received += text));
    const isServed = async () => {
      received = '';
      kept.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      await until('the connection that was there first is served', () =>
        received.includes('{"status":"up"}'),
      );
    };
    await isServed();
    await Promise.all(Array.from({ length: 60 }, () => attack({ count: 60, first: '' })));
    await until('those past the limit are refused', () => attackers.size <= 20);
    await isServed();
    await until('there is room again', async () => (await deposit().catch(() => 0)) === 202);
    await isServed();
  });
});
