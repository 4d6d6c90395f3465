import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { createLogger } from '@lastro/service';
import { connect } from 'amqplib';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { openChannel } from '../src/queue/rabbit/channels.ts';
import { RabbitQueue } from '../src/queue/rabbit/rabbit-queue.ts';
import { ServiceName } from '../src/queue/rabbit/service-name.ts';
import { allFinal, entries } from './entries.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import type { RabbitBroker } from './rabbit-broker.ts';
import { rabbitOptions } from './rabbit-harness.ts';
import { RunningBank, until } from './running-bank.ts';

const LIMITS = { operationsMax: 100, bytesMax: 1_000_000 };

/** Which brokers a business service refuses at its start, and how it says so. */
export function describeStart(broker: () => RabbitBroker): void {
  let name: string;

  beforeEach(() => {
    name = `lastro-${randomUUID()}`;
  });

  function settings(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { LASTRO_QUEUE: broker().url, LASTRO_QUEUE_NAME: name, LASTRO_QUEUE_MEMBERS_MIN: '1', ...more };
  }

  /** Accepts connections, and says nothing. */
  async function startSilent(): Promise<number> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    });
    return (server.address() as net.AddressInfo).port;
  }

  /** Asks the management plugin. */
  async function manage(method: string, path: string, body: object): Promise<void> {
    const { origin, username, password } = new URL(broker().managementUrl);
    const credentials = `${username}:${decodeURIComponent(password)}`;
    const answer = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  }

  /** A queue, and what it logs. */
  async function open(
    businessId: string,
    more: { allowUnsafe?: boolean; startTimeoutMs?: number } = {},
  ): Promise<{ queue: RabbitQueue; log: string[]; close: () => Promise<void> }> {
    const directory = await temporaryDirectory();
    const log: string[] = [];
    const logger = createLogger('business-service', 'warn', { write: (line) => void log.push(line) });
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const setting = { url: broker().url, directory, name, businessId };
    const queue = await RabbitQueue.open(rabbitOptions(setting, { broker: { logger, ...more } }));
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= queue.close());
    onTestFinished(close);
    return { queue, log, close };
  }

  it.each([
    [
      'a wrong password',
      { LASTRO_QUEUE: 'amqp://lastro:wrong@127.0.0.1:PORT' },
      /^the broker refuses the user or the password in LASTRO_QUEUE$/,
    ],
    ['no such virtual host', { LASTRO_QUEUE: 'URL/nowhere' }, /^the broker has no such virtual host[^\n]*$/],
    [
      'members that nobody can count',
      { LASTRO_QUEUE_MEMBERS_MIN: '3' },
      /^LASTRO_QUEUE_MEMBERS_MIN is 3, and only[^\n]*: set LASTRO_QUEUE_MANAGEMENT_URL$/,
    ],
    [
      'fewer members than asked for',
      { LASTRO_QUEUE_MEMBERS_MIN: '3', LASTRO_QUEUE_MANAGEMENT_URL: 'MANAGEMENT' },
      /^the queue [^\n]* has 1 member, and LASTRO_QUEUE_MEMBERS_MIN is 3: [^\n]*$/,
    ],
    [
      'a broker that is not there',
      { LASTRO_QUEUE: 'amqp://127.0.0.1:1', LASTRO_QUEUE_START_TIMEOUT_MS: '100' },
      /^the broker of LASTRO_QUEUE could not be used in 0.1 seconds: 127.0.0.1:1: connect ECONNREFUSED[^\n]*$/,
    ],
    [
      'a broker that takes connections and says nothing',
      {
        LASTRO_QUEUE: 'amqp://127.0.0.1:SILENT',
        LASTRO_QUEUE_CONNECT_TIMEOUT_MS: '100',
        LASTRO_QUEUE_START_TIMEOUT_MS: '300',
      },
      /^the broker of LASTRO_QUEUE could not be used in 0.3 seconds: 127.0.0.1:\d+: no answer in 0\.\d+ seconds$/,
    ],
    [
      'a management plugin that takes connections and says nothing',
      {
        LASTRO_QUEUE_MEMBERS_MIN: '3',
        LASTRO_QUEUE_MANAGEMENT_URL: 'http://127.0.0.1:SILENT,http://127.0.0.1:SILENT',
        LASTRO_QUEUE_CONNECT_TIMEOUT_MS: '1500',
        LASTRO_QUEUE_START_TIMEOUT_MS: '2000',
      },
      /^the management plugin [^\n]*: 127.0.0.1:\d+: no answer in time; 127.0.0.1:\d+: no answer in time$/,
    ],
  ])('does not start with %s, and says so in one line', async (_, more, message) => {
    const silent = await startSilent();
    const texts = Object.entries(more).map(([key, value]) => [
      key,
      value
        .replace('PORT', String(broker().node.port))
        .replaceAll('SILENT', String(silent))
        .replace('URL', broker().url)
        .replace('MANAGEMENT', broker().managementUrl),
    ]);
    await expect(
      RunningBank.start(settings(Object.fromEntries(texts) as Record<string, string>)),
    ).rejects.toThrow(message);
  });

  it('does not start as a user that may not make its queues', async () => {
    await manage('PUT', `users/${name}`, { password: 'secret', tags: '' });
    await manage('PUT', `permissions/%2F/${name}`, { configure: '^$', write: '.*', read: '.*' });
    const url = `amqp://${name}:secret@127.0.0.1:${broker().node.port}`;
    await expect(RunningBank.start(settings({ LASTRO_QUEUE: url }))).rejects.toThrow(
      /^the user in LASTRO_QUEUE needs permission to configure, write and read [^\n]*: access to queue [^\n]* refused for user$/,
    );
  });

  it.each([
    ['expires operations', { 'message-ttl': 60_000 }, 'message-ttl'],
    ['deletes queues', { expires: 60_000 }, 'expires'],
    ['limits deliveries', { 'delivery-limit': 20 }, 'delivery-limit'],
  ])('does not start with a policy that %s, unless it is told to', async (_, definition, key) => {
    await manage('PUT', `policies/%2F/${name}`, {
      pattern: `^${name}[.]`,
      definition,
      'apply-to': 'queues',
    });
    const checked = settings({ LASTRO_QUEUE_MANAGEMENT_URL: broker().managementUrl });
    await expect(RunningBank.start(checked)).rejects.toThrow(
      `the policy ${name} has the queue ${name}.operations drop operations (${key})`,
    );
    const bank = await RunningBank.start({ ...checked, LASTRO_ALLOW_UNSAFE: 'true' });
    await bank.stop();
  });

  it('does not start with a queue that is no quorum queue, unless it is told to: then it warns aloud', async () => {
    const connection = await connect(broker().url);
    const channel = await connection.createChannel();
    await channel.assertQueue(`${name}.operations`, { durable: true });
    await connection.close();
    const problem = `the queue ${name}.operations at the broker is not a quorum queue: `;
    await expect(RunningBank.start(settings())).rejects.toThrow(problem);
    const { queue, log } = await open('business-1', { allowUnsafe: true });
    expect(log.join('')).toContain(
      `UNSAFE, and used all the same because of LASTRO_ALLOW_UNSAFE: ${problem}`,
    );
    await queue.append(entries(1), false);
  });

  it('does not start under the name of another that runs, which is not disturbed', async () => {
    const { queue, close } = await open('business-1');
    await expect(open('business-1', { startTimeoutMs: 300 })).rejects.toThrow(
      'the broker of LASTRO_QUEUE could not be used in 0.3 seconds: another business service is connected to the broker as business-1: each needs a LASTRO_BUSINESS_ID of its own',
    );
    await queue.append(entries(1), false);
    const records = await queue.next(LIMITS, new AbortController().signal);
    await queue.settle(records, allFinal(records));
    const starting = open('business-1');
    await close();
    await starting;
  });

  it('goes on when its connection is made anew and its name still belongs to the one that broke', async () => {
    const log: string[] = [];
    const queue = `${name}.service.business-1`;
    const nameFor = (lingeringMaxMs: number) =>
      new ServiceName({
        ...{ businessId: 'business-1', queue, lingeringMaxMs },
        backoff: { delayMinMs: 5, delayMaxMs: 20 },
        logger: createLogger('business-service', 'warn', { write: (line) => void log.push(line) }),
      });
    const connectNow = async () => {
      const connection = await connect(broker().url);
      onTestFinished(() => connection.close().catch(() => undefined));
      return connection;
    };
    /** 405: it belongs to another connection. 404: it is nobody's. */
    const lookAtName = async () => {
      const channel = await openChannel(observer);
      const fault: unknown = await channel.checkQueue(queue).catch((error: unknown) => error);
      return (fault as { code?: number }).code;
    };
    const [observer, broken, again] = [await connectNow(), await connectNow(), await connectNow()];
    const ours = nameFor(60_000);
    await ours.take(broken);
    await ours.take(again);
    await broken.close();
    await until('it has its name again', async () => (await lookAtName()) === 405);
    expect(log).toEqual([]);
    await again.close();
    expect(await lookAtName()).toBe(404);

    const robbed = nameFor(30);
    await robbed.take(await connectNow());
    await robbed.take(await connectNow());
    await until('it says that another has its name', () => log.length > 0);
    expect(log.join('')).toContain('another business service is connected to the broker as business-1');
  });
}
