import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterPage, Operation, OperationsAnswer, Problem } from '@lastro/contract';
import type { RunningService } from '@lastro/service';
import { Agent, request } from 'undici';
import { startBusinessService } from '../src/index.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import { BUSINESS_KEY, ScriptedDataService } from './scripted-data-service.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests';

/** Every field that an answer may have; a test looks only at those that it expects. */
export type AnswerBody = Operation &
  Omit<Problem, 'status' | 'operation'> &
  OperationsAnswer &
  DeadLetterPage & { readonly detail: string };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: AnswerBody;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
  readonly key?: string | null;
}

/** A business service and the scripted data service that it talks to, each on a port of its own. */
export class RunningBank {
  readonly data: ScriptedDataService;
  readonly directory: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #agent = new Agent({ headersTimeout: 60_000 });
  business: RunningService;

  private constructor(
    data: ScriptedDataService,
    directory: string,
    settings: Readonly<Record<string, string>>,
    business: RunningService,
  ) {
    this.data = data;
    this.directory = directory;
    this.#settings = settings;
    this.business = business;
  }

  /** `settings` go before those that suit a test. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RunningBank> {
    const data = await ScriptedDataService.start();
    const directory = await temporaryDirectory();
    const all = {
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: BUSINESS_KEY,
      LASTRO_DATA_URL: data.url,
      LASTRO_QUEUE_DIR: directory,
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_RETRY_DELAY_MIN_MS: '1',
      LASTRO_RETRY_DELAY_MAX_MS: '20',
      ...settings,
    };
    return new RunningBank(data, directory, all, await startBusinessService(all));
  }

  /** Stops the business service and starts it again on the same queue. */
  async restart(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.business.stop();
    await this.restartStopped(settings);
  }

  /** Starts the business service again that a test has stopped. */
  async restartStopped(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.business = await startBusinessService({ ...this.#settings, ...settings });
  }

  async stop(): Promise<void> {
    await this.#agent.destroy();
    await this.business.stop();
    await this.data.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  async call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const { key = ADMIN_KEY } = options;
    const payload = options.raw ?? (body === undefined ? null : JSON.stringify(body));
    const answer = await request(this.business.url + path, {
      method: method as 'GET',
      dispatcher: this.#agent,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(payload === null ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: payload,
    });
    const text = await answer.body.text();
    const isJson = /json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as AnswerBody,
    };
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call('POST', path, body, { headers });
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  /** One metric's value, as it is now. */
  async metric(name: string): Promise<number> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  }
}

const TIMEOUT_MS = 20_000;
const PAUSE_MS = 2;

/** Waits until `condition` holds; fails with what it was about when it never does. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it never came to this: ${what}`);
    await sleep(PAUSE_MS);
  }
}
