import type { TraceContext } from '@lastro/service';
import type { RecordEntry } from './operation-record.ts';

/** That the operation at `index` of a record is a part of a trace. */
export interface OperationTrace {
  readonly index: number;
  readonly context: TraceContext;
}

/** Index (32 bits), id of the trace (16 bytes), id of the span (8 bytes). */
export const TRACE_SIZE_BYTES = 28;
const TRACE_ID_AT = 4;
const SPAN_ID_AT = 20;

/** The traces that operations belong to, by their order in a record; undefined when they belong to none. */
export function tracesOf(entries: readonly RecordEntry[]): OperationTrace[] | undefined {
  const traces = entries.flatMap(({ trace }, index) =>
    trace === undefined ? [] : [{ index, context: trace }],
  );
  return traces.length === 0 ? undefined : traces;
}

/** Traces as they are kept beside a record. */
export function packTraces(traces: readonly OperationTrace[]): Buffer {
  const bytes = Buffer.alloc(traces.length * TRACE_SIZE_BYTES);
  for (const [number, { index, context }] of traces.entries()) {
    const at = number * TRACE_SIZE_BYTES;
    bytes.writeUInt32BE(index, at);
    bytes.write(context.traceId, at + TRACE_ID_AT, 'hex');
    bytes.write(context.spanId, at + SPAN_ID_AT, 'hex');
  }
  return bytes;
}

/** What was packed; of garbage, what has the form of it and is about one of `count` operations. */
export function readTraces(bytes: Buffer, count: number): OperationTrace[] {
  const traces: OperationTrace[] = [];
  for (let at = 0; at + TRACE_SIZE_BYTES <= bytes.length; at += TRACE_SIZE_BYTES) {
    const index = bytes.readUInt32BE(at);
    const traceId = bytes.toString('hex', at + TRACE_ID_AT, at + SPAN_ID_AT);
    const spanId = bytes.toString('hex', at + SPAN_ID_AT, at + TRACE_SIZE_BYTES);
    if (index < count) traces.push({ index, context: { traceId, spanId } });
  }
  return traces;
}
