import { connect } from 'node:net';
import {
  compileSchema,
  type Event,
  Event as EventSchema,
  type Operation,
  type Problem,
} from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Message, openStream, readEvents, takeEvents } from './event-source.ts';
import { KEY, TestBank } from './test-bank.ts';

const isEvent = compileSchema(EventSchema, 'body');
const deposit = (account: string, amount = 1) => ({ type: 'deposit', account, amount });
const withdrawal = (account: string, amount = 1) => ({ type: 'withdrawal', account, amount });

describe('a stream of events', () => {
  let bank: TestBank;
  const url = (index = 0) => bank.business[index]!.url;
  const all = async () => takeAll(url());

  /** Everything in the log, up to now. */
  async function takeAll(from: string): Promise<Message[]> {
    const { body } = await bank.ask<{ sequence: number }>('GET', '/v1/trial-balance');
    const messages: Message[] = [];
    for await (const message of readEvents(from, { query: 'after=0' })) {
      messages.push(message);
      if (Number(message.id.split('.')[0]) >= body.sequence) break;
    }
    return messages;
  }
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${url()}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  }

  beforeAll(async () => {
    bank = await TestBank.start({
      data: 2,
      business: 2,
      settings: {
        LASTRO_EVENT_STREAMS_MAX: '20',
        LASTRO_EVENT_HEARTBEAT_MS: '50',
        LASTRO_EVENTS_RECENT_MAX: '50',
        LASTRO_EVENT_STREAM_STALLED_AFTER_MS: '300',
        LASTRO_EVENT_STREAM_BUFFER_MAX_BYTES: '65536',
      },
    });
    await bank.post(['alice', 'bob', 'carol'].map((account) => ({ type: 'open', account })));
  });
  afterAll(async () => {
    await bank.stop();
  });

  it('tells every operation, posted or rejected, in sequence order, as GET shows it', async () => {
    await bank.post([deposit('alice', 5), withdrawal('bob', 1), deposit('nobody')]);
    const messages = await all();
    expect(messages.map(({ id }) => id)).toEqual(messages.map((_, index) => String(index + 1)));
    for (const { id, type, event } of messages) {
      expect(isEvent(event)).toBe(true);
      expect(event).toMatchObject({ id, type });
      const { body } = await bank.ask<Operation>('GET', `/v1/operations/${(event.data as Operation).id}`);
      expect(event.data).toEqual(body);
    }
    expect(messages.slice(-2).map(({ type }) => type)).toEqual(['operation.rejected', 'operation.rejected']);
  });

  it('begins with what comes after it was opened, when it is not told where', async () => {
    await bank.post([deposit('alice')]);
    const taken = takeEvents(url(), 1);
    await expect.poll(() => metric('lastro_event_streams')).toBe(1);
    const [operation] = await bank.post([deposit('alice', 7)], bank.business[1]);
    expect((await taken).map(({ event }) => event.data)).toEqual([operation]);
    await expect.poll(() => metric('lastro_event_streams')).toBe(0);
  });

  it('has only what is asked for: by account, by type, by both', async () => {
    const before = (await all()).at(-1)!.id;
    await bank.post([
      deposit('alice'),
      deposit('bob'),
      withdrawal('carol', 9),
      withdrawal('alice', 1_000_000),
    ]);
    const [, , , last] = await bank.post([
      deposit('bob'),
      deposit('alice'),
      deposit('carol'),
      deposit('carol', 3),
    ]);
    const since = async (query: string, count: number) =>
      (await takeEvents(url(), count, { query: `after=${before}&${query}` })).map(({ event }) => [
        event.type,
        (event.data as Operation).account,
      ]);
    const [posted, rejected] = ['operation.posted', 'operation.rejected'];
    expect(await since('account=alice', 3)).toEqual([
      [posted, 'alice'],
      [rejected, 'alice'],
      [posted, 'alice'],
    ]);
    expect(await since('account=alice,bob&type=operation.posted', 4)).toMatchObject([
      [posted, 'alice'],
      [posted, 'bob'],
      [posted, 'bob'],
      [posted, 'alice'],
    ]);
    expect(await since('type=operation.rejected,balance.below', 2)).toEqual([
      [rejected, 'carol'],
      [rejected, 'alice'],
    ]);
    expect(await since('account=@cash.BRL', 6)).toHaveLength(6);
    expect(last!.status).toBe('posted');
  });

  it('goes on after Last-Event-ID, also between the events of one operation', async () => {
    await bank.post([deposit('carol', 100)]);
    for (const below of [50, 60])
      expect((await bank.ask('POST', '/v1/monitors', { account: 'carol', below })).status).toBe(201);
    const before = (await all()).at(-1)!.id;
    const [operation] = await bank.post([withdrawal('carol', 95)]);
    await bank.post([deposit('alice')]);
    const sequence = operation!.sequence!;
    const ids = [`${sequence}`, `${sequence}.1`, `${sequence}.2`, `${sequence + 1}`];
    const take = async (lastEventId: string, count: number) =>
      (await takeEvents(url(), count, { lastEventId, query: 'after=1' })).map(({ id }) => id);
    expect(await take(before, 4)).toEqual(ids);
    expect(await take(ids[0]!, 3)).toEqual(ids.slice(1));
    expect(await take(ids[1]!, 2)).toEqual(ids.slice(2));
    expect(await take(ids[2]!, 1)).toEqual(ids.slice(3));
    const [below] = await takeEvents(url(), 1, { query: `after=${before}&type=balance.below` });
    expect(below!.event).toMatchObject({ data: { account: 'carol', value: 50, operation: operation!.id } });
  });

  it('shows everything once and in order to readers that are cut off at random and come again anywhere', async () => {
    const begin = (await all()).at(-1)!.id;
    const rounds = 60;
    const posting = Promise.all(
      bank.business.map(async (service) => {
        for (let round = 0; round < rounds; round += 1) {
          const operations = Array.from({ length: 1 + (round % 7) * 3 }, (_, index) =>
            index % 5 === 4 ? withdrawal('bob', 1_000_000) : deposit(index % 2 === 0 ? 'alice' : 'carol'),
          );
          await bank.post(operations, service);
        }
      }),
    );
    const readers = Array.from({ length: 6 }, async (_, reader) => {
      const seen: Message[] = [];
      let lastEventId = begin;
      while (seen.length < 2 * sumOfRounds(rounds)) {
        const from = url((reader + seen.length) % 2);
        const patience = 1 + Math.floor(Math.random() * 40);
        for (const message of await takeEvents(
          from,
          Math.min(patience, 2 * sumOfRounds(rounds) - seen.length),
          {
            lastEventId,
          },
        )) {
          seen.push(message);
          lastEventId = message.id;
        }
      }
      return seen;
    });
    await posting;
    const expected = (await all()).filter(({ id }) => Number(id) > Number(begin));
    expect(expected.length).toBeGreaterThanOrEqual(2 * sumOfRounds(rounds));
    for (const seen of await Promise.all(readers))
      expect(seen.map(({ event }) => event)).toEqual(
        expected.slice(0, seen.length).map(({ event }) => event),
      );
  });

  it('stays open while the data services are away, with signs of life, and goes on when one is back', async () => {
    const begin = (await all()).at(-1)!.id;
    const leaving = new AbortController();
    const response = await openStream(url(), { lastEventId: begin, signal: leaving.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const reading = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
      }
    })().catch(() => undefined);
    const back = [await bank.stopData(0), await bank.stopData(1)];
    // Those without a position cannot be told where to begin.
    expect((await openStream(url(), {})).status).toBe(503);
    const beats = () => text.split('\n').filter((line) => line.startsWith(': ')).length;
    const before = beats();
    await expect.poll(beats).toBeGreaterThan(before + 2);
    expect(text).not.toContain('data:');
    await back[1]!();
    await bank.post([deposit('alice', 11)]);
    await expect.poll(() => text).toContain('"amount":11');
    leaving.abort();
    await reading;
    await back[0]!();
  });

  it('keeps the place of a reader that is sent nothing, so that it need not look through all again', async () => {
    const leaving = new AbortController();
    const response = await openStream(url(), { query: 'account=nobody-at-all', signal: leaving.signal });
    const [operation] = await bank.post([deposit('alice')]);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(`\nid: ${operation!.sequence}\n\n`)) text += (await reader.read()).value;
    expect(text).not.toContain('data:');
    leaving.abort();
  });

  it('shows a customer what touches the accounts of its key, and ends when the key is revoked', async () => {
    const before = (await all()).at(-1)!.id;
    const { body } = await bank.ask<{ key: string }>('POST', '/v1/keys', {
      name: 'alice-phone',
      scope: 'read',
      accounts: ['alice'],
    });
    await bank.ask('POST', '/v1/monitors', { account: 'bob', above: 0 });
    await bank.ask('POST', '/v1/monitors', { account: 'alice', above: 0 });
    const [, transfer] = await bank.post([
      deposit('bob', 1_000_000),
      { type: 'transfer', from: 'bob', to: 'alice', amount: 5 },
      deposit('bob'),
    ]);
    const seen: Message[] = [];
    const reading = (async () => {
      for await (const message of readEvents(url(), { lastEventId: before, key: body.key }))
        seen.push(message);
    })();
    await expect.poll(() => seen.length).toBe(1);
    await bank.post([{ type: 'withdrawal', account: 'alice', amount: 1 }]);
    await expect.poll(() => seen.length).toBe(2);
    expect(seen[0]!.event.data).toEqual({
      ...transfer,
      balances: { alice: transfer!.balances!['alice'] },
    });
    expect((await bank.ask('DELETE', '/v1/keys/alice-phone')).status).toBeLessThan(300);
    await reading;
  });

  it('is refused past the limit, and to those who have left there is room again', async () => {
    const leaving = new AbortController();
    // Kept, because an answer that nobody refers to is closed by the garbage collector.
    const open: Response[] = [];
    while (open.length < 20) open.push(await openStream(url(), { query: 'after=0', signal: leaving.signal }));
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    const refused = await openStream(url(), { query: 'after=0' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'too_many_streams' });
    leaving.abort();
    await expect.poll(() => metric('lastro_event_streams')).toBe(0);
  });

  it('cuts off a client that does not read, and goes on for the others', async () => {
    const description = 'x'.repeat(500);
    const many = Array.from({ length: 2000 }, () => ({ ...deposit('bob'), description }));
    for (let round = 0; round < 4; round += 1) await bank.post(many);
    const cutBefore = await metric('lastro_event_streams_cut_total');
    const { hostname, port } = new URL(url());
    const deaf = connect(Number(port), hostname);
    deaf.on('error', () => undefined);
    deaf.pause();
    deaf.write(`GET /v1/events?after=0 HTTP/1.1\r\nhost: bank\r\nauthorization: Bearer ${KEY}\r\n\r\n`);
    await expect
      .poll(() => metric('lastro_event_streams_cut_total'), { timeout: 20_000 })
      .toBe(cutBefore + 1);
    expect(await takeEvents(url(), 8000, { query: 'after=1' })).toHaveLength(8000);
    deaf.destroy();
  });

  it.each([
    ['an id that is none', 'after=x', undefined],
    ['a negative id', 'after=-1', undefined],
    ['an index of nothing', 'after=1.0', undefined],
    ['a header that is no id', '', 'abc'],
    ['an account that is none', 'account=../etc', undefined],
    ['an empty account', 'account=alice,', undefined],
    ['a type that is none', 'type=operation.accepted', undefined],
    ['an unknown field', 'since=1', undefined],
  ])('is refused with %s', async (_what, query, lastEventId) => {
    const response = await openStream(url(), { query, lastEventId });
    expect(response.status).toBe(400);
    expect(((await response.json()) as Problem).code).toBe('invalid_request');
  });

  it('has no HEAD, and is not given without a key', async () => {
    expect((await fetch(`${url()}/v1/events`)).status).toBe(401);
    const head = await fetch(`${url()}/v1/events`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(head.status).toBe(405);
  });

  it('ends when the service stops, and goes on at another', async () => {
    const seen: Event[] = [];
    const first = (async () => {
      for await (const { event } of readEvents(url(1))) seen.push(event);
    })();
    await expect
      .poll(async () => {
        const text = await (await fetch(`${url(1)}/metrics`)).text();
        return text.includes('lastro_event_streams{service="business-service"} 1');
      })
      .toBe(true);
    const [operation] = await bank.post([deposit('alice')]);
    await expect.poll(() => seen.map(({ data }) => data)).toEqual([operation]);
    const stopped = bank.business.splice(1, 1)[0]!;
    await stopped.stop();
    await first;
    const [next] = await bank.post([deposit('alice')]);
    const [message] = await takeEvents(url(), 1, { lastEventId: seen.at(-1)!.id });
    expect(message!.event.data).toEqual(next);
  });
});

/** How many operations one service has posted in so many rounds. */
function sumOfRounds(rounds: number): number {
  return Array.from({ length: rounds }, (_, round) => 1 + (round % 7) * 3).reduce(
    (sum, count) => sum + count,
    0,
  );
}
