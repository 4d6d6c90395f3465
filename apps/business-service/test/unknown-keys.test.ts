import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyRecord } from '@lastro/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { recordOf } from './known-keys.ts';
import { RunningBank } from './running-bank.ts';

/** The first look is at the start; no other happens by itself. */
const NO_MORE_LOOKS = { LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '3600000' };

describe('a key that a business service does not know', { timeout: 30_000 }, () => {
  let bank: RunningBank;
  afterEach(() => bank.stop());

  const newKey = () => `lastro_${randomBytes(32).toString('hex')}`;
  const statusOf = async (key: string) => (await bank.call('GET', '/v1/whoami', undefined, { key })).status;
  const ofLedger = (key: string, more: Partial<KeyRecord> = {}) =>
    recordOf(key, { name: key.slice(-8), ...more });
  /** The ledger has these keys now, and the business service is not told. */
  function haveUnseen(keys: readonly KeyRecord[]): void {
    const change = (bank.data.keyChanges?.change ?? 0) + 1;
    bank.data.keyChanges = { change, mark: randomUUID(), whole: true, more: false, keys: [...keys] };
  }

  it('works at once when it was made elsewhere a moment ago', async () => {
    bank = await RunningBank.start(NO_MORE_LOOKS);
    const [key, other] = [newKey(), newKey()];
    haveUnseen([ofLedger(key)]);
    expect([await statusOf(key), await statusOf(other)]).toEqual([200, 401]);
    haveUnseen([ofLedger(key, { revoked: true }), ofLedger(other)]);
    expect([await statusOf(other), await statusOf(key)]).toEqual([200, 401]);
  });

  it('is looked for once for all who wait, and no more often than the setting says', async () => {
    const intervalMs = 50;
    bank = await RunningBank.start({
      ...NO_MORE_LOOKS,
      LASTRO_KEYS_UNKNOWN_INTERVAL_MIN_MS: String(intervalMs),
    });
    const key = newKey();
    haveUnseen([ofLedger(key)]);
    const looks = bank.data.keyLooks;
    const begun = performance.now();
    const madeUp = await Promise.all(Array.from({ length: 300 }, () => statusOf(newKey())));
    expect(new Set(madeUp)).toEqual(new Set([401]));
    expect(await statusOf(key)).toBe(200);
    const passedMs = performance.now() - begun;
    expect(bank.data.keyLooks - looks).toBeGreaterThan(0);
    expect(bank.data.keyLooks - looks).toBeLessThanOrEqual(1 + Math.ceil(passedMs / intervalMs));
  });

  it('is refused without a look when it can be no key of the bank, or too many wait already', async () => {
    bank = await RunningBank.start({ ...NO_MORE_LOOKS, LASTRO_KEYS_UNKNOWN_WAITING_MAX: '0' });
    const key = newKey();
    haveUnseen([ofLedger(key)]);
    const looks = bank.data.keyLooks;
    expect(await statusOf(key)).toBe(401);
    await bank.restart({ LASTRO_KEYS_UNKNOWN_WAITING_MAX: '1' });
    haveUnseen([ofLedger(newKey())]);
    const looksAfter = bank.data.keyLooks;
    for (const garbage of [
      'lastro_',
      `${newKey()}0`,
      newKey().toUpperCase(),
      newKey().slice(0, -1),
      'x'.repeat(71),
    ])
      expect(await statusOf(garbage)).toBe(401);
    expect([looksAfter - looks, bank.data.keyLooks - looksAfter]).toEqual([1, 0]);
  });

  it('is refused while the ledger is away, and known keys work on (I9)', async () => {
    bank = await RunningBank.start({ ...NO_MORE_LOOKS, LASTRO_KEYS_UNKNOWN_WAIT_MAX_MS: '50' });
    const [known, late] = [newKey(), newKey()];
    haveUnseen([ofLedger(known)]);
    expect(await statusOf(known)).toBe(200);
    bank.data.keyChanges = undefined;
    expect([await statusOf(late), await statusOf(known)]).toEqual([401, 200]);
    await bank.data.stop();
    expect([await statusOf(late), await statusOf(known)]).toEqual([401, 200]);
  });
});
