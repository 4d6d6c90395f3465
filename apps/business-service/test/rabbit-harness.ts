import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createLogger } from '@lastro/service';
import { readBrokerAddresses } from '../src/queue/rabbit/broker-addresses.ts';
import { RabbitQueue, type RabbitQueueOptions } from '../src/queue/rabbit/rabbit-queue.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import type { QueueHarness, QueueLimits } from './queue-conformance.ts';

export const LOGGER = createLogger('business-service', 'silent');

export interface RabbitQueueSetting {
  readonly url: string;
  readonly directory: string;
  /** The replicated queue's own name: queues of one name are one queue. */
  readonly name: string;
  readonly businessId?: string;
}

export function rabbitOptions(
  { url, directory, name, businessId = 'business-1' }: RabbitQueueSetting,
  more: Partial<Omit<RabbitQueueOptions, 'broker' | 'local'>> & {
    broker?: Partial<RabbitQueueOptions['broker']>;
    local?: Partial<RabbitQueueOptions['local']>;
  } = {},
): RabbitQueueOptions {
  return {
    depthMax: 100_000,
    unsentLengthMax: 256 * 1024 * 1024,
    message: { operationsMax: 1000, bytesMax: 128 * 1024 },
    stalledAfterMs: 10_000,
    onResult: () => undefined,
    onUnreadable: () => undefined,
    logger: LOGGER,
    ...more,
    local: {
      directory,
      businessId,
      resultsKeptMax: 100_000,
      hasRoom: () => true,
      keepsTraces: false,
      onBroken: (error) => {
        throw error;
      },
      logger: LOGGER,
      ...more.local,
    },
    broker: {
      addresses: readBrokerAddresses(url)!,
      managementUrls: [],
      name,
      businessId,
      messagesMax: 100_000,
      membersMin: 1,
      allowUnsafe: false,
      prefetch: 256,
      heldMaxBytes: 256 * 1024 * 1024,
      keepsTraces: false,
      timeoutMs: 10_000,
      startTimeoutMs: 20_000,
      heartbeatSeconds: 5,
      backoff: { delayMinMs: 5, delayMaxMs: 100 },
      logger: LOGGER,
      ...more.broker,
    },
  };
}

export async function createRabbitHarness(url: string): Promise<QueueHarness> {
  const setting = { url, directory: await temporaryDirectory(), name: `lastro-${randomUUID()}` };
  return {
    givesAllAtOnce: false,
    open({ depthMax, resultsKeptMax }: QueueLimits) {
      const options = rabbitOptions(setting, { depthMax });
      return RabbitQueue.open({ ...options, local: { ...options.local, resultsKeptMax } });
    },
    destroy: () => rm(setting.directory, { recursive: true, force: true }),
  };
}
