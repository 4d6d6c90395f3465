import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const LOCK_RETRY_MS = 1;
const LOCKED_BY_ANOTHER = 423;

export interface Transfer {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** The student project's way to the data service: every step of a transfer is a request of its own. */
export class AccountCalls {
  readonly #pool: Pool;

  constructor(dataUrl: string, connections: number) {
    this.#pool = new Pool(dataUrl, { connections });
  }

  /** Lock, read, write, unlock. Locks are each operation's own and taken in one order, so no money is lost. */
  async post({ id, from, to, amount }: Transfer): Promise<void> {
    const accounts = [from, to].sort();
    for (const account of accounts) await this.#lock(account, id);
    await this.#add(from, -amount);
    await this.#add(to, amount);
    for (const account of accounts) await this.#call('DELETE', `/accounts/${account}/lock?owner=${id}`);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #lock(account: string, owner: string): Promise<void> {
    const path = `/accounts/${account}/lock?owner=${owner}`;
    while ((await this.#call('POST', path)) === LOCKED_BY_ANOTHER) await sleep(LOCK_RETRY_MS);
  }

  async #add(account: string, amount: number): Promise<void> {
    const { balance } = (await this.#call('GET', `/accounts/${account}/balance`)) as { balance: number };
    await this.#call('PUT', `/accounts/${account}/balance`, { balance: balance + amount });
  }

  /** The answer's JSON, or its status when it has none. */
  async #call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const content =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const { statusCode, body: answer } = await this.#pool.request({ method, path, ...content });
    if (statusCode === 200) return answer.json();
    await answer.dump();
    return statusCode;
  }
}
