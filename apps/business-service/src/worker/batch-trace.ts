import type { Span, SpanAttributes, TraceContext, Tracing } from '@lastro/service';
import type { Outcome, QueuedRecord } from '../queue/queue.ts';

interface TracedOperation {
  readonly id: string;
  /** In the batch. */
  readonly index: number;
  readonly context: TraceContext;
  readonly queuedAtMs: number;
}

/** Shows batches in the traces of the operations that are in them. */
export class BatchTraces {
  readonly #tracing: Tracing;
  readonly #linksMax: number;

  /** `linksMax`: to how many operations a batch is linked at most. */
  constructor(tracing: Tracing, linksMax: number) {
    this.#tracing = tracing;
    this.#linksMax = linksMax;
  }

  /** A batch of these records begins; undefined when none of its operations is traced. */
  begin(records: readonly QueuedRecord[]): BatchTrace | undefined {
    const traced = tracedIn(records);
    const [first] = traced;
    if (first === undefined) return undefined;
    const span = this.#tracing.resume('batch', first.context, {
      kind: 'consumer',
      attributes: {
        'lastro.operations': records.reduce((sum, { record }) => sum + record.count, 0),
        'lastro.operations.traced': traced.length,
      },
      links: traced.slice(0, this.#linksMax).map(({ context }) => context),
    });
    return new BatchTrace(this.#tracing, span, traced);
  }
}

/**
 * One batch: a span in the trace of the first operation in it that is traced, linked to the others. Each of these gets two
 * spans in its own trace, linked to the batch: its time in the queue, and from then on until its outcome was stored.
 */
export class BatchTrace {
  readonly span: Span;
  readonly #tracing: Tracing;
  readonly #traced: readonly TracedOperation[];
  readonly #takenAtMs = Date.now();

  constructor(tracing: Tracing, span: Span, traced: readonly TracedOperation[]) {
    this.#tracing = tracing;
    this.span = span;
    this.#traced = traced;
    for (const operation of traced) this.#show('queue', operation, operation.queuedAtMs).end();
  }

  /** The outcomes are stored, one for each operation of the batch. */
  settled(outcomes: readonly Outcome[]): void {
    for (const operation of this.#traced) {
      const outcome = outcomes[operation.index]!;
      const span = this.#show('post', operation, this.#takenAtMs);
      span.set(shownOf(outcome));
      span.end(outcome.kind === 'dead' ? outcome.code : undefined);
    }
    this.span.end();
  }

  /** It is left to the next start, or to another business service. */
  left(): void {
    this.span.end('left');
  }

  #show(name: string, { id, context }: TracedOperation, startedAtMs: number): Span {
    const attributes = { 'lastro.operation.id': id };
    return this.#tracing.resume(name, context, { startedAtMs, attributes, links: [this.span.context] });
  }
}

function tracedIn(records: readonly QueuedRecord[]): TracedOperation[] {
  const traced: TracedOperation[] = [];
  let offset = 0;
  for (const { record, traces = [] } of records) {
    for (const { index, context } of traces) {
      const queuedAtMs = record.packedAtMs;
      traced.push({ id: record.id(index), index: offset + index, context, queuedAtMs });
    }
    offset += record.count;
  }
  return traced;
}

function shownOf(outcome: Outcome): SpanAttributes {
  if (outcome.kind === 'dead') return { 'lastro.outcome': 'dead', 'lastro.reason': outcome.code };
  const { sequence } = JSON.parse(outcome.json) as { readonly sequence?: number };
  return { 'lastro.outcome': outcome.status, 'lastro.reason': outcome.reason, 'lastro.sequence': sequence };
}
