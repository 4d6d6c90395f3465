import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LastroProcess } from '../../apps/cli/test/lastro-process.ts';
import { KEY, startOn } from '../../apps/data-service/test/data-services.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };

describe('a business service in a process of its own that is drained', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let directory: string;
  let data: RunningService;
  let business: LastroProcess | undefined;

  const startBusiness = () =>
    new LastroProcess(['business'], {
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: KEY,
      LASTRO_ADMIN_KEY: KEY,
      LASTRO_DATA_URL: data.url,
      LASTRO_QUEUE_DIR: join(directory, 'queue'),
      LASTRO_PORT: '0',
      LASTRO_CONSOLE: 'off',
      LASTRO_RETRY_DELAY_MAX_MS: '100',
    });
  const urlOf = async (process: LastroProcess) => {
    await process.says('"url":');
    return /"url":"([^"]+)"/.exec(process.stdout)![1]!;
  };
  const call = async (url: string, body?: object) =>
    fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'lastro-drain-'));
    data = await startOn(database.url);
  });
  afterAll(async () => {
    business?.child.kill('SIGKILL');
    await business?.ended;
    await data.stop();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('takes nothing more, waits for the ledger as long as it takes, and ends with status 0 and an empty queue', async () => {
    business = startBusiness();
    const url = await urlOf(business);
    expect((await call(`${url}/v1/accounts`, { id: 'alice' })).status).toBe(201);
    const { port } = new URL(data.url);
    await data.stop();
    for (let count = 0; count < 5; count += 1) {
      expect((await call(`${url}/v1/deposits`, { account: 'alice', amount: 100 })).status).toBe(202);
    }

    business.child.kill('SIGUSR2');
    await vi.waitFor(async () => expect((await call(`${url}/readyz`)).status).toBe(503), PATIENCE);
    const refused = await call(`${url}/v1/deposits`, { account: 'alice', amount: 1 });
    expect(await refused.json()).toMatchObject({ status: 503, code: 'stopping' });
    expect(business.child.exitCode).toBe(null);

    data = await startOn(database.url, { LASTRO_PORT: port });
    expect((await business.ended).status).toBe(0);
    expect(business.stdout).toContain('drained');

    // On the queue that it has left.
    business = startBusiness();
    const again = await urlOf(business);
    expect(business.stdout).toContain('"queueDepth":0');
    expect(await (await call(`${again}/v1/accounts/alice/balance`)).json()).toMatchObject({ balance: 500 });
    business.child.kill('SIGTERM');
    expect((await business.ended).status).toBe(0);
  });
});
