import { PROBLEMS } from '@lastro/contract';
import { type Logger, type Span, type SpanAttributes, traceparentOf } from '@lastro/service';
import type { DataServiceAnswer, DataServiceClient } from '../data-service-client.ts';
import type { Outcome } from '../queue/queue.ts';
import { type BackoffLimits, pauseAfter } from './backoff.ts';
import type { Batch } from './batch.ts';
import { readBatchAnswer } from './batch-answer.ts';

/** What the delivery of a batch tells those who count. */
export interface DeliveryObserver {
  delivered(info: { operations: number; seconds: number }): void;
  retried(): void;
}

/** What ends the delivery of a batch that has no answer. */
export interface DeliveryLimits {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** After so long in doubt nothing is sent any more; without it, never. */
  readonly giveUpAfterMs?: number | undefined;
}

/** The answer refuses the batch as a whole: one or more operations in it are to blame, or its size. */
const REFUSALS: readonly number[] = [400, 413, 422];

/**
 * Brings batches to the data service, each until it has an answer, however long that takes. States of one batch:
 *
 * - sending: the same bytes, again and again with a growing pause, while the outcome is in doubt: no answer,
 *   a 5xx, a wrong key, an answer that makes no sense. Sending twice is harmless, because the ids answer (I2).
 * - answered: one outcome for each operation.
 * - refused as a whole: halved, and each half is sent by itself, so that what is bad is alone in the end and
 *   holds up nothing; alone, it becomes a dead letter, if it is Lastro that refused it.
 */
export class Delivery {
  readonly #client: DataServiceClient;
  readonly #backoff: BackoffLimits;
  readonly #observer: DeliveryObserver;
  readonly #logger: Logger;

  constructor(client: DataServiceClient, backoff: BackoffLimits, observer: DeliveryObserver, logger: Logger) {
    this.#client = client;
    this.#backoff = backoff;
    this.#observer = observer;
    this.#logger = logger;
  }

  /**
   * One outcome for each operation of `batch`, in order; `undefined` when `limits` ended it first.
   * `limits.stop` allows the request under way to be answered, `limits.abort` ends that too. With `span`, each request is
   * shown in it, and the data service goes on with its trace.
   */
  async deliver(batch: Batch, limits: DeliveryLimits, span?: Span): Promise<Outcome[] | undefined> {
    const { stop, abort, giveUpAfterMs = Infinity } = limits;
    const body = batch.body();
    const beganAt = performance.now();
    for (let attempt = 1; !stop.aborted && performance.now() - beganAt < giveUpAfterMs; attempt += 1) {
      const startedAt = performance.now();
      const sending = span?.child('POST /v1/batches', { kind: 'client', attributes: sendingOf(attempt) });
      const result = await this.#send(batch, body, abort, sending);
      sending?.end('refused' in result ? 'refused' : 'why' in result ? 'in_doubt' : undefined);
      if (Array.isArray(result)) {
        this.#observer.delivered({
          operations: batch.count,
          seconds: (performance.now() - startedAt) / 1000,
        });
        return result;
      }
      if ('refused' in result) {
        const halves = batch.halves();
        if (halves !== undefined) return this.#deliverBoth(halves, limits, span);
        if (result.outcome !== undefined) {
          const { outcome } = result;
          this.#logger.error(
            { code: outcome.code, detail: outcome.detail },
            'an operation became a dead letter',
          );
          return Array<Outcome>(batch.count).fill(outcome);
        }
      }
      this.#logger.warn(
        { attempt, operations: batch.count, why: result.why },
        'a batch is in doubt and will be sent again',
      );
      this.#observer.retried();
      await pauseAfter(attempt, this.#backoff, stop);
    }
    return undefined;
  }

  async #deliverBoth(
    [first, second]: readonly [Batch, Batch],
    limits: DeliveryLimits,
    span: Span | undefined,
  ): Promise<Outcome[] | undefined> {
    const before = await this.deliver(first, limits, span);
    const after = before && (await this.deliver(second, limits, span));
    return after && [...before, ...after];
  }

  async #send(
    batch: Batch,
    body: Buffer,
    abort: AbortSignal,
    span: Span | undefined,
  ): Promise<Outcome[] | InDoubt | Refused> {
    try {
      const answer = await this.#client.postBatch(body, abort, span && traceparentOf(span.context));
      span?.set({ 'http.response.status_code': answer.status });
      if (answer.status === 200) return readBatchAnswer(answer.body, batch.ids());
      const why = `${answer.status}: ${answer.body.slice(0, 500)}`;
      if (REFUSALS.includes(answer.status)) return { refused: true, why, outcome: refusalOf(answer) };
      this.#logger.error(
        { status: answer.status },
        'not an answer for a batch: is LASTRO_DATA_URL or LASTRO_BUSINESS_KEY wrong?',
      );
      return { why };
    } catch (error) {
      return { why: error instanceof Error ? error.message : String(error) };
    }
  }
}

function sendingOf(attempt: number): SpanAttributes {
  return { 'http.request.method': 'POST', 'lastro.attempt': attempt };
}

interface InDoubt {
  readonly why: string;
}

interface Refused extends InDoubt {
  readonly refused: true;
  /** What becomes of a lone operation that is refused so; `undefined` when it was not Lastro that answered. */
  readonly outcome: Extract<Outcome, { kind: 'dead' }> | undefined;
}

/** A proxy in between may refuse for reasons of its own: that must not turn a queue into dead letters. */
function refusalOf(answer: DataServiceAnswer): Refused['outcome'] {
  if (!answer.contentType.startsWith('application/problem+json')) return undefined;
  try {
    const { code, title, detail } = JSON.parse(answer.body) as {
      code?: unknown;
      title?: unknown;
      detail?: unknown;
    };
    if (typeof code !== 'string' || !Object.hasOwn(PROBLEMS, code)) return undefined;
    return { kind: 'dead', code, detail: typeof detail === 'string' ? detail : String(title) };
  } catch {
    return undefined;
  }
}
