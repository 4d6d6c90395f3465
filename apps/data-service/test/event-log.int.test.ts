import {
  compileSchema,
  type Event,
  EventLogPage as PageSchema,
  type Monitor,
  type MonitorPage,
} from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from './commit-batches.ts';
import { ask, deposit, opening, post, startOn, withdrawal } from './data-services.ts';

interface Page {
  readonly through: number;
  readonly events: readonly { readonly accounts: readonly string[]; readonly event: Event }[];
}

const isPage = compileSchema(PageSchema, 'body');

describe('the log of events', () => {
  let database: TestDatabase;
  let first: RunningService;
  let second: RunningService;
  const log = async (query: string, service = first) =>
    (await ask<Page>(service, 'GET', `/v1/event-log?${query}`)).body;
  const end = async () => (await log('')).through;
  const watch = async (monitor: object) =>
    (await ask<Monitor>(first, 'POST', '/v1/monitors', { id: newId(), ...monitor })).body;
  const crossings = async (after: number) =>
    (await log(`after=${after}`)).events
      .map(({ event }) => event)
      .filter(({ type }) => type.startsWith('balance'));

  beforeAll(async () => {
    database = await createTestDatabase();
    first = await startOn(database.url, {
      LASTRO_EVENT_WAITERS_MAX: '3',
      LASTRO_EVENT_POLL_INTERVAL_MS: '10',
    });
    second = await startOn(database.url);
    await post(first, opening('alice'), opening('bob'));
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
    await database.drop();
  });

  it('is every operation, posted or rejected, in sequence order, as it is shown under its id', async () => {
    await post(first, deposit('alice', 700), withdrawal('bob', 1), deposit('nobody', 1));
    const page = await log('after=0');
    expect(isPage(page)).toBe(true);
    const sequences = page.events.map(({ event }) => Number(event.id));
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(page.through).toBe(sequences.at(-1));
    for (const { event } of page.events) {
      const operation = event.data as { id: string; status: string; postedAt: string };
      const shown = await ask(first, 'GET', `/v1/operations/${operation.id}`);
      expect(event).toEqual({
        id: event.id,
        type: `operation.${operation.status}`,
        timestamp: operation.postedAt,
        data: shown.body,
      });
    }
    expect(page.events.slice(-3).map(({ accounts }) => accounts)).toEqual([
      ['alice', '@cash.BRL'],
      ['bob'],
      ['nobody'],
    ]);
  });

  it('names the accounts of what moves no money: a hold, and its release', async () => {
    const after = await end();
    const [hold] = await post(first, { type: 'hold', from: 'alice', to: 'bob', amount: 5 });
    await post(first, { type: 'void', hold: hold!.id });
    const { events } = await log(`after=${after}`);
    expect(events.map(({ event }) => [event.type, (event.data as { type: string }).type])).toEqual([
      ['operation.posted', 'hold'],
      ['operation.posted', 'void'],
    ]);
    for (const { accounts } of events) expect([...accounts].sort()).toEqual(['alice', 'bob']);
  });

  it('is the same in pages of any size, from any place', async () => {
    const all = (await log('after=0')).events;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.nat(all.length), async (limit, from) => {
        const events: unknown[] = [];
        for (let after = from; ;) {
          const page = await log(`after=${after}&limit=${limit}`);
          if (page.events.length === 0) break;
          events.push(...page.events);
          after = page.through;
        }
        expect(events).toEqual(all.slice(from));
      }),
      { numRuns: 20 },
    );
  });

  it('answers whoever waits once this data service, or another one, has committed', async () => {
    for (const writer of [first, second]) {
      const after = await end();
      const waiting = log(`after=${after}&wait=20`);
      const [operation] = await post(writer, deposit('alice', 1));
      expect((await waiting).events.map(({ event }) => event.data)).toEqual([operation]);
    }
  });

  it('answers with nothing when nothing has come', async () => {
    const after = await end();
    expect(await log(`after=${after}&wait=0`)).toEqual({ through: after, events: [] });
    expect(await log(`after=${after}&wait=1`)).toEqual({ through: after, events: [] });
    expect(await log(`after=${after + 1000}`)).toEqual({ through: after + 1000, events: [] });
  });

  it('refuses more that wait than may, and lets go of those that have left', async () => {
    const after = await end();
    const leaving = new AbortController();
    const url = `${first.url}/v1/event-log?after=${after}&wait=20`;
    const headers = { authorization: 'Bearer business-1-key-0123456789' };
    const waiting = [1, 2, 3].map(() =>
      fetch(url, { headers, signal: leaving.signal }).catch(() => undefined),
    );
    const refused = async () =>
      (await ask<{ code?: string }>(first, 'GET', `/v1/event-log?after=${after}&wait=1`)).body;
    await expect.poll(refused).toMatchObject({ code: 'too_many_streams' });
    leaving.abort();
    await Promise.all(waiting);
    await expect.poll(refused).toEqual({ through: after, events: [] });
  });

  it('answers those who wait when the data service stops', async () => {
    const third = await startOn(database.url);
    const after = await end();
    const waiting = log(`after=${after}&wait=20`, third);
    // Its own read is through, so it waits.
    await ask(third, 'GET', `/v1/event-log?after=${after}`);
    await third.stop();
    expect(await waiting).toEqual({ through: after, events: [] });
  });

  describe('a balance monitor', () => {
    it('tells of a balance that crosses its value, either way, and of no other', async () => {
      await post(first, opening('carol'), deposit('carol', 1000));
      const monitor = await watch({ account: 'carol', below: 500, above: 2000 });
      expect(monitor).toMatchObject({ account: 'carol', below: 500, above: 2000, fromSequence: await end() });
      const after = await end();
      await post(first, withdrawal('carol', 500)); // 500: not below
      const [below] = await post(second, withdrawal('carol', 1)); // 499
      await post(first, withdrawal('carol', 1), deposit('carol', 1), deposit('carol', 1501)); // 2000: not above
      const [above] = await post(first, deposit('carol', 1)); // 2001
      await post(first, deposit('carol', 1), withdrawal('carol', 2000)); // 2: below again, in one batch
      const found = await crossings(after);
      expect(found.map(({ id, type, data }) => [id, type, (data as { balance: number }).balance])).toEqual([
        [`${below!.sequence}.1`, 'balance.below', 499],
        [`${above!.sequence}.1`, 'balance.above', 2001],
        [`${above!.sequence! + 2}.1`, 'balance.below', 2],
      ]);
      expect(found[0]).toMatchObject({
        timestamp: below!.postedAt,
        data: {
          monitor: monitor.id,
          account: 'carol',
          currency: 'BRL',
          value: 500,
          balanceBefore: 500,
          operation: below!.id,
          sequence: below!.sequence,
        },
      });
    });

    it('gives the same events at any time, also once it is removed, and none for what came after', async () => {
      await post(first, opening('dave'));
      const before = await end();
      const one = await watch({ account: 'dave', above: 10 });
      const other = await watch({ account: 'dave', above: 5 });
      await post(first, deposit('dave', 20), withdrawal('dave', 20));
      const seen = await crossings(before);
      expect(seen.map(({ id, data }) => [id.split('.')[1], (data as { monitor: string }).monitor])).toEqual([
        ['1', one.id],
        ['2', other.id],
      ]);
      expect((await ask(first, 'DELETE', `/v1/monitors/${one.id}`)).status).toBe(204);
      expect((await ask(first, 'DELETE', `/v1/monitors/${one.id}`)).status).toBe(404);
      const removedAt = await end();
      await post(first, deposit('dave', 20));
      expect(await crossings(before)).toEqual([...seen, ...(await crossings(removedAt))]);
      expect((await crossings(removedAt)).map(({ data }) => data)).toMatchObject([{ monitor: other.id }]);
    });

    it('sees each crossing in a long history once, as a model that adds up the movements', async () => {
      await post(first, opening('erin'));
      await watch({ account: 'erin', below: 50, above: 100 });
      const after = await end();
      await post(first, deposit('erin', 60), deposit('erin', 60), withdrawal('erin', 100));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 1, maxLength: 8 }),
          async (moves) => {
            const operations = moves
              .filter((amount) => amount !== 0)
              .map((amount) => (amount > 0 ? deposit('erin', amount) : withdrawal('erin', -amount)));
            if (operations.length > 0) await post(moves.length % 2 === 0 ? first : second, ...operations);
          },
        ),
        { numRuns: 40 },
      );
      const events = (await log(`after=${after}&limit=1000`)).events.map(({ event }) => event);
      const expected: string[] = [];
      let balance = 0;
      for (const { id, type, data } of events) {
        if (type !== 'operation.posted') continue;
        const next = (data as { balances: Record<string, number> }).balances['erin']!;
        if (balance >= 50 && next < 50) expected.push(`${id} balance.below`);
        if (balance <= 100 && next > 100) expected.push(`${id} balance.above`);
        balance = next;
      }
      expect(expected.length).toBeGreaterThanOrEqual(2);
      const pages: Event[] = [];
      for (let from = after; from < Number(events.at(-1)!.id.split('.')[0]); from += 3)
        pages.push(...(await log(`after=${from}&limit=3`)).events.map(({ event }) => event));
      expect(pages).toEqual(events);
      expect(
        events
          .filter(({ type }) => type.startsWith('balance'))
          .map(({ id, type }) => `${id.split('.')[0]} ${type}`),
      ).toEqual(expected);
    });

    it('that is made while operations are posted counts for exactly those after the sequence that it names', async () => {
      await post(first, opening('frank'));
      const posting = (async () => {
        for (let round = 0; round < 30; round += 1)
          await post(round % 2 === 0 ? first : second, deposit('frank', 10), withdrawal('frank', 10));
      })();
      const followed = (async () => {
        const seen: Event[] = [];
        for (let after = 0; ;) {
          const page = await log(`after=${after}&wait=1`, second);
          if (page.events.length === 0) return seen;
          seen.push(...page.events.map(({ event }) => event));
          after = page.through;
        }
      })();
      const monitors: Monitor[] = [];
      for (let made = 0; made < 5; made += 1) monitors.push(await watch({ account: 'frank', above: 5 }));
      await posting;
      expect(await followed).toEqual((await log('after=0')).events.map(({ event }) => event));
      const seen = await crossings(0);
      for (const { id, fromSequence } of monitors) {
        const own = seen.filter(({ data }) => (data as { monitor?: string }).monitor === id);
        expect(own.every(({ data }) => (data as { sequence: number }).sequence > fromSequence)).toBe(true);
      }
    });

    it('is listed, by account and in pages', async () => {
      const { body } = await ask<MonitorPage>(first, 'GET', '/v1/monitors?limit=2');
      expect(body.monitors).toHaveLength(2);
      const next = await ask<MonitorPage>(first, 'GET', `/v1/monitors?limit=1000&cursor=${body.nextCursor!}`);
      expect(next.body.nextCursor).toBeUndefined();
      const frank = await ask<MonitorPage>(first, 'GET', '/v1/monitors?account=frank');
      expect(frank.body.monitors).toHaveLength(5);
    });

    it('that is sent twice is one; without an account there is none', async () => {
      const monitor = { id: newId(), account: 'bob', below: 0 };
      const added = await ask(first, 'POST', '/v1/monitors', monitor);
      expect(await ask(second, 'POST', '/v1/monitors', monitor)).toEqual(added);
      expect(
        await ask(first, 'POST', '/v1/monitors', { ...monitor, id: newId(), account: 'nobody' }),
      ).toMatchObject({
        status: 404,
        body: { code: 'account_unknown' },
      });
    });
  });

  it('refuses more monitors than there may be', async () => {
    const small = await startOn(database.url, { LASTRO_MONITORS_MAX: '1' });
    const answer = await ask(small, 'POST', '/v1/monitors', { id: newId(), account: 'bob', below: 0 });
    expect(answer).toMatchObject({ status: 409, body: { code: 'subscription_limit' } });
    await small.stop();
  });
});
