import { randomUUID } from 'node:crypto';
import type { BusinessServiceState, System } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';

/** Long enough for a machine that is busy. */
const PATIENCE = { timeout: 20_000, interval: 50 };

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start(2, {
    data: { LASTRO_MONEY_CHECK_INTERVAL_MS: '0', LASTRO_SYSTEM_AGE_MAX_MS: '0' },
    business: { LASTRO_SYSTEM_AGE_MAX_MS: '0', LASTRO_RETRY_DELAY_MAX_MS: '50' },
  });
});
afterAll(() => bank.stop());

/** What business service 2, which knows the other, says. */
async function look(query = ''): Promise<System> {
  const answer = await fetch(`${bank.urls[1]}/v1/system${query}`, {
    headers: { authorization: `Bearer ${bank.key}` },
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as System;
}

function named(system: System, id: string): BusinessServiceState {
  return system.businessServices.find((service) => service.id === id)!;
}

const sum = (service: BusinessServiceState, figure: 'accepted' | 'posted' | 'rejected') =>
  service.samples.reduce((total, sample) => total + sample[figure], 0);

describe('GET /v1/system', () => {
  it('shows every service, the ledger and its money', async () => {
    await bank.call('POST', '/v1/accounts', { id: 'ana' });
    await vi.waitFor(async () => {
      const system = await look();
      expect(system.businessServices).toMatchObject([
        { id: 'business-1', state: 'up', url: bank.urls[0], queue: { depth: 0, health: 'writable' } },
        { id: 'business-2', state: 'up', queue: { depth: 0 }, worker: { state: 'waiting' } },
      ]);
      expect(system.dataServices).toMatchObject([{ state: 'up', report: { database: 'up' } }]);
      expect(system.money).toMatchObject({ sequence: system.ledger!.sequence, balanced: true });
      expect(system.ledger!.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(system).toMatchObject({ answeredBy: 'business-2', verification: null, play: false });
    }, PATIENCE);
  });

  it('counts what was posted and rejected, in all and by the second', async () => {
    const counted = named(await look(), 'business-1').counters!;
    await bank.call('POST', '/v1/accounts', { id: 'rui' });
    await bank.call('POST', '/v1/deposits', { account: 'rui', amount: 500 });
    await bank.call('POST', '/v1/transfers', { from: 'rui', to: 'ana', amount: 501 });
    await vi.waitFor(async () => {
      const service = named(await look(), 'business-1');
      const expected = { accepted: counted.accepted + 3, posted: counted.posted + 2, rejected: 1 };
      expect(service.counters).toEqual({ ...expected, rejectedByReason: { insufficient_funds: 1 } });
      expect({
        accepted: sum(service, 'accepted'),
        posted: sum(service, 'posted'),
        rejected: sum(service, 'rejected'),
      }).toEqual(expected);
      expect(service.samples.some(({ timeToPostP99Ms }) => timeToPostP99Ms !== null)).toBe(true);
    }, PATIENCE);
    const { samples } = named(await look(), 'business-1');
    expect(samples.map(({ at }) => at)).toEqual([...new Set(samples.map(({ at }) => at))].sort());
    const later = named(await look(`?after=${samples[0]!.at}`), 'business-1').samples;
    expect(later.map(({ at }) => at)).not.toContain(samples[0]!.at);
  });

  it('says of itself alone without asking anybody', async () => {
    const system = await look('?only=self');
    expect(system.businessServices.map(({ id }) => id)).toEqual(['business-2']);
    expect(system.dataServices).toEqual([]);
  });

  it('shows a service that is down as it was known last, and up when it is back', async () => {
    const { since } = named(await look(), 'business-1');
    await bank.stopBusiness(1);
    const down = named(await look(), 'business-1');
    expect(down).toMatchObject({ state: 'down', queue: { depth: 0 }, counters: { rejected: 1 } });
    expect(named(await look(), 'business-1').since).toBe(down.since);
    await bank.startBusiness(1);
    const up = named(await look(), 'business-1');
    expect(up).toMatchObject({ state: 'up', counters: { accepted: 0 } });
    expect(Date.parse(up.since!)).toBeGreaterThan(Date.parse(since!));
  });

  it('shows the queue wait while the data service is down, and drain when it is back', async () => {
    const { ledger } = await look();
    await bank.stopData();
    const deposit = { id: randomUUID(), account: 'ana', amount: 7 };
    await fetch(`${bank.urls[1]}/v1/deposits`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bank.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(deposit),
    });
    await vi.waitFor(async () => {
      const system = await look();
      expect(system.dataServices).toMatchObject([{ state: 'down', report: { ledger } }]);
      expect(system.ledger).toEqual(ledger);
      const { queue, worker } = named(system, 'business-2');
      expect(queue).toMatchObject({ depth: 1, oldestQueuedAt: expect.any(String) as string });
      expect(worker).toMatchObject({ state: 'retrying', batchOperations: 1 });
      expect(worker!.attempts).toBeGreaterThan(1);
    }, PATIENCE);
    await bank.startData();
    await vi.waitFor(async () => {
      const system = await look();
      expect(named(system, 'business-2')).toMatchObject({ queue: { depth: 0, oldestQueuedAt: null } });
      expect(system.ledger!.sequence).toBe(ledger!.sequence + 1);
    }, PATIENCE);
  });
});
