import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { RunningService } from '@lastro/service';
import { request } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { startBusinessService } from '../src/index.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import type { RabbitBroker } from './rabbit-broker.ts';
import { ADMIN_KEY, RunningBank, until } from './running-bank.ts';
import { BUSINESS_KEY } from './scripted-data-service.ts';

/** One id with two contents, at two business services that share a queue. */
export function describeConflicts(broker: () => RabbitBroker): void {
  async function startSecond(settings: Readonly<Record<string, string>>): Promise<RunningService> {
    const directory = await temporaryDirectory();
    const service = await startBusinessService({
      LASTRO_BUSINESS_ID: 'business-2',
      LASTRO_BUSINESS_KEY: BUSINESS_KEY,
      LASTRO_QUEUE_DIR: directory,
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      ...settings,
    });
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    onTestFinished(() => service.stop());
    return service;
  }

  it('tells who waits of what was taken here, not of another content that it posts for another service (I7)', async () => {
    const settings = {
      LASTRO_QUEUE: broker().url,
      LASTRO_QUEUE_NAME: `lastro-${randomUUID()}`,
      LASTRO_QUEUE_MEMBERS_MIN: '1',
    };
    const bank = await RunningBank.start(settings);
    onTestFinished(() => bank.stop());
    const second = await startSecond({ ...settings, LASTRO_DATA_URL: bank.data.url });
    const deposit = { id: randomUUID(), account: 'alice', amount: 100 };
    // The first posts what the second has taken, and only that: the other content gathers behind it.
    bank.data.script.push('answer-late');
    const { statusCode, body } = await request(`${second.url}/v1/deposits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(deposit),
    });
    await body.dump();
    expect(statusCode).toBe(202);
    await until('it is on its way to the ledger', () => bank.data.batches.length === 1);
    const answer = bank.post('/v1/deposits', { ...deposit, amount: 99 }, { prefer: 'wait=20' });
    await until('the other is taken', async () => (await bank.metric('lastro_waiting_requests')) === 1);
    bank.data.answerLate();
    expect(await answer).toMatchObject({
      status: 409,
      body: { code: 'id_conflict', operation: { amount: 100, status: 'posted' } },
    });
  });
}
