import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

const LOOK_INTERVAL_MS = 20;

/** What clients behind a load balancer have seen. */
export interface Seen {
  accepted: number;
  read: number;
  /** What was not answered as asked for, whatever the reason. */
  readonly refused: string[];
}

/**
 * Clients that go to whichever service says that it is ready, as through a load balancer, and try nothing a second time. Each
 * pays 1 into an account and reads its balance, again and again.
 */
export class ReadyClients {
  readonly seen: Seen = { accepted: 0, read: 0, refused: [] };
  readonly #urls: readonly string[];
  readonly #key: string;
  readonly #agent = new Agent();
  #ready: readonly string[] = [];
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(urls: readonly string[], key: string) {
    this.#urls = urls;
    this.#key = key;
  }

  async start(count: number, account: string): Promise<void> {
    await this.#look();
    const clients = Array.from({ length: count }, (_, index) => this.#pay(account, index));
    this.#running = Promise.all([this.#watch(), ...clients]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#agent.close();
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await sleep(LOOK_INTERVAL_MS);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const states = await Promise.all(
      this.#urls.map(async (url) => ({ url, status: await this.#call('GET', `${url}/readyz`) })),
    );
    this.#ready = states.filter(({ status }) => status === '200').map(({ url }) => url);
  }

  async #pay(account: string, index: number): Promise<void> {
    for (let turn = index; !this.#stopped; turn += 1) {
      const url = this.#ready[turn % this.#ready.length];
      if (url === undefined) {
        this.seen.refused.push('no service is ready');
        return;
      }
      const taken = await this.#call('POST', `${url}/v1/deposits`, { account, amount: 1 });
      if (taken === '202') this.seen.accepted += 1;
      else this.seen.refused.push(`deposit: ${taken}`);
      const read = await this.#call('GET', `${url}/v1/accounts/${account}/balance`);
      if (read === '200') this.seen.read += 1;
      else this.seen.refused.push(`balance: ${read}`);
    }
  }

  /** The status of the answer, with its body when that is not what was asked for. */
  async #call(method: 'GET' | 'POST', url: string, body?: object): Promise<string> {
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.#agent,
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      return answer.statusCode < 300 ? String(answer.statusCode) : `${answer.statusCode} ${text}`;
    } catch (error) {
      return String(error);
    }
  }
}
