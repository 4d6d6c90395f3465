import { randomUUID } from 'node:crypto';
import type { KeyRecord } from '@lastro/contract';
import { digestOf } from '@lastro/service';
import { type RunningBank, until } from './running-bank.ts';

/** What the ledger knows of the key `key`. */
export function recordOf(key: string, more: Partial<KeyRecord> = {}): KeyRecord {
  return { name: key, scope: 'operate', revoked: false, digest: digestOf(key), ...more };
}

/** Makes the ledger's keys these, and waits until the business service has looked. */
export async function haveKeys(bank: RunningBank, keys: readonly KeyRecord[]): Promise<void> {
  const change = (bank.data.keyChanges?.change ?? 0) + 1;
  bank.data.keyChanges = { change, mark: randomUUID(), whole: true, more: false, keys: [...keys] };
  await hasLooked(bank);
}

/** Waits for a look at the keys that has begun and ended from now on. */
export async function hasLooked(bank: RunningBank): Promise<void> {
  // When the second from now on begins, the first, which saw everything so far, has ended.
  const seen = bank.data.keyLooks + 2;
  await until('the service has looked at the keys', () => bank.data.keyLooks >= seen);
}
