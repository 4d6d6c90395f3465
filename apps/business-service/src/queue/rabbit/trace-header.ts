import { type OperationTrace, packTraces, readTraces, TRACE_SIZE_BYTES } from '../operation-traces.ts';

/** What a message of operations says of traces is in this one of its headers. */
const NAME = 'lastro-traces';
/** Its first byte; traces follow. Of another version nothing is read. */
const VERSION = 1;
/** All headers of a message are in one frame, and a broker may be set to frames of 4,096 bytes: a larger one ends the connection. */
const TRACES_MAX = 128;

export type MessageHeaders = Readonly<Record<string, Buffer>>;

/** The headers that say which operations of a message are traced: the first of them, if there are many. */
export function traceHeaders(traces: readonly OperationTrace[]): MessageHeaders {
  return { [NAME]: Buffer.concat([Buffer.of(VERSION), packTraces(traces.slice(0, TRACES_MAX))]) };
}

/** What `headers` say of the traces of a message of `count` operations; of garbage nothing, for it is only traces. */
export function tracesIn(headers: unknown, count: number): readonly OperationTrace[] | undefined {
  const header = (headers as Readonly<Record<string, unknown>> | undefined)?.[NAME];
  if (!Buffer.isBuffer(header) || header[0] !== VERSION) return undefined;
  const bytes = header.subarray(1);
  if (bytes.length % TRACE_SIZE_BYTES !== 0 || bytes.length > TRACES_MAX * TRACE_SIZE_BYTES) return undefined;
  const traces = readTraces(bytes, count);
  return traces.length === 0 ? undefined : traces;
}
