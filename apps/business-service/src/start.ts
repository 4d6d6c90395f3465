import {
  createLogger,
  createMetrics,
  httpLimits,
  type HttpServer,
  type Logger,
  openTracing,
  type Registry,
  type RunningService,
  type Tracing,
} from '@lastro/service';
import { openAccess } from './access/open-access.ts';
import { RateLimits } from './access/rate-limits.ts';
import { createApi } from './api/api.ts';
import { type BusinessServiceConfig, businessServiceConfig, corsOrigins, dataServiceUrls } from './config.ts';
import { BUILT_CONSOLE } from './console/console-routes.ts';
import { DataServiceClient } from './data-service-client.ts';
import { openEvents } from './events/open-events.ts';
import { Intake } from './intake.ts';
import {
  appendMetric,
  deliveryMetrics,
  unreadableMetric,
  watchActivity,
  watchBroker,
  watchIntake,
  watchLedger,
  watchQueueLimits,
} from './metrics.ts';
import { OperationStates } from './operation-state.ts';
import { freeSpaceOf } from './queue/disk-space.ts';
import { drained } from './queue/drained.ts';
import { openQueue } from './queue/open-queue.ts';
import type { OperationQueue } from './queue/queue.ts';
import type { PlayControl } from './play/play-control.ts';
import { StatementExports } from './statement-exports.ts';
import { Activity } from './system/activity.ts';
import { openSystem } from './system/open-system.ts';
import { Waiters } from './waiters.ts';
import { BatchTraces } from './worker/batch-trace.ts';
import { Delivery, type DeliveryObserver } from './worker/deliver.ts';
import { Worker, type WorkerOptions } from './worker/worker.ts';

/** Of the time to stop in, what a batch that is with the data service may use. */
const BATCH_SHARE_OF_SHUTDOWN = 0.6;

/**
 * Starts a business service with the settings in `env`. Any number may run, each with a queue of its own, or all with one.
 * `play`: given by whoever keeps the whole bank running, and lets its parts be killed.
 *
 * @throws ConfigError, QueueDirectoryError, QueueBrokerError, or the error of a taken port.
 */
export async function startBusinessService(
  env: NodeJS.ProcessEnv,
  play?: PlayControl,
): Promise<RunningService> {
  const config = businessServiceConfig(env);
  const logger = createLogger('business-service', config.LASTRO_LOG_LEVEL).child({
    business: config.LASTRO_BUSINESS_ID,
  });
  const metrics = createMetrics('business-service');
  const waiters = new Waiters(config.LASTRO_WAITERS_MAX);
  const queue = await openQueue(config, logger, {
    onResult: (id, outcome) => waiters.settle(id, outcome),
    onUnreadable: unreadableMetric(metrics),
  });
  const client = connect(config);
  try {
    return await serve(config, { queue, waiters, client, metrics, logger, play });
  } catch (error) {
    await client.close();
    await queue.close();
    throw error;
  }
}

function connect(config: BusinessServiceConfig): DataServiceClient {
  return new DataServiceClient({
    urls: dataServiceUrls(config),
    key: config.LASTRO_BUSINESS_KEY,
    connectTimeoutMs: config.LASTRO_CONNECT_TIMEOUT_MS,
    batchTimeoutMs: config.LASTRO_BATCH_TIMEOUT_MS,
    readTimeoutMs: config.LASTRO_READ_TIMEOUT_MS,
    connectionsMax: config.LASTRO_DATA_CONNECTIONS_MAX,
    readsMax: config.LASTRO_DATA_READS_MAX,
  });
}

function openExports(config: BusinessServiceConfig, logger: Logger): StatementExports {
  return new StatementExports(
    {
      urls: dataServiceUrls(config),
      key: config.LASTRO_BUSINESS_KEY,
      connectTimeoutMs: config.LASTRO_CONNECT_TIMEOUT_MS,
      readTimeoutMs: config.LASTRO_READ_TIMEOUT_MS,
      exportsMax: config.LASTRO_EXPORTS_MAX,
    },
    logger,
  );
}

interface Parts {
  readonly queue: OperationQueue;
  readonly waiters: Waiters;
  readonly client: DataServiceClient;
  readonly metrics: Registry;
  readonly logger: Logger;
  readonly play: PlayControl | undefined;
}

async function serve(config: BusinessServiceConfig, parts: Parts): Promise<RunningService> {
  const { queue, waiters, client, metrics, logger, play } = parts;
  const states = new OperationStates(config.LASTRO_BUSINESS_ID);
  const intake = new Intake(queue, waiters, states, appendMetric(metrics));
  const activity = new Activity();
  watch(config, metrics, { intake, queue, waiters, client, activity });
  const tracing = await openTracing(config, tracedService(config), metrics, logger);
  const delivery = seenByBoth(activity, deliveryMetrics(metrics));
  const posting = { queue, client, logger, delivery, activity, tracing };
  const worker = createWorker(config, posting, (id, outcome, isTakenHere) => {
    activity.settledOne(outcome);
    // Who waits here sent what was taken here, which may be something else under the same id (I7).
    if (isTakenHere) waiters.settle(id, outcome);
  });
  const system = openSystem(config, { intake, queue, activity, canPlay: play !== undefined });
  const exports = openExports(config, logger);
  const { keys, refresh } = await openAccess(config, client, logger, metrics);
  const events = openEvents(config, metrics, logger);
  const app = await createApi(
    { logger, metrics, keys, limits: httpLimits(config), origins: corsOrigins(config) },
    {
      ...{ intake, queue, states, client, exports, tracing, rates: new RateLimits() },
      waitMaxMs: config.LASTRO_WAIT_MAX_MS,
      streams: events.streams,
      system: system.view,
      ...{ dataServices: system.dataServices, play },
      consoleDirectory: consoleDirectory(config),
      refreshKeys: () => refresh.refresh(),
    },
  );
  await refresh.start();
  const url = await app
    .listen({ host: config.LASTRO_HOST, port: config.LASTRO_PORT })
    .finally(() => app.server.listening || refresh.stop());
  worker.start();
  logger.info({ url, queueDepth: queue.depth, deadLetters: queue.deadLetterCount }, 'ready');
  return {
    url,
    sayNotReady: () => intake.sayNotReady(),
    drain: (signal) => {
      refuseMore(intake, app);
      return drained(queue, signal);
    },
    stop: () =>
      // In this order every request that was taken is answered, and nothing is written after the queue closes.
      inOrder([
        () => refuseMore(intake, app),
        () => worker.stop(config.LASTRO_SHUTDOWN_DEADLINE_MS * BATCH_SHARE_OF_SHUTDOWN),
        () => waiters.releaseAll(),
        () => events.streams.stop(),
        () => releaseStalled(queue, app),
        () => exports.close(),
        () => app.close(),
        () => refresh.stop(),
        () => events.close(),
        () => system.close(),
        () => client.close(),
        () => refresh.ended(),
        () => queue.close(),
        () => tracing?.stop(),
      ]),
  };
}

function tracedService(config: BusinessServiceConfig) {
  return {
    name: 'lastro-business-service',
    instance: config.LASTRO_BUSINESS_ID,
    ratio: config.LASTRO_TRACES_RATIO,
    linksMax: config.LASTRO_TRACES_LINKS_MAX,
  };
}

function watch(
  config: BusinessServiceConfig,
  metrics: Registry,
  parts: {
    readonly intake: Intake;
    readonly queue: OperationQueue;
    readonly waiters: Waiters;
    readonly client: DataServiceClient;
    readonly activity: Activity;
  },
): void {
  watchIntake(metrics, parts.intake, parts.queue, parts.waiters);
  watchQueueLimits(metrics, parts.intake, parts.queue, {
    depthMax: config.LASTRO_QUEUE_DEPTH_MAX,
    freeSpace: freeSpaceOf(config.LASTRO_QUEUE_DIR),
    freeBytesMin: config.LASTRO_QUEUE_DISK_FREE_MIN_BYTES,
  });
  watchBroker(metrics, parts.queue);
  watchActivity(metrics, parts.activity);
  watchLedger(metrics, parts.client);
}

function refuseMore(intake: Intake, app: HttpServer): void {
  if (intake.stopping) return;
  intake.stop();
  // Clients that come again on a connection they have are told to go elsewhere.
  app.server.prependListener('request', (_request, response) => (response.shouldKeepAlive = false));
}

/** Requests that wait for a disk that does not answer would hold everything up; their senders ask again. */
function releaseStalled(queue: OperationQueue, app: HttpServer): void {
  if (queue.health === 'stalled') app.server.closeAllConnections();
}

function consoleDirectory(config: BusinessServiceConfig): string | undefined {
  return config.LASTRO_CONSOLE === 'on' ? (config.LASTRO_CONSOLE_DIR ?? BUILT_CONSOLE) : undefined;
}

/** Takes every step, also after one that failed. */
async function inOrder(steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'the business service did not stop in order');
}

function seenByBoth(one: DeliveryObserver, other: DeliveryObserver): DeliveryObserver {
  return {
    delivered(info) {
      one.delivered(info);
      other.delivered(info);
    },
    retried() {
      one.retried();
      other.retried();
    },
  };
}

function createWorker(
  config: BusinessServiceConfig,
  parts: {
    readonly queue: OperationQueue;
    readonly client: DataServiceClient;
    readonly logger: Logger;
    readonly delivery: DeliveryObserver;
    readonly activity: Activity;
    readonly tracing: Tracing | undefined;
  },
  onSettled: WorkerOptions['onSettled'],
): Worker {
  const { queue, client, logger } = parts;
  const backoff = {
    delayMinMs: config.LASTRO_RETRY_DELAY_MIN_MS,
    delayMaxMs: config.LASTRO_RETRY_DELAY_MAX_MS,
  };
  const limits = { operationsMax: config.LASTRO_BATCH_SIZE_MAX, bytesMax: config.LASTRO_BATCH_BYTES_MAX };
  const handOver = {
    afterMs: config.LASTRO_QUEUE_HAND_OVER_AFTER_MS,
    isLedgerThere: async () => {
      await client.probe();
      return client.state === 'reachable';
    },
  };
  const traces = parts.tracing && new BatchTraces(parts.tracing, config.LASTRO_TRACES_LINKS_MAX);
  return new Worker(
    queue,
    new Delivery(client, backoff, parts.delivery, logger),
    { limits, backoff, onSettled, observer: parts.activity, handOver: queue.giveBack && handOver, traces },
    logger,
  );
}
