import { Counter, Gauge, Histogram, lookedUpCounter, lookedUpGauge, type Registry } from '@lastro/service';
import type { EventStreamObserver } from './events/event-stream.ts';
import type { DataServiceClient } from './data-service-client.ts';
import type { EventStreams } from './events/event-streams.ts';
import type { Intake } from './intake.ts';
import type { FreeSpace } from './queue/disk-space.ts';
import type { OperationQueue } from './queue/queue.ts';
import type { Activity } from './system/activity.ts';
import type { Waiters } from './waiters.ts';
import type { DeliveryObserver } from './worker/deliver.ts';

/** Figures of the way to the ledger, for Prometheus. */
export function deliveryMetrics(registry: Registry): DeliveryObserver {
  const registers = [registry];
  const operations = new Histogram({
    name: 'lastro_batch_operations',
    help: 'Operations in one batch.',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    registers,
  });
  const seconds = new Histogram({
    name: 'lastro_batch_seconds',
    help: 'Time from sending a batch to its answer.',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
    registers,
  });
  const retries = new Counter({
    name: 'lastro_batch_retries_total',
    help: 'Times a batch was in doubt and had to be sent again.',
    registers,
  });
  return {
    delivered(info) {
      operations.observe(info.operations);
      seconds.observe(info.seconds);
    },
    retried: () => retries.inc(),
  };
}

/** What became of operations, counted elsewhere: a Prometheus counter for each operation would cost more than settling it. */
export function watchActivity(registry: Registry, activity: Activity): void {
  lookedUpCounter(registry, 'lastro_posted_total', 'Operations posted.', () => activity.posted);
  new Counter({
    name: 'lastro_rejected_total',
    help: 'Operations rejected, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of activity.rejectedByReason) this.inc({ reason }, count);
    },
  });
}

/** How long requests wait until what they brought is on disk. */
export function appendMetric(registry: Registry): (seconds: number) => void {
  const histogram = new Histogram({
    name: 'lastro_append_seconds',
    help: 'Time until the operations of a request were on disk.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers: [registry],
  });
  return (seconds) => histogram.observe(seconds);
}

/** Messages of the replicated queue that nobody can read. */
export function unreadableMetric(registry: Registry): () => void {
  const unreadable = new Counter({
    name: 'lastro_queue_unreadable_total',
    help: 'Messages of the replicated queue that were damaged or not ours, and set aside.',
    registers: [registry],
  });
  return () => unreadable.inc();
}

/** Figures that are looked up when they are asked for, so that the way in costs nothing. */
export function watchIntake(
  registry: Registry,
  intake: Intake,
  queue: OperationQueue,
  waiters: Waiters,
): void {
  lookedUpGauge(registry, 'lastro_queue_depth', 'Operations accepted and not final.', () => queue.depth);
  lookedUpGauge(registry, 'lastro_dead_letters', 'Dead letters on the list.', () => queue.deadLetterCount);
  lookedUpGauge(
    registry,
    'lastro_waiting_requests',
    'Operations that a request waits for.',
    () => waiters.count,
  );
  lookedUpGauge(registry, 'lastro_oldest_queued_seconds', 'Age of the oldest record in the queue.', () => {
    const { oldestAppendedAtMs } = queue;
    return oldestAppendedAtMs === undefined ? 0 : Math.max(0, (Date.now() - oldestAppendedAtMs) / 1000);
  });
  lookedUpCounter(
    registry,
    'lastro_accepted_total',
    'Operations put in the queue.',
    () => intake.acceptedCount,
  );
}

/** Where a queue refuses. */
interface QueueLimits {
  readonly depthMax: number;
  readonly freeSpace: FreeSpace;
  readonly freeBytesMin: number;
}

/** How near the queue is to where it refuses (I9), and whether it does. */
export function watchQueueLimits(
  registry: Registry,
  intake: Intake,
  queue: OperationQueue,
  limits: QueueLimits,
): void {
  lookedUpGauge(
    registry,
    'lastro_queue_depth_max',
    'Operations in the queue at which new ones are refused.',
    () => limits.depthMax,
  );
  lookedUpGauge(registry, 'lastro_queue_disk_free_bytes', 'Room on the disk of the queue.', () =>
    roomOn(limits.freeSpace),
  );
  lookedUpGauge(
    registry,
    'lastro_queue_disk_free_min_bytes',
    'Room on the disk of the queue at which operations are refused.',
    () => limits.freeBytesMin,
  );
  lookedUpGauge(registry, 'lastro_queue_writable', '1: operations are taken. 0: they are refused.', () =>
    queue.health === 'writable' && !intake.stopping ? 1 : 0,
  );
}

/** What there is at the broker of the replicated queue; with the embedded queue, nothing. */
export function watchBroker(registry: Registry, queue: OperationQueue): void {
  const registers = [registry];
  new Gauge({
    name: 'lastro_broker_connected',
    help: 'Whether each connection to the broker of the replicated queue can be used.',
    labelNames: ['connection'],
    registers,
    collect() {
      const { publishing, reading } = queue.broker?.connections ?? {};
      if (publishing !== undefined) this.set({ connection: 'publishing' }, Number(publishing));
      if (reading !== undefined) this.set({ connection: 'reading' }, Number(reading));
    },
  });
  const ofQueues = (name: string, help: string, figure: 'messages' | 'messagesMax' | 'readers') =>
    new Gauge({
      ...{ name, help, registers, labelNames: ['queue'] },
      collect() {
        this.reset();
        for (const seen of queue.broker?.queues ?? []) this.set({ queue: seen.queue }, seen[figure]);
      },
    });
  ofQueues(
    'lastro_broker_messages',
    'Messages at the broker that no reader holds, of all services.',
    'messages',
  );
  ofQueues(
    'lastro_broker_messages_max',
    'Messages at the broker at which new ones are refused.',
    'messagesMax',
  );
  ofQueues('lastro_broker_readers', 'Business services in line to read a queue at the broker.', 'readers');
}

/** A disk that cannot even be asked has no room. */
function roomOn(freeSpace: FreeSpace): number {
  try {
    return freeSpace(0);
  } catch {
    return 0;
  }
}

/** Whether the last exchange with a data service went well: 1 before the first. */
export function watchLedger(registry: Registry, client: DataServiceClient): void {
  lookedUpGauge(
    registry,
    'lastro_ledger_reachable',
    '0: the last exchange with the data services failed. 1: it did not.',
    () => (client.state === 'reachable' || client.state === 'unknown' ? 1 : 0),
  );
}

/** What is sent on streams of events. */
export function eventMetrics(registry: Registry): EventStreamObserver {
  const registers = [registry];
  const sent = new Counter({
    name: 'lastro_events_sent_total',
    help: 'Events sent on streams.',
    registers,
  });
  const cut = new Counter({
    name: 'lastro_event_streams_cut_total',
    help: 'Streams of events that were cut off because their client did not read.',
    registers,
  });
  return { sent: (events) => sent.inc(events), cut: () => cut.inc() };
}

export function watchEventStreams(registry: Registry, streams: EventStreams): void {
  lookedUpGauge(registry, 'lastro_event_streams', 'Streams of events that are open.', () => streams.count);
}
