import type { Logger } from '@lastro/service';
import type { BusinessServiceConfig } from '../config.ts';
import { freeSpaceOf } from './disk-space.ts';
import { QueueDirectoryError } from './lmdb/queue-directory-error.ts';
import { LmdbQueue } from './lmdb/lmdb-queue.ts';
import type { OperationQueue } from './queue.ts';
import { type BrokerAddress, readBrokerAddresses } from './rabbit/broker-addresses.ts';
import { RabbitQueue, type RabbitQueueOptions } from './rabbit/rabbit-queue.ts';

/** Records are cut so that one can be copied for the sake of one operation in it. */
const RECORD_OPERATIONS_MAX = 1000;
const RECORD_BYTES_MAX = 32 * 1024;
/** A message is never copied for the sake of one. */
const MESSAGE_BYTES_MAX = 128 * 1024;

/** What a queue tells that others post from. */
export type QueueObserver = Pick<RabbitQueueOptions, 'onResult' | 'onUnreadable'>;

/**
 * Opens the queue that the settings name: with LASTRO_QUEUE the replicated one, else the embedded one.
 *
 * @throws QueueDirectoryError, QueueBrokerError
 */
export function openQueue(
  config: BusinessServiceConfig,
  logger: Logger,
  observer: QueueObserver,
): Promise<OperationQueue> {
  const addresses = config.LASTRO_QUEUE === undefined ? undefined : readBrokerAddresses(config.LASTRO_QUEUE);
  return addresses === undefined
    ? openEmbedded(config, logger)
    : openReplicated(config, addresses, logger, observer);
}

function openEmbedded(config: BusinessServiceConfig, logger: Logger): Promise<OperationQueue> {
  return LmdbQueue.open({
    directory: config.LASTRO_QUEUE_DIR,
    businessId: config.LASTRO_BUSINESS_ID,
    depthMax: config.LASTRO_QUEUE_DEPTH_MAX,
    resultsKeptMax: config.LASTRO_RESULTS_KEPT_MAX,
    record: {
      operationsMax: Math.min(RECORD_OPERATIONS_MAX, config.LASTRO_BATCH_SIZE_MAX),
      bytesMax: RECORD_BYTES_MAX,
    },
    unwrittenLengthMax: config.LASTRO_QUEUE_UNWRITTEN_MAX,
    atHandBytesMax: config.LASTRO_QUEUE_AT_HAND_MAX_BYTES,
    stalledAfterMs: config.LASTRO_QUEUE_STALLED_AFTER_MS,
    freeSpace: freeSpaceOf(config.LASTRO_QUEUE_DIR),
    freeBytesMin: config.LASTRO_QUEUE_DISK_FREE_MIN_BYTES,
    keepsTraces: config.LASTRO_TRACES !== undefined,
    onLeftAtBroker: refuseLeftAtBroker(config, logger),
    onBroken: endProcess(logger),
  });
}

/** Going back from the replicated queue: what is in it is posted only by services that read it. */
function refuseLeftAtBroker(config: BusinessServiceConfig, logger: Logger): (operations: number) => void {
  return (operations) => {
    const problem =
      `${operations} operations that ${config.LASTRO_BUSINESS_ID} took may still be in the replicated queue, which nobody reads without LASTRO_QUEUE: ` +
      'set it again until lastro_queue_depth is 0';
    if (!config.LASTRO_ALLOW_UNSAFE) throw new QueueDirectoryError(problem);
    logger.warn(`UNSAFE, and started all the same because of LASTRO_ALLOW_UNSAFE: ${problem}`);
  };
}

function openReplicated(
  config: BusinessServiceConfig,
  addresses: readonly BrokerAddress[],
  logger: Logger,
  observer: QueueObserver,
): Promise<OperationQueue> {
  const freeSpace = freeSpaceOf(config.LASTRO_QUEUE_DIR);
  const keepsTraces = config.LASTRO_TRACES !== undefined;
  return RabbitQueue.open({
    broker: {
      addresses,
      managementUrls: config.LASTRO_QUEUE_MANAGEMENT_URL?.split(',') ?? [],
      name: config.LASTRO_QUEUE_NAME,
      businessId: config.LASTRO_BUSINESS_ID,
      messagesMax: config.LASTRO_QUEUE_MESSAGES_MAX,
      membersMin: config.LASTRO_QUEUE_MEMBERS_MIN,
      allowUnsafe: config.LASTRO_ALLOW_UNSAFE,
      prefetch: config.LASTRO_QUEUE_PREFETCH,
      heldMaxBytes: config.LASTRO_QUEUE_HELD_MAX_BYTES,
      keepsTraces,
      timeoutMs: config.LASTRO_QUEUE_CONNECT_TIMEOUT_MS,
      startTimeoutMs: config.LASTRO_QUEUE_START_TIMEOUT_MS,
      heartbeatSeconds: config.LASTRO_QUEUE_HEARTBEAT_SECONDS,
      backoff: {
        delayMinMs: config.LASTRO_RETRY_DELAY_MIN_MS,
        delayMaxMs: config.LASTRO_RETRY_DELAY_MAX_MS,
      },
      logger,
    },
    local: {
      directory: config.LASTRO_QUEUE_DIR,
      businessId: config.LASTRO_BUSINESS_ID,
      resultsKeptMax: config.LASTRO_RESULTS_KEPT_MAX,
      hasRoom: () => freeSpace(0) >= config.LASTRO_QUEUE_DISK_FREE_MIN_BYTES / 2,
      keepsTraces,
      onBroken: endProcess(logger),
      logger,
    },
    depthMax: config.LASTRO_QUEUE_DEPTH_MAX,
    unsentLengthMax: config.LASTRO_QUEUE_UNWRITTEN_MAX,
    message: { operationsMax: RECORD_OPERATIONS_MAX, bytesMax: MESSAGE_BYTES_MAX },
    stalledAfterMs: config.LASTRO_QUEUE_STALLED_AFTER_MS,
    ...observer,
    logger,
  });
}

/** Outside of every promise, so that it ends the process: the next start finds out what is on disk. */
function endProcess(logger: Logger): (error: unknown) => void {
  return (error) => {
    logger.fatal({ err: error }, 'the queue cannot tell any more what is on disk');
    setImmediate(() => {
      throw error;
    });
  };
}
