import type {
  DeadLetter,
  DeadLetterListQuery,
  DeadLetterPage,
  Operation,
  OperationsAnswer,
} from '@lastro/contract';
import { everyRow } from './pages.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';

/**
 * Operations that were accepted and that the ledger would not take, for administrators. Each business service has its own,
 * so ask each by a client with no other server.
 */
export class DeadLetters {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** One page, oldest first. */
  async list(query: DeadLetterListQuery = {}): Promise<DeadLetterPage> {
    return this.#requester.get(`/v1/dead-letters${queryString(query)}`);
  }

  /** All of them, page after page. */
  all(query: Omit<DeadLetterListQuery, 'cursor'> = {}): AsyncGenerator<DeadLetter, void, void> {
    return everyRow(
      (cursor) => this.list({ ...query, ...cursor }),
      ({ deadLetters }) => deadLetters,
    );
  }

  /** Sends one again, with its atomic group: it goes to the end of the queue. */
  async retry(id: string): Promise<Operation[]> {
    const answer = await this.#requester.change<OperationsAnswer>('POST', `${pathOf(id)}/retry`);
    return answer.operations;
  }

  /** Removes a conflict of ids from the list. With its `failedAt`, no newer letter of the same operation. */
  async discard(id: string, failedAt?: string): Promise<void> {
    await this.#requester.change('DELETE', pathOf(id) + queryString({ failedAt }), { mayBeEmpty: true });
  }
}

function pathOf(id: string): string {
  return `/v1/dead-letters/${encodeURIComponent(id)}`;
}
