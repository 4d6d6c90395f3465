export { openTracing } from './open-tracing.ts';
export { RequestSpans } from './request-spans.ts';
export { asOneSpan, asSpan, type Span, type SpanAttributes } from './span.ts';
export { TRACEPARENT, type TraceContext, traceparentOf } from './trace-context.ts';
export { TRACE_SETTINGS } from './trace-settings.ts';
export type { Tracing } from './tracing.ts';
