import type {
  CreatedWebhook,
  RotatedSecret,
  Webhook,
  WebhookDeadLetter,
  WebhookDeadLetterPage,
  WebhookDeadLetterQuery,
  WebhookList,
  WebhookRequest,
} from '@lastro/contract';
import { everyRow } from './pages.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';

/** Where a bank sends its events, for administrators. */
export class Webhooks {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Has events sent to a URL. The secret is shown this once. It is asked for once: a second time would make another.
   *
   * @throws LastroUnreachableError `mayHaveBeenTaken` when it may be there: look at the list.
   */
  async create(request: WebhookRequest): Promise<CreatedWebhook> {
    return this.#requester.change('POST', '/v1/webhooks', { body: request, once: true });
  }

  /** All of them, oldest first, with how each is doing. */
  async list(): Promise<readonly Webhook[]> {
    const { webhooks } = await this.#requester.get<WebhookList>('/v1/webhooks');
    return webhooks;
  }

  async get(id: string): Promise<Webhook> {
    return this.#requester.get(pathOf(id));
  }

  /** Removes it, with its dead letters. */
  async delete(id: string): Promise<void> {
    await this.#requester.change('DELETE', pathOf(id), { mayBeEmpty: true });
  }

  /** Sets its position, back or forward: it goes on with the operation after the sequence `after`. */
  async replay(id: string, after: number): Promise<Webhook> {
    return this.#requester.change('POST', `${pathOf(id)}/replay`, { body: { after } });
  }

  /** Enables one that was disabled; the next attempt is made now. */
  async enable(id: string): Promise<Webhook> {
    return this.#requester.change('POST', `${pathOf(id)}/enable`);
  }

  /**
   * Gives it another secret, shown this once; for a while everything is signed with both. It is asked for once: a second
   * time would end the secret before at once.
   *
   * @throws LastroUnreachableError `mayHaveBeenTaken` when there may be a secret that nobody has seen.
   */
  async rotateSecret(id: string): Promise<RotatedSecret> {
    return this.#requester.change('POST', `${pathOf(id)}/secret`, { once: true });
  }

  /** Every event that could not be delivered, in the order of the events, page after page. */
  deadLetters(
    id: string,
    query: Omit<WebhookDeadLetterQuery, 'cursor'> = {},
  ): AsyncGenerator<WebhookDeadLetter, void, void> {
    return everyRow(
      (cursor) =>
        this.#requester.get<WebhookDeadLetterPage>(
          `${pathOf(id)}/dead-letters${queryString({ ...query, ...cursor })}`,
        ),
      ({ deadLetters }) => deadLetters,
    );
  }

  /** Has one of them sent once more. */
  async retry(id: string, event: string): Promise<void> {
    const path = `${pathOf(id)}/dead-letters/${encodeURIComponent(event)}/retry`;
    await this.#requester.change('POST', path, { mayBeEmpty: true });
  }
}

function pathOf(id: string): string {
  return `/v1/webhooks/${encodeURIComponent(id)}`;
}
