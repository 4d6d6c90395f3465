import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { request } from 'undici';
import { type Child, startChild } from '../../apps/business-service/test/child-process.ts';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { Senders } from './senders.ts';

const ADMIN_KEY = 'admin-key-of-the-tests';
const BUSINESS_KEY = 'business-key-of-the-tests';
const ACCOUNT = 'alice';

/** A real ledger, and business services in processes of their own that share a queue. */
export class ReplicatedBank {
  readonly senders = new Senders(() => this.#urls, ADMIN_KEY, ACCOUNT);
  readonly #database: TestDatabase;
  readonly #directory: string;
  readonly #data: RunningService;
  readonly #settings: readonly Readonly<Record<string, string>>[];
  readonly #children: Child[] = [];
  readonly #urls: string[] = [];

  private constructor(
    database: TestDatabase,
    directory: string,
    data: RunningService,
    settings: readonly Readonly<Record<string, string>>[],
  ) {
    this.#database = database;
    this.#directory = directory;
    this.#data = data;
    this.#settings = settings;
  }

  /** `settings`: of each business service, beside those of all; `dataSettings`: of the data service. */
  static async start(
    settings: readonly Readonly<Record<string, string>>[],
    dataSettings: Readonly<Record<string, string>> = {},
  ): Promise<ReplicatedBank> {
    const database = await createTestDatabase();
    const data = await startDataService({
      DATABASE_URL: database.url,
      LASTRO_BUSINESS_KEYS: settings
        .map((_, index) => `business-${index}:${BUSINESS_KEY}-${index}`)
        .join(','),
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'fatal',
      ...dataSettings,
    });
    const directory = await mkdtemp(join(tmpdir(), 'lastro-replicated-'));
    const bank = new ReplicatedBank(database, directory, data, settings);
    for (const index of settings.keys()) await bank.startBusiness(index);
    await bank.#post(0, '/v1/accounts', { id: ACCOUNT });
    return bank;
  }

  async startBusiness(index: number): Promise<void> {
    const settings = {
      LASTRO_BUSINESS_ID: `business-${index}`,
      LASTRO_BUSINESS_KEY: `${BUSINESS_KEY}-${index}`,
      LASTRO_DATA_URL: this.#data.url,
      LASTRO_QUEUE_DIR: join(this.#directory, `business-${index}`),
      LASTRO_ADMIN_KEY: ADMIN_KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'fatal',
      LASTRO_QUEUE_HEARTBEAT_SECONDS: '1',
      LASTRO_QUEUE_STALLED_AFTER_MS: '2000',
      LASTRO_QUEUE_CONNECT_TIMEOUT_MS: '3000',
      LASTRO_RETRY_DELAY_MAX_MS: '200',
      ...this.#settings[index],
    };
    const child = startChild('./child-serves.ts', [JSON.stringify(settings)]);
    this.#children[index] = child;
    const line = (await child.lines.next()) as { readonly value?: string };
    this.#urls[index] = String(line.value).split(' ')[1]!;
  }

  /** kill -9 */
  async killBusiness(index: number): Promise<void> {
    this.#children[index]!.process.kill('SIGKILL');
    await this.#children[index]!.exited;
  }

  /** Sends a deposit to business service `index`, and waits until it is posted. */
  async deposit(index: number, headers: Readonly<Record<string, string>>): Promise<void> {
    await this.#post(
      index,
      '/v1/deposits',
      { account: ACCOUNT, amount: 1 },
      { prefer: 'wait=20', ...headers },
    );
  }

  /** Which of the operations are posted. */
  async posted(ids: readonly string[]): Promise<Set<string>> {
    const posted = new Set<string>();
    for (let start = 0; start < ids.length; start += 50) {
      const some = ids.slice(start, start + 50);
      const answers = await Promise.all(some.map((id) => this.#ask(`/v1/operations/${id}`)));
      for (const [index, { status }] of answers.entries()) if (status === 'posted') posted.add(some[index]!);
    }
    return posted;
  }

  /** How many deposits of one have been made. */
  async balance(): Promise<number> {
    return Number((await this.#ask(`/v1/accounts/${ACCOUNT}/balance`)).balance);
  }

  async stop(): Promise<void> {
    await this.senders.stop();
    for (const index of this.#children.keys()) await this.killBusiness(index);
    await this.#data.stop();
    await this.#database.drop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Asks the ledger itself. */
  async #ask(path: string): Promise<{ status?: string; balance?: number }> {
    const { body } = await request(this.#data.url + path, {
      headers: { authorization: `Bearer ${BUSINESS_KEY}-0` },
    });
    return (await body.json()) as { status?: string; balance?: number };
  }

  async #post(index: number, path: string, content: unknown, headers = {}): Promise<void> {
    const { statusCode, body } = await request(this.#urls[index]! + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(content),
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${statusCode}: ${text}`);
  }
}
