import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RabbitBroker } from './rabbit-broker.ts';
import { RunningBank, until } from './running-bank.ts';
import { ScriptedDataService } from './scripted-data-service.ts';

/** What a business service does with the replicated queue. */
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

  it('does not go back to the embedded queue while what it took may be at the broker', async () => {
    bank = await RunningBank.start();
    await bank.restart(settings());
    await bank.data.stop();
    const { body } = await bank.post('/v1/deposits', { account: 'alice', amount: 100 });
    await expect(bank.restart()).rejects.toThrow(
      /^1 operations that business-1 took may still be in the replicated queue, [^\n]*set it again until lastro_queue_depth is 0$/,
    );
    await bank.restartStopped({ LASTRO_ALLOW_UNSAFE: 'true' });
    const data = await ScriptedDataService.start();
    await bank.restart({ ...settings(), LASTRO_DATA_URL: data.url });
    await until('it is posted', () => data.ledger.has(body.id));
    await until('it is known here', async () => (await bank!.metric('lastro_queue_depth')) === 0);
    await bank.restart();
    expect(await bank.get(`/v1/operations/${body.id}`)).toMatchObject({ body: { status: 'posted' } });
    await data.stop();
  });

  it('shows how it is connected, and what waits at the broker', async () => {
    bank = await RunningBank.start(settings());
    const metrics = async () => (await bank!.get('/metrics')).text;
    await until('the queues were looked at', async () =>
      (await metrics()).includes('lastro_broker_messages{'),
    );
    const text = await metrics();
    for (const connection of ['publishing', 'reading'])
      expect(text).toMatch(new RegExp(`lastro_broker_connected{connection="${connection}",.*} 1`));
    for (const queue of ['operations', 'returned', 'dead_letters', 'unreadable']) {
      expect(text).toMatch(new RegExp(`lastro_broker_messages{queue="${queue}",.*} \\d+`));
      expect(text).toMatch(new RegExp(`lastro_broker_messages_max{queue="${queue}",.*} 1000000`));
    }
  });
}
