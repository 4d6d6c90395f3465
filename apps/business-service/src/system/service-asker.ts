import { Agent } from 'undici';
import type { LedgerCall } from '../data-service-client.ts';

export interface ServiceAskerOptions {
  readonly connectTimeoutMs: number;
  /** For the whole of one question. */
  readonly timeoutMs: number;
}

const ANSWER_SIZE_MAX_BYTES = 4 * 1024 * 1024;

/** The answer, and whether it is one: a service that refuses our key is there all the same. */
export interface ServiceAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks other services how they are, on connections of its own: nothing else waits behind it. */
export class ServiceAsker {
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor({ connectTimeoutMs, timeoutMs }: ServiceAskerOptions) {
    this.#agent = new Agent({
      connections: 2,
      pipelining: 1,
      connectTimeout: connectTimeoutMs,
      maxResponseSize: ANSWER_SIZE_MAX_BYTES,
    });
    this.#timeoutMs = timeoutMs;
  }

  /** `undefined`: it does not answer in time, or says that it cannot. */
  ask(url: string, path: string, authorization: string): Promise<ServiceAnswer | undefined> {
    return this.call(url, { method: 'GET', path }, authorization);
  }

  /** Likewise. */
  async call(
    url: string,
    { method, path, body }: LedgerCall,
    authorization: string,
  ): Promise<ServiceAnswer | undefined> {
    try {
      const answer = await this.#agent.request({
        origin: url,
        path,
        method,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body ?? null,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const text = await answer.body.text();
      return answer.statusCode >= 500 ? undefined : { status: answer.statusCode, text };
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
