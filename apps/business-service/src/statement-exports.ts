import type { Readable } from 'node:stream';
import { LEDGER_AGE_HEADER, LEDGER_SEQUENCE_HEADER } from '@lastro/contract';
import { type Logger, ProblemError } from '@lastro/service';
import { Pool } from 'undici';
import { ServicesInTurn } from './services-in-turn.ts';

export interface StatementExportsOptions {
  /** Data services that share one ledger, in order of preference. */
  readonly urls: readonly string[];
  /** What proves to them which business service this is. */
  readonly key: string;
  readonly connectTimeoutMs: number;
  /** Longest wait for an answer to begin, and between two parts of it; not while our own client reads slowly. */
  readonly readTimeoutMs: number;
  /** Most exports at a time. */
  readonly exportsMax: number;
}

/** An answer of a data service whose body is on its way. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

const PASSED_ON = ['content-type', 'content-disposition', LEDGER_SEQUENCE_HEADER, LEDGER_AGE_HEADER];

/**
 * Exports of statements, as they come from a data service: a whole one never is in memory here. They have connections of
 * their own, so that a slow reader of a long export keeps no balance waiting.
 */
export class StatementExports {
  readonly #pools: ServicesInTurn<Pool>;
  readonly #options: StatementExportsOptions;
  readonly #logger: Logger;
  /** Answers that have begun, and are not at their end. */
  readonly #underWay = new Set<Readable>();
  #askingCount = 0;

  constructor(options: StatementExportsOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#pools = new ServicesInTurn(
      options.urls.map(
        (url) =>
          new Pool(url, {
            connections: options.exportsMax,
            pipelining: 1,
            connectTimeout: options.connectTimeoutMs,
            headersTimeout: options.readTimeoutMs,
            bodyTimeout: options.readTimeoutMs,
          }),
      ),
    );
  }

  /**
   * Asks the data services, one after the other, until one begins to answer. The body must be read or destroyed.
   *
   * @throws ProblemError `exports_busy` or `ledger_unavailable`
   */
  async open(path: string): Promise<StreamedAnswer> {
    if (this.#underWay.size + this.#askingCount >= this.#options.exportsMax)
      throw new ProblemError('exports_busy');
    this.#askingCount += 1;
    try {
      const answer = await this.#askAny(path);
      this.#underWay.add(answer.body);
      answer.body.once('close', () => this.#underWay.delete(answer.body));
      return answer;
    } finally {
      this.#askingCount -= 1;
    }
  }

  /** Cuts what is under way: nobody would wait for the end of a long export before a service stops, and its reader knows. */
  async close(): Promise<void> {
    for (const body of this.#underWay) body.destroy();
    await Promise.all(this.#pools.all.map((pool) => pool.destroy()));
  }

  async #askAny(path: string): Promise<StreamedAnswer> {
    let cause: unknown;
    for (let tries = 0; tries < this.#pools.all.length; tries += 1) {
      const pool = this.#pools.preferred;
      try {
        return await this.#ask(pool, path);
      } catch (error) {
        cause = error;
        this.#pools.leave(pool);
      }
    }
    throw new ProblemError('ledger_unavailable', undefined, { cause });
  }

  async #ask(pool: Pool, path: string): Promise<StreamedAnswer> {
    const { statusCode, headers, body } = await pool.request({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${this.#options.key}` },
    });
    const isRefused = statusCode === 401 || statusCode === 403;
    if (statusCode >= 500 || isRefused) {
      body.on('error', () => undefined).destroy();
      if (isRefused)
        this.#logger.error(
          { status: statusCode },
          'the data service refuses the key of this business service',
        );
      throw new Error(`answered ${statusCode}`);
    }
    const passedOn = PASSED_ON.filter((name) => headers[name] !== undefined);
    return {
      status: statusCode,
      headers: Object.fromEntries(passedOn.map((name) => [name, String(headers[name])])),
      body,
    };
  }
}
