import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountPage,
  type Operation,
  type OperationPage,
  type Problem,
  PROBLEMS,
  type Schedule,
  type SchedulePage,
  type TrialBalance,
} from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildOpenApi, startBusinessService } from '../../apps/business-service/src/index.ts';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { Accepted, balancesOf } from './accepted.ts';
import { describedRoutes, type OpenApiDocument, routeOf } from './described-api.ts';
import { endIsClear, type RawAnswer, type RawRequest, send } from './raw-http.ts';
import { hostileRequest, validRequest } from './requests.ts';

const KEY = 'admin-key-of-the-tests';
const BUSINESS_KEY = 'business-key-of-the-tests';
const PATIENCE = { timeout: 30_000, interval: 20 };
/** Of each kind, for each route. */
const REQUESTS = 50;
/** What any request may be refused with, whatever the route: it is refused before it has one, or it has none. */
const REFUSED_AT_THE_DOOR = new Set([400, 401, 404, 405, 408, 413, 414, 415, 431]);

// The routes are those of the description, so that a new one is attacked by itself.
const routes = describedRoutes((await buildOpenApi()) as OpenApiDocument);

describe('the public API, attacked on every route of its description', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let directory: string;
  let data: RunningService;
  let business: RunningService;
  const accepted = new Accepted();
  const statuses = new Set<number>();
  let ledgerIsAway = false;

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'lastro-hostile-'));
    data = await startDataService({
      DATABASE_URL: database.url,
      LASTRO_PORT: '0',
      LASTRO_BUSINESS_KEYS: `business-1:${BUSINESS_KEY}`,
      LASTRO_LOG_LEVEL: 'silent',
      // Webhooks are made up by the attack: nothing is to be sent there.
      LASTRO_WEBHOOK_REQUESTS_MAX: '0',
    });
    business = await startBusinessService({
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: BUSINESS_KEY,
      LASTRO_DATA_URL: data.url,
      LASTRO_QUEUE_DIR: directory,
      LASTRO_ADMIN_KEY: KEY,
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_WAIT_MAX_MS: '200',
      LASTRO_REQUEST_TIMEOUT_MS: '250',
      // What is no call of the API would be a page of it.
      LASTRO_CONSOLE: 'off',
    });
    for (const id of ['alice', 'bob']) await attack(opening(id));
  });
  afterAll(async () => {
    await business.stop();
    await rm(directory, { recursive: true, force: true });
    await database.drop();
  });

  /** Sends a request, checks whatever must be true of any answer, and notes what was taken. */
  async function attack(request: RawRequest): Promise<RawAnswer | undefined> {
    const answer = await send(business.url, request);
    if (answer === undefined) {
      expect(endIsClear(request), 'every request that has an end is answered').toBe(false);
      return undefined;
    }
    const { status, headers, body } = answer;
    statuses.add(status);
    expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual([
      'nosniff',
      'no-store',
    ]);
    if (status >= 500) expect([status, ledgerIsAway]).toEqual([503, true]);
    if (request.method === 'HEAD') return answer;
    if (status >= 400) {
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(PROBLEMS[problemCode(body)].status).toBe(status);
      if (status >= 500) expect(problemCode(body)).toBe('ledger_unavailable');
    }
    const route = routeOf(routes, request.method, request.target);
    const fault = route?.answers.get(status);
    if (fault === undefined) expect(REFUSED_AT_THE_DOOR).toContain(status);
    else expect(fault(body)).toBeUndefined();
    if (route !== undefined) accepted.note(request, answer);
    return answer;
  }

  async function read<Answer>(path: string): Promise<Answer> {
    const answer = await fetch(new URL(path, business.url), { headers: { authorization: `Bearer ${KEY}` } });
    return (await answer.json()) as Answer;
  }

  async function schedules(state: Schedule['state']): Promise<Schedule[]> {
    const all: Schedule[] = [];
    for (let more = ''; ;) {
      const page = await read<SchedulePage>(`/v1/schedules?limit=100&state=${state}${more}`);
      all.push(...page.schedules);
      if (page.nextCursor === undefined) return all;
      more = `&cursor=${page.nextCursor}`;
    }
  }

  /** Those whose time has come, and that have not had their results yet. */
  async function dueSchedules(): Promise<Schedule[]> {
    const isDue = ({ scheduledFor }: Schedule) => Date.parse(scheduledFor) <= Date.now();
    return [...(await schedules('started')), ...(await schedules('waiting')).filter(isDue)];
  }

  /** In a schedule with a conflict, an operation can be without a result. */
  async function isKnown(id: string): Promise<boolean> {
    return !('code' in (await read<Operation | Problem>(`/v1/operations/${id}`)));
  }

  describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    (_name, route) => {
      it('takes whatever its description allows', async () => {
        await fc.assert(
          fc.asyncProperty(validRequest(route, KEY), async (request) => {
            const { status, body } = (await attack(request))!;
            if (status >= 400) expect(['invalid_request', 'invalid_json']).not.toContain(problemCode(body));
          }),
          { numRuns: REQUESTS },
        );
      });

      it('refuses whatever else comes, and stays up', async () => {
        await fc.assert(
          fc.asyncProperty(hostileRequest(route, KEY), async (request) => void (await attack(request))),
          { numRuns: REQUESTS * 2 },
        );
      });
    },
  );

  it('was an attack on every part of the way in', () => {
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 202, 400, 401, 404, 405, 415, 422]));
  });

  it('has changed nothing but what it said that it took, each once', async () => {
    await vi.waitFor(
      async () => expect(await read('/readyz')).toMatchObject({ queueDepth: 0, deadLetters: 0 }),
      PATIENCE,
    );
    await vi.waitFor(async () => expect(await dueSchedules()).toEqual([]), PATIENCE);
    for (const { operations } of await schedules('done')) {
      for (const { id } of operations) if (await isKnown(id)) accepted.ids.add(id);
    }
    const operations = new Map<string, Operation>();
    for (const id of accepted.ids) operations.set(id, await read<Operation>(`/v1/operations/${id}`));
    expect(
      [...operations.values()].filter(({ status }) => status !== 'posted' && status !== 'rejected'),
    ).toEqual([]);

    const { accounts, nextCursor } = await read<AccountPage>('/v1/accounts?limit=1000');
    expect(nextCursor).toBeUndefined();
    const expected = balancesOf(operations.values());
    for (const { id, balance } of accounts) expect([id, balance]).toEqual([id, expected.get(id) ?? 0]);

    const groupSizes = new Map<string, number>();
    for (const { group = '' } of operations.values()) groupSizes.set(group, (groupSizes.get(group) ?? 0) + 1);
    const unseen = [...accepted.rejectedExchanges].filter((group) => groupSizes.get(group) === 1).length;
    // The accounts of cash and exchanges open by themselves, and holds expire: those are operations too.
    const ownAccounts = accounts.filter(({ id }) => /^@(cash|fx)[.]/.test(id)).length;
    await vi.waitFor(async () => {
      const { sequence, currencies } = await read<TrialBalance>('/v1/trial-balance');
      expect(currencies.filter(({ balanced }) => !balanced)).toEqual([]);
      const found = await read<OperationPage>('/v1/operations?type=expiry&limit=1000');
      expect(found.upToSequence).toBe(sequence);
      expect(sequence).toBe(accepted.count + unseen + ownAccounts + found.operations.length);
    }, PATIENCE);
  });

  it('answers with nothing worse than 503 while the ledger is away', async () => {
    await data.stop();
    ledgerIsAway = true;
    for (const route of routes) {
      const any = fc.oneof(validRequest(route, KEY), hostileRequest(route, KEY));
      await fc.assert(
        fc.asyncProperty(any, async (request) => void (await attack(request))),
        { numRuns: 10 },
      );
    }
  });
});

function problemCode(body: string): Problem['code'] {
  return (JSON.parse(body) as Problem).code;
}

function opening(id: string): RawRequest {
  const body = Buffer.from(JSON.stringify({ id, overdraftLimit: 1000 }));
  return {
    method: 'POST',
    target: '/v1/accounts',
    headers: [
      ['host', 'bank'],
      ['connection', 'close'],
      ['authorization', `Bearer ${KEY}`],
      ['content-type', 'application/json'],
      ['content-length', String(body.length)],
    ],
    body,
  };
}
