import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation, OperationsAnswer } from '@lastro/contract';
import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { startBusinessService } from '../../apps/business-service/src/index.ts';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { createLedgerDatabase } from '../../apps/data-service/test/ledger-database.ts';

export const KEY = 'admin-key-of-the-tests';
const BUSINESS_KEY = 'business-key-of-the-tests';

type Settings = Readonly<Record<string, string>>;

/** A bank with several services of each kind on a database of its own. */
export class TestBank {
  readonly data: RunningService[];
  readonly business: RunningService[];
  readonly #database: TestDatabase;
  readonly #directory: string;
  readonly #settings: Settings;

  private constructor(
    database: TestDatabase,
    directory: string,
    settings: Settings,
    services: { data: RunningService[]; business: RunningService[] },
  ) {
    this.#database = database;
    this.#directory = directory;
    this.#settings = settings;
    this.data = services.data;
    this.business = services.business;
  }

  /** Each business service prefers another data service. */
  static async start(options: { data: number; business: number; settings?: Settings }): Promise<TestBank> {
    const database = await createLedgerDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'lastro-events-'));
    const settings = options.settings ?? {};
    const bank = new TestBank(database, directory, settings, { data: [], business: [] });
    for (let number = 1; number <= options.data; number += 1)
      bank.data.push(await startDataService(bank.dataSettings()));
    for (let number = 1; number <= options.business; number += 1)
      bank.business.push(await startBusinessService(bank.#businessSettings(number)));
    return bank;
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  dataSettings(port = 0): Settings {
    return {
      DATABASE_URL: this.#database.url,
      LASTRO_PORT: String(port),
      LASTRO_BUSINESS_KEYS: `business-1:${BUSINESS_KEY}1,business-2:${BUSINESS_KEY}2`,
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_EVENT_POLL_INTERVAL_MS: '20',
      ...only(this.#settings, 'LASTRO_EVENT_POLL', 'LASTRO_WEBHOOK'),
    };
  }

  #businessSettings(number: number): Settings {
    const urls = this.data.map(({ url }) => url);
    return {
      LASTRO_BUSINESS_ID: `business-${number}`,
      LASTRO_BUSINESS_KEY: `${BUSINESS_KEY}${number}`,
      LASTRO_DATA_URL: [...urls.slice(number - 1), ...urls.slice(0, number - 1)].join(','),
      LASTRO_QUEUE_DIR: join(this.#directory, `business-${number}`),
      LASTRO_ADMIN_KEY: KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_RETRY_DELAY_MAX_MS: '100',
      ...only(this.#settings, 'LASTRO_EVENT', 'LASTRO_SILENCE'),
    };
  }

  /** Stops data service `index`; what it gives back starts it again at the same address. */
  async stopData(index: number): Promise<() => Promise<void>> {
    const { port } = new URL(this.data[index]!.url);
    await this.data[index]!.stop();
    return async () => {
      this.data[index] = await startDataService(this.dataSettings(Number(port)));
    };
  }

  async ask<Body>(
    method: string,
    path: string,
    body?: unknown,
    service = this.business[0]!,
  ): Promise<{ status: number; headers: Headers; body: Body }> {
    const response = await fetch(service.url + path, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  }

  /** Sends operations and waits for what becomes of them. */
  async post(operations: readonly object[], service = this.business[0]!): Promise<readonly Operation[]> {
    const response = await fetch(`${service.url}/v1/operations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        prefer: 'wait=20',
      },
      body: JSON.stringify({ operations }),
    });
    return ((await response.json()) as OperationsAnswer).operations;
  }

  async stop(): Promise<void> {
    for (const service of [...this.business, ...this.data]) await service.stop();
    await this.#database.drop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function only(settings: Settings, ...beginnings: readonly string[]): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => beginnings.some((beginning) => name.startsWith(beginning))),
  );
}
