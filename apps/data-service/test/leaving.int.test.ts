import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, opening, post, startOn } from './data-services.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

describe('a data service', () => {
  let database: TestDatabase;
  let service: RunningService;
  const metric = async (name: string) => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(text.match(new RegExp(`^${name}\\{[^}]*\\} (.+)$`, 'm'))?.[1]);
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    service = await startOn(database.url, { LASTRO_ENGINE_LOOK_INTERVAL_MS: '20' });
  });
  afterEach(async () => {
    await service.stop();
    await database.drop();
  });

  it('that is left says that it is not ready, and commits what comes all the same', async () => {
    expect(await ask(service, 'GET', '/readyz')).toMatchObject({ status: 200 });
    service.sayNotReady?.();
    expect(await ask(service, 'GET', '/readyz')).toMatchObject({ status: 503, body: { code: 'stopping' } });
    expect(await post(service, opening('alice'))).toMatchObject([{ status: 'posted' }]);
  });

  it('tells how PostgreSQL is: its size, its standbys, and how far the clocks are apart', async () => {
    await vi.waitFor(
      async () => expect(await metric('lastro_engine_size_bytes')).toBeGreaterThan(1e6),
      PATIENCE,
    );
    expect(await metric('lastro_engine_reachable')).toBe(1);
    expect(await metric('lastro_engine_standbys')).toBe(0);
    // On one machine there is one clock.
    expect(Math.abs(await metric('lastro_engine_clock_ahead_seconds'))).toBeLessThan(10);
    expect(Math.abs((await metric('lastro_clock_seconds')) - Date.now() / 1000)).toBeLessThan(60);
  });
});
