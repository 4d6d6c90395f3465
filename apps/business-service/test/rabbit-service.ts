import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RabbitBroker } from './rabbit-broker.ts';
import { RunningBank } from './running-bank.ts';

/** What a business service does with the replicated queue, and which brokers it refuses. */
export function describeService(broker: () => RabbitBroker): void {
  let name: string;
  let bank: RunningBank | undefined;

  beforeEach(() => {
    name = `lastro-${randomUUID()}`;
  });

  afterEach(async () => {
    await bank?.stop();
    bank = undefined;
  });

  function settings(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { LASTRO_QUEUE: broker().url, LASTRO_QUEUE_NAME: name, LASTRO_QUEUE_MEMBERS_MIN: '1', ...more };
  }

  it('posts what it takes, answers who waits, and is ready', async () => {
    bank = await RunningBank.start(settings());
    const deposit = { account: 'alice', amount: 100 };
    const answer = await bank.post('/v1/deposits', deposit, { prefer: 'wait=20' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'posted', acceptedBy: 'business-1' } });
    expect(await bank.get(`/v1/operations/${answer.body.id}`)).toMatchObject({ body: { status: 'posted' } });
    expect(await bank.get('/readyz')).toMatchObject({ status: 200 });
  });

  it('takes over what the embedded queue still holds', async () => {
    bank = await RunningBank.start();
    await bank.data.stop();
    const { body } = await bank.post('/v1/deposits', { account: 'alice', amount: 100 });
    await bank.restart(settings());
    expect(await bank.get(`/v1/operations/${body.id}`)).toMatchObject({ body: { status: 'accepted' } });
    expect(JSON.parse((await bank.get('/readyz')).text)).toMatchObject({ queueDepth: 1 });
  });

  it.each([
    [
      'a wrong password',
      { LASTRO_QUEUE: 'amqp://lastro:wrong@127.0.0.1:PORT' },
      /refuses the user or the password/,
    ],
    ['no such virtual host', { LASTRO_QUEUE: 'URL/nowhere' }, /no such virtual host/],
    ['members that nobody can count', { LASTRO_QUEUE_MEMBERS_MIN: '3' }, /LASTRO_QUEUE_MANAGEMENT_URL/],
    [
      'fewer members than asked for',
      { LASTRO_QUEUE_MEMBERS_MIN: '3', LASTRO_QUEUE_MANAGEMENT_URL: 'MANAGEMENT' },
      /has 1 member, and LASTRO_QUEUE_MEMBERS_MIN is 3/,
    ],
    [
      'a broker that is not there',
      { LASTRO_QUEUE: 'amqp://127.0.0.1:1', LASTRO_QUEUE_START_TIMEOUT_MS: '100' },
      /could not be used in 0.1 seconds/,
    ],
  ])('does not start with %s, and says so', async (_, more, message) => {
    const texts = Object.entries(more).map(([key, value]) => [
      key,
      value
        .replace('PORT', String(broker().node.port))
        .replace('URL', broker().url)
        .replace('MANAGEMENT', broker().managementUrl),
    ]);
    await expect(
      RunningBank.start(settings(Object.fromEntries(texts) as Record<string, string>)),
    ).rejects.toThrow(message);
  });

  it.each([
    ['expires operations', { 'message-ttl': 60_000 }, 'message-ttl'],
    ['deletes queues', { expires: 60_000 }, 'expires'],
    ['limits deliveries', { 'delivery-limit': 20 }, 'delivery-limit'],
  ])('does not start with a policy that %s, unless it is told to', async (_, definition, key) => {
    const { origin, username, password } = new URL(broker().managementUrl);
    const credentials = `${username}:${decodeURIComponent(password)}`;
    const policy = { pattern: `^${name}[.]`, definition, 'apply-to': 'queues' };
    const answer = await fetch(`${origin}/api/policies/%2F/${name}`, {
      method: 'PUT',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: JSON.stringify(policy),
    });
    expect(answer.ok).toBe(true);
    const checked = settings({ LASTRO_QUEUE_MANAGEMENT_URL: broker().managementUrl });
    await expect(RunningBank.start(checked)).rejects.toThrow(
      `the policy ${name} has the queue ${name}.operations drop operations (${key})`,
    );
    bank = await RunningBank.start({ ...checked, LASTRO_ALLOW_UNSAFE: 'true' });
  });

  it('does not start with a queue that is no quorum queue', async () => {
    const connection = await connect(broker().url);
    const channel = await connection.createChannel();
    await channel.assertQueue(`${name}.operations`, { durable: true });
    await connection.close();
    await expect(RunningBank.start(settings())).rejects.toThrow(/is not a quorum queue/);
  });
}
