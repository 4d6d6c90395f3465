import type { Span, SpanOptions } from './span.ts';
import type { TraceContext } from './trace-context.ts';

/** Makes spans and has them sent to a collector. Where traces are off there is none, and nothing of it is loaded. */
export interface Tracing {
  /**
   * Begins the span of a request that came with this `traceparent` header: within the trace that it names, or in a new
   * one; undefined when that trace is not recorded, or this one is not to be.
   */
  receive(name: string, traceparent: unknown, options: SpanOptions): Span | undefined;
  /** Goes on with a trace: a span within the one at `parent`. */
  resume(name: string, parent: TraceContext, options: SpanOptions): Span;
  readonly sentCount: number;
  /** Spans that were lost: too many waited, or the collector did not take them. */
  readonly droppedCount: number;
  /** Sends what waits, if that can be done in a part of the time to stop in. */
  stop(): Promise<void>;
}

/** What traces say of the service that they are from. */
export interface TracedService {
  readonly name: string;
  /** Which of several. */
  readonly instance: string;
  /** How many of the requests without a `traceparent` are traced, from 0 to 1. */
  readonly ratio: number;
  /** Most links of one span. */
  readonly linksMax: number;
}
