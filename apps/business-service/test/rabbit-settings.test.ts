import { expect, test } from 'vitest';
import { businessServiceConfig } from '../src/config.ts';
import { prefetchOf } from '../src/queue/rabbit/settings.ts';

const MIB = 1024 * 1024;

/** Messages that the reader of the replicated queue holds with these settings. */
function heldWith(settings: Readonly<Record<string, number>>): number {
  const texts = Object.entries(settings).map(([key, value]) => [key, String(value)] as const);
  return prefetchOf(
    businessServiceConfig({
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
      LASTRO_DATA_URL: 'http://127.0.0.1:7400',
      LASTRO_QUEUE_DIR: 'queue',
      LASTRO_ADMIN_KEY: 'admin-key-of-the-tests',
      ...Object.fromEntries(texts),
    }),
  );
}

test('so few messages are held that they fit in their memory, however large they are', () => {
  expect(heldWith({})).toBe(59);
  expect(heldWith({ LASTRO_BODY_SIZE_MAX_BYTES: 8 * MIB })).toBe(36);
  expect(heldWith({ LASTRO_QUEUE_HELD_MAX_BYTES: 64 * MIB })).toBe(9);
});

test('no more are held than is said, and one in any case', () => {
  expect(heldWith({ LASTRO_QUEUE_HELD_MAX_BYTES: 4096 * MIB })).toBe(256);
  expect(heldWith({ LASTRO_QUEUE_PREFETCH: 7 })).toBe(7);
  expect(heldWith({ LASTRO_QUEUE_HELD_MAX_BYTES: MIB })).toBe(1);
});
