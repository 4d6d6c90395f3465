import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export interface SpanOutletLimits {
  /** Most spans that wait or are on their way. */
  readonly spansMax: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface SpanOutletObserver {
  /** The collector takes no spans any more. Told once, until it does again. */
  failed(error: unknown): void;
  /** It takes them again. */
  recovered(): void;
}

/** In one request to the collector. */
const SPANS_PER_REQUEST_MAX = 512;

/** Where spans go when they have ended. Holds a limited number, and counts what is lost; nobody ever waits for it. */
export class SpanOutlet implements SpanProcessor {
  readonly #spansMax: number;
  readonly #observer: SpanOutletObserver;
  readonly #batches: BatchSpanProcessor;
  #waitingCount = 0;
  #sentCount = 0;
  #droppedCount = 0;
  #isFailing = false;

  constructor(exporter: SpanExporter, limits: SpanOutletLimits, observer: SpanOutletObserver) {
    this.#spansMax = limits.spansMax;
    this.#observer = observer;
    const counted: SpanExporter = {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          this.#exported(spans.length, result);
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    };
    this.#batches = new BatchSpanProcessor(counted, {
      maxQueueSize: limits.spansMax,
      maxExportBatchSize: Math.min(SPANS_PER_REQUEST_MAX, limits.spansMax),
      scheduledDelayMillis: limits.intervalMs,
      // The exporter has a limit of its own, and always says what became of it.
      exportTimeoutMillis: limits.timeoutMs * 2,
    });
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  get droppedCount(): number {
    return this.#droppedCount;
  }

  onStart(): void {
    // Only spans that have ended are sent.
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waitingCount >= this.#spansMax) {
      this.#droppedCount += 1;
    } else {
      this.#waitingCount += 1;
      this.#batches.onEnd(span);
    }
  }

  #exported(count: number, { code, error }: ExportResult): void {
    this.#waitingCount -= count;
    const isFailing = code !== ExportResultCode.SUCCESS;
    if (isFailing) this.#droppedCount += count;
    else this.#sentCount += count;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    if (isFailing) this.#observer.failed(error);
    else this.#observer.recovered();
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }
}
