import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateLimits } from '../src/access/rate-limits.ts';
import { haveKeys, recordOf } from './known-keys.ts';
import { RunningBank } from './running-bank.ts';

const KEY = 'lastro_a-key-of-the-tests';
const good = { account: 'alice', amount: 100 };

describe('a rate limit', () => {
  const limited = (rateLimitPerSecond: number | undefined) => ({
    name: 'shop',
    scope: 'operate' as const,
    rateLimitPerSecond,
  });
  let nowMs = 0;
  /** How many of `tries` requests of one operation go through at this instant. */
  const goThrough = (limits: RateLimits, rate: number, tries: number): number => {
    for (let sent = 0; sent < tries; sent += 1) {
      try {
        limits.count(limited(rate), 1);
      } catch {
        return sent;
      }
    }
    return tries;
  };

  it.each([1, 2, 3, 7, 50, 1000, 999_983])(
    'of %i a second lets as many through at once, and no more',
    (rate) => {
      nowMs = 1234.5678;
      expect(goThrough(new RateLimits(() => nowMs), rate, rate + 10)).toBe(rate);
    },
  );

  it('lets the rate through for ever, however it is spread', () => {
    nowMs = 0;
    const limits = new RateLimits(() => nowMs);
    let sent = 0;
    for (; nowMs < 60_000; nowMs += 250) sent += goThrough(limits, 100, 1000);
    // What a second allows may be sent at once, at the beginning.
    expect(sent).toBeGreaterThanOrEqual(100 * 60);
    expect(sent).toBeLessThanOrEqual(100 * 61);
  });

  it('lets a larger request through at the price of silence', () => {
    nowMs = 0;
    const limits = new RateLimits(() => nowMs);
    limits.count(limited(100), 10_000);
    for (nowMs = 1; nowMs < 99_000; nowMs += 1000) expect(goThrough(limits, 100, 1)).toBe(0);
    nowMs = 100_000;
    expect(goThrough(limits, 100, 1000)).toBe(100);
  });

  it('says when to come again', () => {
    nowMs = 0;
    const limits = new RateLimits(() => nowMs);
    limits.count(limited(10), 55);
    expect(() => limits.count(limited(10), 1)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterSeconds: 5 }) as Error,
    );
    nowMs = 4_700;
    expect(goThrough(limits, 10, 10)).toBeGreaterThan(0);
  });

  it('counts each key by itself, and keys without one not at all', () => {
    nowMs = 0;
    const limits = new RateLimits(() => nowMs);
    expect(goThrough(limits, 1, 5)).toBe(1);
    limits.count({ ...limited(1), name: 'other' }, 1);
    for (let index = 0; index < 100; index += 1) limits.count(limited(undefined), 1000);
  });
});

describe('a key with a rate limit', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start({ LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '10' });
  });
  afterEach(() => bank.stop());

  it('is told to come later, and nothing of what it sent was taken', async () => {
    await haveKeys(bank, [recordOf(KEY, { rateLimitPerSecond: 1 })]);
    const operations = Array.from({ length: 20 }, () => ({ type: 'deposit', ...good }));
    expect((await bank.call('POST', '/v1/operations', { operations }, { key: KEY })).status).toBe(202);
    const refused = await bank.call('POST', '/v1/deposits', good, { key: KEY });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused.body.detail).toBe(`The key '${KEY}' may send 1 a second.`);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(15);
    expect(await bank.call('GET', '/v1/accounts', undefined, { key: KEY })).toMatchObject({ status: 429 });
    expect(await bank.metric('lastro_accepted_total')).toBe(20);
    expect((await bank.post('/v1/deposits', good)).status).toBe(202);
  });
});
