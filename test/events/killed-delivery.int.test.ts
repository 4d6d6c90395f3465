import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OK, Receiver } from './receiver.ts';
import { TestBank } from './test-bank.ts';

const PATIENCE = { timeout: 30_000, interval: 20 };
/** More is not posted while nobody delivers. */
const BEHIND_MAX = 30;
const WEBHOOKS = {
  LASTRO_WEBHOOK_PRIVATE_ADDRESSES: 'allow',
  LASTRO_WEBHOOK_LEASE_MS: '500',
  LASTRO_WEBHOOK_RETRY_DELAY_MIN_MS: '5',
};

describe('a webhook whose data service is killed', { timeout: 120_000 }, () => {
  let bank: TestBank;
  let receiver: Receiver;
  const children: ChildProcess[] = [];

  /** A data service in a process of its own, that delivers. */
  async function startDeliverer(): Promise<ChildProcess> {
    const settings = { ...bank.dataSettings(), LASTRO_WEBHOOK_REQUESTS_MAX: '5' };
    const file = fileURLToPath(new URL('data-service-process.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--conditions=@lastro/source', '--import', 'tsx', file, JSON.stringify(settings)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  beforeAll(async () => {
    // The one that commits does not deliver, so that those that deliver can be killed at any moment.
    bank = await TestBank.start({
      data: 1,
      business: 1,
      settings: { ...WEBHOOKS, LASTRO_WEBHOOK_REQUESTS_MAX: '0' },
    });
    receiver = await Receiver.start();
    await bank.post([{ type: 'open', account: 'alice' }]);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await receiver.stop();
    await bank.stop();
  });

  it('is delivered by another, without a gap and in order, repeats told by their id', async () => {
    await bank.ask('POST', '/v1/webhooks', { url: receiver.url });
    let deliverer = await startDeliverer();
    let isOver = false;
    const posted: string[] = [];
    const posting = (async () => {
      while (!isOver) {
        if (posted.length - receiver.ids.length > BEHIND_MAX) {
          await sleep(5);
          continue;
        }
        const operations = await bank.post([{ type: 'deposit', account: 'alice', amount: 1 }]);
        posted.push(...operations.map(({ sequence }) => String(sequence)));
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      await expect.poll(() => receiver.ids.length, PATIENCE).toBeGreaterThan(round * 20 + 10);
      const next = await startDeliverer();
      const killed = once(deliverer, 'exit');
      // In the middle of a request: before it is answered, and, by the next, after.
      receiver.answer = (response, received) => {
        if (round === 1) void OK(response, received);
        deliverer.kill('SIGKILL');
        if (round !== 1) setTimeout(() => void OK(response, received), 50);
      };
      await killed;
      receiver.answer = OK;
      deliverer = next;
    }
    await expect.poll(() => receiver.ids.length, PATIENCE).toBeGreaterThan(80);
    isOver = true;
    await posting;
    await expect.poll(() => receiver.ids.length, PATIENCE).toBe(posted.length);
    expect(receiver.ids).toEqual(posted);
    // At most what was under way when one was killed has come twice.
    expect(receiver.requests.length).toBeLessThanOrEqual(posted.length + 2 + 2);
    expect(receiver.overlapped).toBe(false);
  });
});
