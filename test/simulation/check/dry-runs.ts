import type { Operation } from '@lastro/contract';
import type { Content } from '../clients/wire-content.ts';
import type { HttpResponse, Sending } from '../network/network.ts';

/** What a client was told about something that it only tried. */
export interface SeenDryRun {
  readonly contents: readonly Content[];
  /** The operations that the answer shows, or `conflict`. */
  readonly answer: readonly Operation[] | 'conflict';
  readonly host: string;
  /** When it was sent and when its answer came, and the newest batch of the ledger at both moments. */
  readonly sentAtMs: number;
  readonly atMs: number;
  readonly batchWhenSent: number;
  readonly batchWhenAnswered: number;
}

/** Every dry run of the clients, as the wire shows it. */
export class DryRuns {
  readonly seen: SeenDryRun[] = [];
  /** Ids that were tried, whether there was an answer or not. */
  readonly ids = new Set<string>();
  readonly #newestBatch: () => number;
  readonly #batchWhenSent = new WeakMap<Sending, number>();

  constructor(newestBatch: () => number) {
    this.#newestBatch = newestBatch;
  }

  sent(sending: Sending, contents: readonly Content[]): void {
    this.#batchWhenSent.set(sending, this.#newestBatch());
    for (const { id } of contents) this.ids.add(id as string);
  }

  /** Whether this answer may be given to a dry run at all. */
  answered(
    sending: Sending,
    { status }: HttpResponse,
    body: Record<string, unknown>,
    contents: readonly Content[],
    atMs: number,
  ): boolean {
    // It needs the ledger; and what is no exchange cannot be tried either.
    if (status === 503) return body['code'] === 'ledger_unavailable';
    if (status === 400) return body['code'] === 'exchange_amount' && contents.length === 0;
    const answer = answerIn(status, body);
    if (answer === undefined || !isAbout(answer, status, contents)) return false;
    const { host, sentAtMs } = sending;
    const batchWhenSent = this.#batchWhenSent.get(sending)!;
    this.seen.push({
      contents,
      answer,
      host,
      sentAtMs,
      atMs,
      batchWhenSent,
      batchWhenAnswered: this.#newestBatch(),
    });
    return true;
  }
}

function answerIn(status: number, body: Record<string, unknown>): SeenDryRun['answer'] | undefined {
  switch (status) {
    case 200:
      return (body['operations'] as Operation[] | undefined) ?? [body as unknown as Operation];
    case 422:
      return [body['operation'] as Operation];
    case 409:
      return 'conflict';
    default:
      return undefined;
  }
}

/** All that was asked about; of a group that fails, some routes show the operation to blame alone. */
function isAbout(answer: SeenDryRun['answer'], status: number, contents: readonly Content[]): boolean {
  if (answer === 'conflict') return true;
  const isWhole = answer.length === contents.length || status === 422;
  const isShownOf = ({ id }: Operation, index: number) =>
    status === 422 ? contents.some((content) => content['id'] === id) : contents[index]!['id'] === id;
  return isWhole && answer.every(isShownOf);
}
