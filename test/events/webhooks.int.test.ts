import {
  type CreatedWebhook,
  type Operation,
  type Problem,
  type Webhook,
  type WebhookDeadLetterPage,
} from '@lastro/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isSignedWith, OK, Receiver, status } from './receiver.ts';
import { TestBank } from './test-bank.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const deposit = (account: string, amount = 1) => ({ type: 'deposit', account, amount });
const SETTINGS = {
  LASTRO_WEBHOOK_PRIVATE_ADDRESSES: 'allow',
  LASTRO_WEBHOOK_RETRY_DELAY_MIN_MS: '5',
  LASTRO_WEBHOOK_RETRY_DELAY_MAX_MS: '40',
  LASTRO_WEBHOOK_ATTEMPTS_MAX: '4',
  LASTRO_WEBHOOK_TIMEOUT_MS: '500',
  LASTRO_WEBHOOK_LEASE_MS: '600',
  LASTRO_WEBHOOK_DEAD_LETTERS_MAX: '4',
};

describe('webhooks', () => {
  let bank: TestBank;
  let receiver: Receiver;
  const made: string[] = [];

  async function create(fields: object = {}): Promise<CreatedWebhook> {
    const answer = await bank.ask<CreatedWebhook>('POST', '/v1/webhooks', { url: receiver.url, ...fields });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    made.push(answer.body.id);
    return answer.body;
  }
  const show = async (id: string) => (await bank.ask<Webhook>('GET', `/v1/webhooks/${id}`)).body;
  const letters = async (id: string) =>
    (await bank.ask<WebhookDeadLetterPage>('GET', `/v1/webhooks/${id}/dead-letters`)).body.deadLetters;
  const sequenceOf = ({ sequence }: Operation) => String(sequence);

  beforeAll(async () => {
    bank = await TestBank.start({ data: 2, business: 2, settings: SETTINGS });
    await bank.post(['alice', 'bob', 'carol'].map((account) => ({ type: 'open', account })));
  });
  afterAll(async () => {
    await bank.stop();
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const id of made.splice(0)) await bank.ask('DELETE', `/v1/webhooks/${id}`);
    await receiver.stop();
  });

  it('are sent every event from where they begin, in order, one at a time, signed', async () => {
    const { secret, ...webhook } = await create({ after: 0 });
    expect(webhook).toMatchObject({ url: receiver.url, status: 'enabled', position: '0', deadLetters: 0 });
    const operations = await bank.post([deposit('alice'), deposit('nobody'), deposit('bob', 7)]);
    const last = operations.at(-1)!.sequence!;
    await expect.poll(() => receiver.ids.length, PATIENCE).toBe(last);
    expect(receiver.ids).toEqual(Array.from({ length: last }, (_, index) => String(index + 1)));
    expect(receiver.requests.slice(-3).map(({ event }) => event.data)).toEqual(operations);
    expect(receiver.requests.map(({ messageId }) => messageId)).toEqual(
      receiver.ids.map((id) => `evt_${id}`),
    );
    expect(receiver.requests.every((request) => isSignedWith(secret, request))).toBe(true);
    expect(isSignedWith(`whsec_${Buffer.alloc(32).toString('base64')}`, receiver.requests[0]!)).toBe(false);
    expect(receiver.requests[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Lastro',
    });
    expect(receiver.overlapped).toBe(false);
    await expect.poll(async () => (await show(webhook.id)).position, PATIENCE).toBe(String(last));
  });

  it('begin with what comes after they were made, and have what they ask for, crossings of monitors too', async () => {
    await bank.post([deposit('carol', 100)]);
    const first = await create();
    await create({ events: ['balance.below', 'operation.rejected'], accounts: ['carol'] });
    await bank.ask('POST', '/v1/monitors', { account: 'carol', below: 50 });
    const [, crossing, rejected] = await bank.post([
      deposit('alice'),
      { type: 'withdrawal', account: 'carol', amount: 60 },
      { type: 'withdrawal', account: 'carol', amount: 60 },
      { type: 'withdrawal', account: 'alice', amount: 1_000_000 },
    ]);
    await expect.poll(() => receiver.requests.length, PATIENCE).toBe(5 + 2);
    const byType = receiver.requests.map(({ messageId, event }) => `${messageId} ${event.type}`);
    const below = `evt_${crossing!.sequence}_1 balance.below`;
    expect(byType.filter((line) => line === below)).toHaveLength(2);
    expect(byType.filter((line) => line === `evt_${rejected!.sequence} operation.rejected`)).toHaveLength(2);
    expect(receiver.requests.find(({ event }) => event.type === 'balance.below')!.event).toMatchObject({
      data: { account: 'carol', value: 50, balance: 40, balanceBefore: 100 },
    });
    expect((await show(first.id)).attempts).toBe(0);
  });

  it.each([
    ['answers 500', status(500)],
    ['redirects', status(302, { location: 'http://127.0.0.1:1/' })],
    ['closes the connection', (response: { destroy(): void }) => response.destroy()],
    ['never answers', () => undefined],
    [
      'begins an answer that is no success and has no end',
      (response: { writeHead(code: number): void; write(text: string): void }) => {
        response.writeHead(503);
        const drip = setInterval(() => response.write('x'), 20);
        setTimeout(() => clearInterval(drip), 2_000).unref();
      },
    ],
  ])('are tried again when the receiver %s, with the same id, and lose nothing', async (_what, failure) => {
    const webhook = await create();
    let failures = 2;
    receiver.answer = (response, received) => {
      failures -= 1;
      return (failures >= 0 ? failure : OK)(response, received);
    };
    const operations = await bank.post([deposit('alice'), deposit('bob')]);
    await expect.poll(() => receiver.ids, PATIENCE).toEqual(operations.map(sequenceOf));
    expect(receiver.requests.map(({ event }) => event.id)).toEqual(
      [0, 0, 0, 1].map((index) => sequenceOf(operations[index]!)),
    );
    await expect
      .poll(async () => await show(webhook.id), PATIENCE)
      .toMatchObject({
        position: sequenceOf(operations[1]!),
        attempts: 0,
        deadLetters: 0,
      });
    expect((await show(webhook.id)).lastError).toBeUndefined();
  });

  it('take a success whose answer has no end, and go on', async () => {
    await create();
    receiver.answer = (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'.repeat(1000)), 5);
      response.once('close', () => clearInterval(drip));
    };
    const operations = await bank.post([deposit('alice'), deposit('bob')]);
    await expect
      .poll(() => receiver.requests.map(({ event }) => event.id), PATIENCE)
      .toEqual(operations.map(sequenceOf));
  });

  it('give up an event that keeps failing, list it, go on, and send it again when asked', async () => {
    const webhook = await create();
    const [bad, , other] = await bank.post([deposit('alice'), deposit('bob'), deposit('carol')]);
    const isBad = (id: string) => id === sequenceOf(bad!) || id === sequenceOf(other!);
    receiver.answer = (response, received) =>
      (isBad(received.event.id) ? status(400) : OK)(response, received);
    await bank.ask('POST', `/v1/webhooks/${webhook.id}/replay`, { after: bad!.sequence! - 1 });
    await expect.poll(async () => (await letters(webhook.id)).length, PATIENCE).toBe(2);
    expect(await letters(webhook.id)).toMatchObject([
      {
        event: sequenceOf(bad!),
        type: 'operation.posted',
        attempts: 4,
        error: 'it answered 400',
        retrying: false,
      },
      { event: sequenceOf(other!), attempts: 4 },
    ]);
    const [page] = (
      await bank.ask<WebhookDeadLetterPage>('GET', `/v1/webhooks/${webhook.id}/dead-letters?limit=1`)
    ).body.deadLetters;
    expect(page!.event).toBe(sequenceOf(bad!));

    const retry = (event: string) =>
      bank.ask<Problem>('POST', `/v1/webhooks/${webhook.id}/dead-letters/${event}/retry`);
    expect((await retry(sequenceOf(bad!))).status).toBe(202);
    await expect
      .poll(async () => (await letters(webhook.id))[0], PATIENCE)
      .toMatchObject({ attempts: 5, retrying: false });
    receiver.answer = OK;
    expect((await retry(sequenceOf(bad!))).status).toBe(202);
    await expect
      .poll(async () => (await letters(webhook.id)).map(({ event }) => event), PATIENCE)
      .toEqual([sequenceOf(other!)]);
    expect(receiver.taken.at(-1)!.event.id).toBe(sequenceOf(bad!));
    expect(await retry(sequenceOf(bad!))).toMatchObject({
      status: 404,
      body: { code: 'webhook_dead_letter_not_found' },
    });
  });

  it('are disabled with too many dead letters, or when the endpoint is gone, and go on once they are enabled', async () => {
    const webhook = await create();
    receiver.answer = status(500);
    const operations = await bank.post(Array.from({ length: 6 }, () => deposit('alice')));
    await expect.poll(async () => (await show(webhook.id)).status, PATIENCE).toBe('disabled');
    expect(await show(webhook.id)).toMatchObject({
      disabledReason: 'It has 4 dead letters.',
      position: sequenceOf(operations[3]!),
    });
    receiver.answer = status(410);
    await bank.ask('POST', `/v1/webhooks/${webhook.id}/enable`);
    await expect.poll(async () => (await show(webhook.id)).disabledReason, PATIENCE).toContain('410');
    receiver.answer = OK;
    expect((await bank.ask('POST', `/v1/webhooks/${webhook.id}/enable`)).body).toMatchObject({
      status: 'enabled',
    });
    await expect.poll(() => receiver.ids, PATIENCE).toEqual(operations.slice(4).map(sequenceOf));
  });

  it('are replayed from a sequence, with the ids that they had', async () => {
    const webhook = await create();
    const operations = await bank.post([deposit('alice'), deposit('bob'), deposit('carol')]);
    const ids = operations.map(sequenceOf);
    await expect.poll(() => receiver.ids, PATIENCE).toEqual(ids);
    const after = operations[0]!.sequence!;
    const answer = await bank.ask<Webhook>(
      'POST',
      `/v1/webhooks/${webhook.id}/replay`,
      { after },
      bank.business[1],
    );
    expect(answer.body).toMatchObject({ id: webhook.id, position: String(after) });
    await expect
      .poll(() => receiver.taken.map(({ event }) => event.id), PATIENCE)
      .toEqual([...ids, ...ids.slice(1)]);
    expect(new Set(receiver.taken.map(({ messageId }) => messageId)).size).toBe(3);
  });

  it('are signed with both secrets for a while after a rotation', async () => {
    const { id, secret } = await create();
    const { body } = await bank.ask<{ secret: string; previousUntil: string }>(
      'POST',
      `/v1/webhooks/${id}/secret`,
    );
    expect(body.secret).not.toBe(secret);
    expect(Date.parse(body.previousUntil)).toBeGreaterThan(Date.now());
    await expect
      .poll(async () => {
        await bank.post([deposit('alice')]);
        const last = receiver.requests.at(-1);
        return last === undefined ? undefined : [isSignedWith(secret, last), isSignedWith(body.secret, last)];
      }, PATIENCE)
      .toEqual([true, true]);
    const shown = await bank.ask<object>('GET', '/v1/webhooks');
    expect(JSON.stringify(shown.body)).not.toContain('whsec_');
  });

  it('that are slow, or fail, do not hold up the others', async () => {
    const slow = await Receiver.start();
    slow.answer = () => undefined;
    await create({ url: slow.url });
    await create();
    const operations = await bank.post([deposit('alice'), deposit('bob')]);
    await expect.poll(() => receiver.ids, PATIENCE).toEqual(operations.map(sequenceOf));
    expect(slow.taken).toEqual([]);
    await slow.stop();
  });

  it('go on, without a gap and in order, when the data service that delivers is stopped, and when it is back', async () => {
    await create();
    let isOver = false;
    const posted: string[] = [];
    const posting = (async () => {
      while (!isOver) posted.push(...(await bank.post([deposit('alice'), deposit('bob')])).map(sequenceOf));
    })();
    for (const index of [0, 1]) {
      const count = receiver.ids.length;
      const back = await bank.stopData(index);
      await expect.poll(() => receiver.ids.length, PATIENCE).toBeGreaterThan(count + 5);
      await back();
    }
    isOver = true;
    await posting;
    await expect.poll(() => receiver.ids.length, PATIENCE).toBe(posted.length);
    expect(receiver.ids).toEqual(posted);
    expect(receiver.overlapped).toBe(false);
  });

  it.each([
    ['no URL', { url: 'example.com' }, 'invalid_request'],
    ['another scheme', { url: 'ftp://example.com' }, 'invalid_request'],
    ['a user in the URL', { url: 'https://me@example.com/' }, 'webhook_url_refused'],
    ['a password in the URL', { url: 'https://me:pass@example.com/' }, 'webhook_url_refused'],
    ['a fragment', { url: 'https://example.com/#here' }, 'webhook_url_refused'],
    ['an event that is none', { events: ['operation.accepted'] }, 'invalid_request'],
    ['no events', { events: [] }, 'invalid_request'],
    ['an account that is none', { accounts: [''] }, 'invalid_request'],
    ['a negative sequence', { after: -1 }, 'invalid_request'],
    ['a secret of their own', { secret: `whsec_${'A'.repeat(32)}` }, 'invalid_request'],
  ])('are refused with %s', async (_what, fields, code) => {
    const answer = await bank.ask<Problem>('POST', '/v1/webhooks', { url: receiver.url, ...fields });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('that are not there cannot be shown, moved, enabled, rotated or removed', async () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    const calls: [string, string, object?][] = [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/replay', { after: 0 }],
      ['POST', '/enable'],
      ['POST', '/secret'],
      ['GET', '/dead-letters'],
      ['POST', '/dead-letters/7/retry'],
    ];
    for (const [method, path, body] of calls) {
      const answer = await bank.ask<Problem>(method, `/v1/webhooks/${id}${path}`, body);
      expect([path, answer.status, answer.body?.code]).toEqual([path, 404, 'webhook_not_found']);
    }
  });
});
