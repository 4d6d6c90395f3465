import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logging.ts';
import type { Span, SpanAttributes, SpanOptions } from './span.ts';
import { SpanOutlet } from './span-outlet.ts';
import { readTraceparent, type TraceContext } from './trace-context.ts';
import type { TraceConfig } from './trace-settings.ts';
import type { TracedService, Tracing } from './tracing.ts';

/** Of the time to stop in, what the last spans may use. */
const SHARE_OF_SHUTDOWN = 0.1;
const ATTRIBUTES_MAX = 32;
const ATTRIBUTE_LENGTH_MAX = 200;

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Traces by OpenTelemetry, sent as JSON over HTTP. This module is loaded only where traces are on. Nothing of it is global
 * and nothing is instrumented by itself: each span is begun and passed on by hand, so that what is not traced costs nothing.
 */
export class OpenTelemetryTracing implements Tracing {
  readonly #ratio: number;
  readonly #stopMaxMs: number;
  readonly #outlet: SpanOutlet;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor(
    config: TraceConfig & { readonly LASTRO_TRACES: string },
    service: TracedService,
    logger: Logger,
  ) {
    const { LASTRO_TRACES: url, LASTRO_TRACES_TIMEOUT_MS: timeoutMs } = config;
    this.#ratio = service.ratio;
    this.#stopMaxMs = config.LASTRO_SHUTDOWN_DEADLINE_MS * SHARE_OF_SHUTDOWN;
    this.#outlet = new SpanOutlet(
      new OTLPTraceExporter({ url, timeoutMillis: timeoutMs }),
      {
        spansMax: config.LASTRO_TRACES_SPANS_MAX,
        intervalMs: config.LASTRO_TRACES_INTERVAL_MS,
        timeoutMs,
      },
      {
        failed: (err) => logger.warn({ err, url }, 'traces cannot be sent, and are dropped'),
        recovered: () => logger.info({ url }, 'traces are sent again'),
      },
    );
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': service.name,
        'service.namespace': 'lastro',
        'service.instance.id': service.instance,
      }),
      // Whether a request is traced is decided before there is a span.
      sampler: new AlwaysOnSampler(),
      spanLimits: {
        attributeCountLimit: ATTRIBUTES_MAX,
        attributeValueLengthLimit: ATTRIBUTE_LENGTH_MAX,
        linkCountLimit: service.linksMax,
      },
      spanProcessors: [this.#outlet],
    });
    this.#tracer = this.#provider.getTracer('lastro');
  }

  get sentCount(): number {
    return this.#outlet.sentCount;
  }

  get droppedCount(): number {
    return this.#outlet.droppedCount;
  }

  receive(name: string, traceparent: unknown, options: SpanOptions): Span | undefined {
    const received = readTraceparent(traceparent);
    if (received === undefined)
      return Math.random() < this.#ratio ? begin(this.#tracer, name, ROOT_CONTEXT, options) : undefined;
    return received.sampled ? this.resume(name, received.context, options) : undefined;
  }

  resume(name: string, parent: TraceContext, options: SpanOptions): Span {
    return begin(this.#tracer, name, trace.setSpanContext(ROOT_CONTEXT, recorded(parent)), options);
  }

  async stop(): Promise<void> {
    const deadline = new AbortController();
    const late = sleep(this.#stopMaxMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    deadline.abort();
  }
}

/** A span, with what can be done with it here. */
class BegunSpan implements Span {
  readonly context: TraceContext;
  readonly #tracer: Tracer;
  readonly #span: OtelSpan;

  constructor(tracer: Tracer, span: OtelSpan) {
    this.context = span.spanContext();
    this.#tracer = tracer;
    this.#span = span;
  }

  child(name: string, options: SpanOptions = {}): Span {
    return begin(this.#tracer, name, trace.setSpan(ROOT_CONTEXT, this.#span), options);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function begin(tracer: Tracer, name: string, parent: Context, options: SpanOptions): Span {
  const { kind, attributes = {}, startedAtMs, links = [] } = options;
  const span = tracer.startSpan(
    name,
    {
      kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
      attributes,
      ...(startedAtMs === undefined ? {} : { startTime: startedAtMs }),
      links: links.map((context) => ({ context: recorded(context) })),
    },
    parent,
  );
  return new BegunSpan(tracer, span);
}

function recorded({ traceId, spanId }: TraceContext) {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
