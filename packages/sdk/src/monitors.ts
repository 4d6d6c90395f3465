import type { Monitor, MonitorListQuery, MonitorPage, MonitorRequest } from '@lastro/contract';
import { everyRow } from './pages.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';

/** Balances that are watched: an event tells when one crosses a value. */
export class Monitors {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Watches a balance, from the next operation on. It is asked for once: a second time would make another.
   *
   * @throws LastroUnreachableError `mayHaveBeenTaken` when it may be there: look at the list.
   */
  async create(request: MonitorRequest): Promise<Monitor> {
    return this.#requester.change('POST', '/v1/monitors', { body: request, once: true });
  }

  /** One page, oldest first. */
  async list(query: MonitorListQuery = {}): Promise<MonitorPage> {
    return this.#requester.get(`/v1/monitors${queryString(query)}`);
  }

  /** All of them, page after page. */
  all(query: Omit<MonitorListQuery, 'cursor'> = {}): AsyncGenerator<Monitor, void, void> {
    return everyRow(
      (cursor) => this.list({ ...query, ...cursor }),
      ({ monitors }) => monitors,
    );
  }

  /** Stops watching. */
  async delete(id: string): Promise<void> {
    await this.#requester.change('DELETE', `/v1/monitors/${encodeURIComponent(id)}`, { mayBeEmpty: true });
  }
}
