import { KNOWN_HEAD_HEADER, type Problem } from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { verifyLedger } from '../src/verify/verify-ledger.ts';
import { newId } from './commit-batches.ts';
import { ask, deposit, KEY, opening, post, startOn } from './data-services.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

/** A database, and an older copy of it that can be put in its place under the feet of whoever uses it. */
class DatabaseWithCopy {
  readonly #name: string;
  readonly #copy: string;

  private constructor(name: string) {
    this.#name = name;
    this.#copy = `${name}_copy`;
  }

  /** Nobody may be connected. */
  static async of({ url }: TestDatabase): Promise<DatabaseWithCopy> {
    const database = new DatabaseWithCopy(new URL(url).pathname.slice(1));
    await onServer(`CREATE DATABASE ${database.#copy} TEMPLATE ${database.#name}`);
    return database;
  }

  /** What was under the name of the database is the copy from now on, and the other way round. */
  async swap(): Promise<void> {
    const [name, copy, other] = [this.#name, this.#copy, `${this.#name}_other`];
    await onServer(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await onServer(`ALTER DATABASE ${name} RENAME TO ${other}`);
    await onServer(`ALTER DATABASE ${copy} RENAME TO ${name}`);
    await onServer(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    await onServer(`ALTER DATABASE ${other} RENAME TO ${copy}`);
  }

  async dropCopy(): Promise<void> {
    await onServer(`DROP DATABASE ${this.#copy} WITH (FORCE)`);
  }
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

// One story, in this order.
describe('a ledger that has gone back under running data services', () => {
  let database: TestDatabase;
  let copy: DatabaseWithCopy;
  let knowing: RunningService;
  /** Has committed nothing, as after a restart. */
  let fresh: RunningService;
  let told: string;
  const settings = { LASTRO_DATABASE_CHECK_INTERVAL_MS: '20', LASTRO_COMMIT_ATTEMPTS_MAX: '2' };

  const metric = async (service: RunningService, name: string) => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(text.match(new RegExp(`^${name}\\{[^}]*\\} (.+)$`, 'm'))?.[1]);
  };
  /** Sends a batch as a business service does that was told of a head. */
  const send = async (service: RunningService, head?: string) => {
    const operations = [{ id: newId(), acceptedAt: new Date().toISOString(), ...deposit('alice', 1) }];
    const response = await fetch(`${service.url}/v1/batches`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        ...(head === undefined ? {} : { [KNOWN_HEAD_HEADER]: head }),
      },
      body: JSON.stringify({ operations }),
    });
    const head_ = response.headers.get(KNOWN_HEAD_HEADER);
    return { status: response.status, head: head_, body: (await response.json()) as Partial<Problem> };
  };
  const refusal = { status: 503, body: { code: 'ledger_behind' } };

  beforeAll(async () => {
    database = await createTestDatabase();
    const first = await startOn(database.url);
    await post(first, opening('alice'), deposit('alice', 100));
    await first.stop();
    copy = await DatabaseWithCopy.of(database);
    knowing = await startOn(database.url, settings);
    fresh = await startOn(database.url, settings);
    for (let index = 0; index < 3; index += 1) await post(knowing, deposit('alice', 10));
  });
  afterAll(async () => {
    await knowing.stop();
    await fresh.stop();
    await copy.dropCopy();
    await database.drop();
  });

  it('was told to whoever had something committed', async () => {
    const { status, head } = await send(knowing);
    expect(status).toBe(200);
    expect(head).toMatch(/^5:[0-9a-f]{64}$/);
    told = head!;
    expect(await ask(knowing, 'GET', '/readyz')).toMatchObject({ status: 200 });
    expect(await metric(knowing, 'lastro_ledger_behind')).toBe(0);
  });

  it('takes nothing from the data service that knows better, which says why', async () => {
    await copy.swap();
    await vi.waitFor(async () => expect(await send(knowing)).toMatchObject(refusal), PATIENCE);
    const { body } = await send(knowing);
    expect(body.detail).toBe(
      `batch 5 with hash ${told.slice(2)} was committed, and the newest of the ledger is 1`,
    );
    expect(await ask(knowing, 'GET', '/readyz')).toMatchObject(refusal);
    expect(await metric(knowing, 'lastro_ledger_behind')).toBe(1);
  });

  it('takes nothing from one that knows nothing, once a business service says what it was told', async () => {
    await vi.waitFor(async () => expect(await send(fresh, told)).toMatchObject(refusal), PATIENCE);
    // Nor from anybody else then.
    expect(await send(fresh)).toMatchObject(refusal);
    expect(await ask(fresh, 'GET', '/readyz')).toMatchObject(refusal);
  });

  it('has not changed meanwhile, and is read as it is', async () => {
    const { body } = await ask<{ balance: number }>(knowing, 'GET', '/v1/accounts/alice/balance');
    expect(body).toMatchObject({ balance: 100, sequence: 3 });
  });

  it('is gone on with when it has again what it lacked, by everybody and with all of it', async () => {
    await copy.swap();
    for (const service of [knowing, fresh]) {
      // Nobody has sent anything: they look by themselves.
      await vi.waitFor(
        async () => expect(await ask(service, 'GET', '/readyz')).toMatchObject({ status: 200 }),
        PATIENCE,
      );
      expect(await metric(service, 'lastro_ledger_behind')).toBe(0);
      expect(await send(service, told)).toMatchObject({ status: 200 });
    }
    expect((await verifyLedger({ databaseUrl: database.url })).findings).toEqual([]);
    const { body } = await ask<{ balance: number }>(fresh, 'GET', '/v1/accounts/alice/balance');
    expect(body.balance).toBe(100 + 3 * 10 + 1 + 2);
  });

  it('is believed by a data service that was started anew, where nobody says otherwise', async () => {
    await copy.swap();
    const restarted = await startOn(database.url, settings);
    expect(await send(restarted)).toMatchObject({ status: 200 });
    await restarted.stop();
    expect((await verifyLedger({ databaseUrl: database.url })).findings).toEqual([]);
  });

  it('is not gone on with once it has grown past what is known on another way', async () => {
    const grown = await startOn(database.url, settings);
    for (let index = 0; index < 9; index += 1) expect(await send(grown)).toMatchObject({ status: 200 });
    await grown.stop();
    await vi.waitFor(async () => {
      const { status, body } = await send(knowing);
      expect([status, body.detail]).toEqual([503, expect.stringMatching(/and the ledger has hash/)]);
    }, PATIENCE);
  });
});
