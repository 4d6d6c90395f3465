import { ConfigError } from '../config.ts';
import type { Logger } from '../logging.ts';
import { lookedUpCounter, type Registry } from '../metrics.ts';
import type { TraceConfig } from './trace-settings.ts';
import type { TracedService, Tracing } from './tracing.ts';

/**
 * Traces as the settings want them; undefined: none.
 *
 * @throws ConfigError
 */
export async function openTracing(
  config: TraceConfig,
  service: TracedService,
  metrics: Registry,
  logger: Logger,
): Promise<Tracing | undefined> {
  const { LASTRO_TRACES: url } = config;
  if (url === undefined) return undefined;
  if (!URL.canParse(url))
    throw new ConfigError(
      'settings are wrong: LASTRO_TRACES must be a URL like http://collector:4318/v1/traces',
    );
  // Only now, as loading it takes time and memory.
  const { OpenTelemetryTracing } = await import('./open-telemetry.ts');
  const tracing = new OpenTelemetryTracing({ ...config, LASTRO_TRACES: url }, service, logger);
  lookedUpCounter(
    metrics,
    'lastro_spans_sent_total',
    'Spans of traces that a collector took.',
    () => tracing.sentCount,
  );
  lookedUpCounter(
    metrics,
    'lastro_spans_dropped_total',
    'Spans of traces that were lost: too many waited, or no collector took them.',
    () => tracing.droppedCount,
  );
  return tracing;
}
