import { type Static, type TObject, Type } from 'typebox';

/** The settings of traces that every service has. */
export const TRACE_SETTINGS = {
  LASTRO_TRACES: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s@]+$',
      description:
        'Where traces go: the URL of an OpenTelemetry collector that takes OTLP over HTTP, such as http://collector:4318/v1/traces. Not set: there are none.',
    }),
  ),
  LASTRO_TRACES_SPANS_MAX: Type.Integer({
    default: 8_192,
    minimum: 1,
    description: 'Most spans that wait to be sent to the collector; beyond, they are dropped and counted.',
  }),
  LASTRO_TRACES_INTERVAL_MS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Longest that a span waits for others to be sent with.',
  }),
  LASTRO_TRACES_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'Longest time to send spans in, with new tries; then they are dropped and counted.',
  }),
};

export type TraceConfig = Readonly<Static<TObject<typeof TRACE_SETTINGS>>> & {
  readonly LASTRO_SHUTDOWN_DEADLINE_MS: number;
};
