/** A place in a trace that is recorded: what is passed on to another process, or to a later time. */
export interface TraceContext {
  /** 32 hexadecimal digits, lower case, not all zero. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
}

/** The header of W3C Trace Context. */
export const TRACEPARENT = 'traceparent';

/** Version, trace id, span id, flags; versions to come may have more behind it. */
const FORM = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const FIRST_VERSION = '00';
const SAMPLED = 0x01;

/** What a `traceparent` header says; undefined when there is none, or it is garbage. Nothing else of it is used. */
export function readTraceparent(
  header: unknown,
): { readonly context: TraceContext; readonly sampled: boolean } | undefined {
  const [, version, traceId, spanId, flags, more] = (typeof header === 'string' && FORM.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === FIRST_VERSION && more !== undefined) return undefined;
  return { context: { traceId, spanId }, sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** The header that tells another service to go on with the trace. */
export function traceparentOf({ traceId, spanId }: TraceContext): string {
  return `${FIRST_VERSION}-${traceId}-${spanId}-01`;
}
