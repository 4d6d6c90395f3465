import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

/** Codes that say that nothing was taken. */
const NOT_TAKEN = ['queue_full', 'queue_unavailable', 'stopping'];

/** What each sender was told of its operations. */
export interface Told {
  readonly taken: string[];
  /** The service said that it did not take it. */
  readonly refused: string[];
  /** There was no answer, or one that leaves it open. */
  readonly inDoubt: string[];
}

/** Clients that send deposits of one, each once, to any of the services, and remember what they were told. */
export class Senders {
  readonly told: Told = { taken: [], refused: [], inDoubt: [] };
  readonly #urls: () => readonly string[];
  readonly #key: string;
  readonly #account: string;
  readonly #agent = new Agent({ headersTimeout: 20_000 });
  readonly #running: Promise<void>[] = [];
  #isOver = false;

  constructor(urls: () => readonly string[], key: string, account: string) {
    this.#urls = urls;
    this.#key = key;
    this.#account = account;
  }

  start(count: number): void {
    for (let index = 0; index < count; index += 1) this.#running.push(this.#sendOn(index));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    await this.#agent.destroy();
  }

  async #sendOn(index: number): Promise<void> {
    while (!this.#isOver) {
      const urls = this.#urls();
      const ids = Array.from({ length: index % 2 === 0 ? 1 : 3 }, () => randomUUID());
      const answer = await this.#send(urls[Math.floor(Math.random() * urls.length)]!, ids);
      this.told[answer].push(...ids);
      // A service that refuses at once is not to be asked without end.
      if (answer !== 'taken') await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #send(url: string, ids: readonly string[]): Promise<keyof Told> {
    const operations = ids.map((id) => ({ id, type: 'deposit', account: this.#account, amount: 1 }));
    try {
      const { statusCode, body } = await request(`${url}/v1/operations`, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ operations, atomic: ids.length > 1 }),
      });
      const answer = (await body.json()) as { readonly code?: string };
      if (statusCode === 202 || statusCode === 200) return 'taken';
      return NOT_TAKEN.includes(String(answer.code)) ? 'refused' : 'inDoubt';
    } catch (error) {
      const { code } = error as { code?: string };
      return code === 'ECONNREFUSED' ? 'refused' : 'inDoubt';
    }
  }
}
