import { RateLimits } from '../../../apps/business-service/src/access/rate-limits.ts';
import { addRoutes } from '../../../apps/business-service/src/api/routes.ts';
import { DataServiceClient } from '../../../apps/business-service/src/data-service-client.ts';
import { Intake } from '../../../apps/business-service/src/intake.ts';
import { OperationStates } from '../../../apps/business-service/src/operation-state.ts';
import type { OperationQueue } from '../../../apps/business-service/src/queue/queue.ts';
import { Waiters } from '../../../apps/business-service/src/waiters.ts';
import { Delivery } from '../../../apps/business-service/src/worker/deliver.ts';
import { Worker } from '../../../apps/business-service/src/worker/worker.ts';
import { mutated } from '../mutations/mutation.ts';
import { RouteTable } from '../network/route-table.ts';
import { openSimulatedQueue, type QueueSettings } from '../queue/open-queue.ts';
import type { SimulatedDisk } from '../queue/simulated-disk.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import { traceLogger } from '../world/trace-logger.ts';
import type { Ground, Service } from './service.ts';

const RETRY_DELAY_MIN_MS = 10;
const BATCH_BYTES_MAX = 1_000_000;
const RECORD_BYTES_MAX = 2_000;
const UNWRITTEN_LENGTH_MAX = 20_000;
const WAITERS_MAX = 50;
const STOP_DEADLINE_MS = 1_000;

export interface BusinessService extends Service {
  readonly queue: OperationQueue;
}

/** One life of a business service: what `startBusinessService` puts together, on simulated ground. */
export function startBusinessService(
  ground: Ground,
  process: SimulatedProcess,
  disk: SimulatedDisk,
): BusinessService {
  const { world, network, settings, mutation } = ground;
  const { coverage } = world.faults;
  const logger = traceLogger(world, process.name);
  const mounted = disk.mount(process);
  const queueSettings: QueueSettings = {
    depthMax: settings.queueDepthMax,
    resultsKeptMax: settings.resultsKeptMax,
    record: {
      operationsMax: Math.min(settings.recordOperationsMax, settings.batchSizeMax),
      bytesMax: RECORD_BYTES_MAX,
    },
    unwrittenLengthMax: UNWRITTEN_LENGTH_MAX,
    atHandBytesMax: settings.queueAtHandBytesMax,
    stalledAfterMs: settings.stalledAfterMs,
    // The disk fills up without a warning here: what the queue does then is what is to be seen.
    freeSpace: () => Infinity,
    freeBytesMin: 0,
    onBroken: () => setImmediate(() => process.die('exited', 'because its disk is broken')),
  };
  const plainQueue: OperationQueue = openSimulatedQueue(mounted, queueSettings, mutation?.storedResults);
  const queue = mutated(mutation?.queue, plainQueue, mounted);
  const plainClient = new DataServiceClient({
    urls: ground.dataServices.map((name) => `http://${name}/`),
    key: process.name,
    connectTimeoutMs: settings.batchTimeoutMs,
    batchTimeoutMs: settings.batchTimeoutMs,
    readTimeoutMs: settings.readTimeoutMs,
    connectionsMax: 8,
    readsMax: 1000,
  });
  const client = mutated(mutation?.dataServiceClient, plainClient);
  const states = new OperationStates(process.name);
  const waiters = new Waiters(WAITERS_MAX);
  const plainIntake = new Intake(queue, waiters, states);
  const intake = mutated(mutation?.intake, plainIntake, () => ground.ledgerIsDown);
  const backoff = { delayMinMs: RETRY_DELAY_MIN_MS, delayMaxMs: settings.retryDelayMaxMs };
  const plainDelivery = new Delivery(
    client,
    backoff,
    { delivered: () => undefined, retried: () => coverage.count('batch_resent_in_doubt') },
    logger,
  );
  const worker = new Worker(
    queue,
    mutated(mutation?.delivery, plainDelivery),
    {
      limits: { operationsMax: settings.batchSizeMax, bytesMax: BATCH_BYTES_MAX },
      backoff,
      onSettled: (id, delivered) => waiters.settle(id, delivered),
    },
    logger,
  );
  const routes = new RouteTable({ logger, bodySizeMaxBytes: Infinity });
  addRoutes(
    routes.app,
    {
      ...{ intake, queue, states, client, rates: new RateLimits(), waitMaxMs: settings.waitMaxMs },
      // There is one key here, which everybody has.
      refreshKeys: () => Promise.resolve(),
    },
    logger,
  );
  network.listen(process, (request, onGone) => routes.handle(request, onGone));
  worker.start();
  return {
    queue,
    async stop() {
      intake.stop();
      await worker.stop(STOP_DEADLINE_MS);
      waiters.releaseAll();
      await routes.idle();
      await client.close();
      await queue.close();
    },
  };
}
