import type { TraceContext } from './trace-context.ts';

/** Never amounts, keys, account names or metadata: traces go to where logs go, and further. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Where in an exchange it is; absent: inside of a service. */
  readonly kind?: 'server' | 'client' | 'consumer';
  readonly attributes?: SpanAttributes;
  /** When it began, as milliseconds of the Unix epoch; absent: now. */
  readonly startedAtMs?: number;
  /** Other places, of this trace or others, that it has to do with. */
  readonly links?: readonly TraceContext[];
}

/** Something that takes time, as a part of a trace. */
export interface Span {
  readonly context: TraceContext;
  /** Begins a span within this one. */
  child(name: string, options?: SpanOptions): Span;
  set(attributes: SpanAttributes): void;
  /** `failure`: in a word, what went wrong. Called once; without it, the span is never sent. */
  end(failure?: string): void;
}

/** Several spans as one, for what happens to several traces at once; undefined for none. */
export function asOneSpan(spans: readonly Span[]): Span | undefined {
  return spans.length <= 1 ? spans[0] : new SpanGroup(spans);
}

class SpanGroup implements Span {
  readonly #spans: readonly Span[];

  constructor(spans: readonly Span[]) {
    this.#spans = spans;
  }

  get context(): TraceContext {
    return this.#spans[0]!.context;
  }

  child(name: string, options?: SpanOptions): Span {
    return new SpanGroup(this.#spans.map((span) => span.child(name, options)));
  }

  set(attributes: SpanAttributes): void {
    for (const span of this.#spans) span.set(attributes);
  }

  end(failure?: string): void {
    for (const span of this.#spans) span.end(failure);
  }
}

/** Runs `work` as a span within `parent`, if there is one; a failure ends the span too, by the name of the error. */
export async function asSpan<Result>(
  parent: Span | undefined,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (parent === undefined) return work();
  const span = parent.child(name);
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end(error instanceof Error ? error.name : 'Error');
    throw error;
  }
}
