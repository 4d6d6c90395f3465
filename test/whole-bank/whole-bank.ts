import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hold, Operation, ProblemCode } from '@lastro/contract';
import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { startBusinessService } from '../../apps/business-service/src/index.ts';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { createLedgerDatabase } from '../../apps/data-service/test/ledger-database.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests';
export const BUSINESS_KEY = 'business-key-of-the-tests';

/** What answers may have; a test looks only at what it expects. */
export interface AnswerBody {
  readonly id: string;
  /** Of an operation, an account or a hold; a number in problems. */
  readonly status: string | number;
  readonly code?: ProblemCode;
  readonly amount: number;
  /** In problems. */
  readonly operation?: Operation;
  readonly balances: Readonly<Record<string, number>>;
  readonly operations: readonly Operation[];
  readonly reversals: readonly Operation[];
  readonly holds: readonly Hold[];
}

/** Settings of the services, beside those of every bank of the tests. */
export interface BankSettings {
  readonly data?: Readonly<Record<string, string>>;
  readonly business?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: AnswerBody;
}

/** A bank as people run it, without the processes: PostgreSQL, a data service, business services, HTTP between them. */
export class WholeBank {
  /** It has all rights. */
  readonly key = ADMIN_KEY;
  readonly #database: TestDatabase;
  readonly #directory: string;
  readonly #settings: BankSettings;
  #data: RunningService | undefined;
  /** Also those that are stopped, which come back on the same port. */
  readonly #business: RunningService[] = [];
  #dataPort = '0';

  private constructor(database: TestDatabase, directory: string, settings: BankSettings) {
    this.#database = database;
    this.#directory = directory;
    this.#settings = settings;
  }

  static async start(businessCount = 1, settings: BankSettings = {}): Promise<WholeBank> {
    const bank = new WholeBank(
      await createLedgerDatabase(),
      await mkdtemp(join(tmpdir(), 'lastro-whole-bank-')),
      settings,
    );
    await bank.startData();
    for (let number = 1; number <= businessCount; number += 1) await bank.startBusiness(number);
    return bank;
  }

  async startData(): Promise<void> {
    const keys = [1, 2, 3].map((number) => `business-${number}:${BUSINESS_KEY}-${number}`);
    this.#data = await startDataService({
      DATABASE_URL: this.#database.url,
      LASTRO_BUSINESS_KEYS: keys.join(','),
      LASTRO_PORT: this.#dataPort,
      LASTRO_LOG_LEVEL: 'fatal',
      LASTRO_HOLD_EXPIRY_INTERVAL_MS: '20',
      LASTRO_SCHEDULE_INTERVAL_MS: '20',
      ...this.#settings.data,
    });
    this.#dataPort = new URL(this.#data.url).port;
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  /** Where the data service is, or comes back. */
  get dataUrl(): string {
    return `http://127.0.0.1:${this.#dataPort}`;
  }

  /** Of the business services. */
  get urls(): string[] {
    return this.#business.map(({ url }) => url);
  }

  async stopData(): Promise<void> {
    await this.#data?.stop();
    this.#data = undefined;
  }

  /** It knows the services before it as its peers. */
  async startBusiness(number: number): Promise<void> {
    const before = this.#business[number - 1];
    const peers = this.urls.slice(0, number - 1);
    this.#business[number - 1] = await startBusinessService({
      LASTRO_BUSINESS_ID: `business-${number}`,
      LASTRO_BUSINESS_KEY: `${BUSINESS_KEY}-${number}`,
      LASTRO_DATA_URL: this.dataUrl,
      LASTRO_QUEUE_DIR: join(this.#directory, `business-${number}`),
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_PORT: before === undefined ? '0' : new URL(before.url).port,
      LASTRO_LOG_LEVEL: 'fatal',
      ...(peers.length === 0 ? {} : { LASTRO_PEERS: peers.join(',') }),
      ...this.#settings.business,
    });
  }

  async stopBusiness(number: number): Promise<void> {
    await this.#business[number - 1]!.stop();
  }

  /** Of business service 1. */
  get url(): string {
    return this.#business[0]!.url;
  }

  /** Sends a request to a business service (1 when not said) and waits for the final result where there is one. */
  async call(method: string, path: string, body?: object, business = 1): Promise<Answer> {
    const answer = await fetch(new URL(path, this.#business[business - 1]!.url), {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        prefer: 'wait=20',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as AnswerBody };
  }

  /** The code of an answer that refuses, or its status. */
  async outcome(method: string, path: string, body?: object, business = 1): Promise<string> {
    const answer = await this.call(method, path, body, business);
    return answer.body.code ?? String(answer.body.status);
  }

  async stop(): Promise<void> {
    for (const service of this.#business) await service.stop();
    await this.stopData();
    await this.#database.drop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
