import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchAnswer, Problem } from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startBusinessService } from '../../apps/business-service/src/index.ts';
import { startDataService } from '../../apps/data-service/src/index.ts';

const KEY = 'admin-key-of-the-tests';
const BUSINESS_KEY = 'business-key-of-the-tests';
const ENTRIES = 60_000;
const PER_BATCH = 10_000;
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('the export of a statement by a business service', () => {
  let database: TestDatabase;
  let directory: string;
  let data: RunningService;
  let business: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'lastro-export-'));
    data = await startData();
    business = await startBusiness();
    await submit([{ type: 'open', account: 'ana', currency: 'BRL', overdraftLimit: 0 }]);
    for (let sent = 0; sent < ENTRIES; sent += PER_BATCH) {
      await submit(Array.from({ length: PER_BATCH }, () => ({ type: 'deposit', account: 'ana', amount: 1 })));
    }
  });
  afterAll(async () => {
    await business.stop();
    await data.stop();
    await rm(directory, { recursive: true, force: true });
    await database.drop();
  });

  const startData = (port = '0') =>
    startDataService({
      DATABASE_URL: database.url,
      LASTRO_PORT: port,
      LASTRO_BUSINESS_KEYS: `business-1:${BUSINESS_KEY}`,
      LASTRO_LOG_LEVEL: 'silent',
    });
  const startBusiness = () =>
    startBusinessService({
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: BUSINESS_KEY,
      LASTRO_DATA_URL: data.url,
      LASTRO_QUEUE_DIR: directory,
      LASTRO_ADMIN_KEY: KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_EXPORTS_MAX: '1',
    });

  async function submit(contents: readonly object[]): Promise<void> {
    const acceptedAt = new Date().toISOString();
    const operations = contents.map((content) => ({ id: randomUUID(), ...content, acceptedAt }));
    const answer = await fetch(`${data.url}/v1/batches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${BUSINESS_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ operations }),
    });
    const { results } = (await answer.json()) as BatchAnswer;
    expect(results.every((result) => 'operation' in result && result.operation.status === 'posted')).toBe(
      true,
    );
  }

  const ask = (query: string, account = 'ana') =>
    request(`${business.url}/v1/accounts/${account}/statement/export?${query}`, {
      headers: { authorization: `Bearer ${KEY}` },
    });

  /** One export at a time is allowed here, and the one before may be at its end only now. */
  const begin = () =>
    vi.waitFor(async () => {
      const answer = await ask('format=jsonl');
      if (answer.statusCode !== 200) await answer.body.dump();
      expect(answer.statusCode).toBe(200);
      return answer;
    }, PATIENCE);

  it('is whole, and says what it is', async () => {
    const answer = await ask('format=csv');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="statement-ana.csv"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const lines = (await answer.body.text()).trimEnd().split('\r\n');
    expect(lines.length).toBe(ENTRIES + 3);
    expect(lines.at(-1)).toContain('opening_balance');
  });

  it.each([
    ['format=csv', 'nobody', 404, 'account_unknown'],
    ['', 'ana', 400, 'invalid_request'],
    ['format=pdf', 'ana', 400, 'invalid_request'],
    ['format=csv&from=yesterday', 'ana', 400, 'invalid_request'],
    ['format=csv&limit=3', 'ana', 400, 'invalid_request'],
    ['format=csv&format=ofx', 'ana', 400, 'invalid_request'],
    ['format=csv', '..%2f..', 400, 'invalid_request'],
  ])('with %s of account %s is %i %s', async (query, account, status, code) => {
    const answer = await ask(query, account);
    expect([answer.statusCode, ((await answer.body.json()) as Problem).code]).toEqual([status, code]);
  });

  it('is refused when too many are under way, and keeps no balance waiting', async () => {
    const slow = await begin();
    const refused = await ask('format=csv');
    expect([refused.statusCode, ((await refused.body.json()) as Problem).code]).toEqual([
      503,
      'exports_busy',
    ]);
    const balance = await request(`${business.url}/v1/accounts/ana/balance`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(await balance.body.json()).toMatchObject({ balance: ENTRIES });
    slow.body.on('error', () => undefined).destroy();
    expect((await (await begin()).body.text()).length).toBeGreaterThan(ENTRIES);
  });

  it('breaks off when the data service stops, so that nobody takes a part for the whole', async () => {
    const answer = await begin();
    const port = new URL(data.url).port;
    await data.stop();
    await expect(answer.body.text()).rejects.toThrow();
    const refused = await ask('format=csv');
    expect([refused.statusCode, ((await refused.body.json()) as Problem).code]).toEqual([
      503,
      'ledger_unavailable',
    ]);
    data = await startData(port);
  });

  it('does not keep the business service from stopping', async () => {
    const answer = await begin();
    await business.stop();
    await expect(answer.body.text()).rejects.toThrow();
    business = await startBusiness();
  });
});
