import type { Logger, Registry } from '@lastro/service';
import { type BusinessServiceConfig, dataServiceUrls } from '../config.ts';
import { eventMetrics, watchEventStreams } from '../metrics.ts';
import { EventLogClient } from './event-log-client.ts';
import { EventStreams } from './event-streams.ts';

/** Operations whose events are read at a time. */
const PAGE_OPERATIONS = 500;

/** Everything of a business service that tells its clients what the ledger does. */
export interface Events {
  readonly streams: EventStreams;
  /** After the streams were stopped. */
  close(): Promise<void>;
}

export function openEvents(config: BusinessServiceConfig, metrics: Registry, logger: Logger): Events {
  const client = new EventLogClient({
    urls: dataServiceUrls(config),
    key: config.LASTRO_BUSINESS_KEY,
    connectTimeoutMs: config.LASTRO_CONNECT_TIMEOUT_MS,
    readTimeoutMs: config.LASTRO_READ_TIMEOUT_MS,
    connectionsMax: config.LASTRO_EVENT_READS_MAX,
  });
  const settings = {
    streamsMax: config.LASTRO_EVENT_STREAMS_MAX,
    heartbeatMs: config.LASTRO_EVENT_HEARTBEAT_MS,
    bufferMaxBytes: config.LASTRO_EVENT_STREAM_BUFFER_MAX_BYTES,
    stalledAfterMs: config.LASTRO_EVENT_STREAM_STALLED_AFTER_MS,
    recent: {
      eventsMax: config.LASTRO_EVENTS_RECENT_MAX,
      lengthMax: config.LASTRO_EVENTS_RECENT_LENGTH_MAX,
    },
    pageOperationsMax: PAGE_OPERATIONS,
    waitSeconds: config.LASTRO_EVENT_WAIT_SECONDS,
    backoff: {
      delayMinMs: config.LASTRO_RETRY_DELAY_MIN_MS,
      delayMaxMs: config.LASTRO_RETRY_DELAY_MAX_MS,
    },
  };
  const streams = new EventStreams(client, settings, eventMetrics(metrics), logger);
  watchEventStreams(metrics, streams);
  return { streams, close: () => client.close() };
}
