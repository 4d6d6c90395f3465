import {
  type AccountPage,
  BalancesRequest,
  type BatchAnswer,
  BatchAnswer as BatchAnswerSchema,
  compileSchema,
  type Operation,
  OPERATIONS_PER_BATCH_MAX,
  SUBMITTED_OPERATIONS,
  type TrialBalance,
  validateSubmittedOperation,
} from '@lastro/contract';
import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataService } from '../../apps/data-service/src/index.ts';
import { balancesOf } from './accepted.ts';
import { type DescribedRoute, routeOf } from './described-api.ts';
import { jsonMutation } from './mutations.ts';
import { endIsClear, send } from './raw-http.ts';
import { hostileRequest } from './requests.ts';
import { arbitraryOf, type Schema } from './schema-arbitrary.ts';

const KEY = 'business-key-of-the-tests';
const acceptedAt = '2026-11-22T12:00:00.000Z';
const isBatchAnswer = compileSchema(BatchAnswerSchema, 'body');

const anySubmitted = arbitraryOf({ anyOf: Object.values(SUBMITTED_OPERATIONS) }) as Arbitrary<
  Record<string, unknown>
>;

/** An operation that is right, wrong in some part, or nothing of the kind. */
const anyCandidate: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: anySubmitted },
  fc.tuple(anySubmitted, jsonMutation).map(([operation, mutate]) => mutate(operation)),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Neighbours that are an atomic group, or say so and are none: with another's id, a stranger's, or torn apart. */
const anyGroup: Arbitrary<unknown[]> = fc
  .tuple(
    fc.array(anySubmitted, { minLength: 1, maxLength: 4 }),
    fc.uuid(),
    fc.constantFrom('first', 'last', 'stranger'),
    anyCandidate,
  )
  .chain(([operations, stranger, whose, intruder]) => {
    const group = { first: operations[0]!['id'], last: operations.at(-1)!['id'], stranger }[whose];
    const members = operations.map((operation) => ({ ...operation, group }));
    return fc.constantFrom(members, [...members.slice(0, -1), intruder, ...members.slice(-1)]);
  });

const anyBatch = fc
  .array(
    fc.oneof(
      anyCandidate.map((candidate) => [candidate]),
      anyGroup,
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.flat());

describe('the data service, attacked by somebody with a key', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let service: RunningService;
  /** Every result that was ever given, by its id: each has one for ever (I6). */
  const finals = new Map<string, string>();

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startDataService({
      DATABASE_URL: database.url,
      LASTRO_PORT: '0',
      LASTRO_BUSINESS_KEYS: `business-1:${KEY}`,
      LASTRO_LOG_LEVEL: 'silent',
      LASTRO_REQUEST_TIMEOUT_MS: '1000',
    });
    await submit([open('alice'), open('bob')]);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const open = (account: string) => ({
    ...{ id: crypto.randomUUID(), type: 'open', account, currency: 'BRL', overdraftLimit: 1000, acceptedAt },
  });

  async function request(path: string, init: RequestInit = {}, key = KEY): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return fetch(new URL(path, service.url), { ...init, headers });
  }

  const read = async <Answer>(path: string) => (await (await request(path)).json()) as Answer;

  /** Sends a batch, checks whatever must be true of any answer, and notes the results. */
  async function submit(operations: readonly unknown[]): Promise<BatchAnswer['results']> {
    const response = await request('/v1/batches', { method: 'POST', body: JSON.stringify({ operations }) });
    const body = (await response.json()) as BatchAnswer;
    expect(response.status).toBe(200);
    expect(isBatchAnswer(body), JSON.stringify(isBatchAnswer.errors)).toBe(true);
    expect(body.results).toHaveLength(operations.length);
    for (const result of body.results) {
      const operation =
        'operation' in result ? result.operation : 'conflict' in result ? result.conflict : null;
      if (operation === null) continue;
      const text = JSON.stringify(operation);
      expect(finals.get(operation.id) ?? text).toBe(text);
      finals.set(operation.id, text);
    }
    return body.results;
  }

  it('judges every operation of any batch by itself, and takes all of a group or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const sent = JSON.parse(JSON.stringify(batch)) as unknown[];
        const results = await submit(sent);
        for (const [index, result] of results.entries()) {
          if ('error' in validateSubmittedOperation(sent[index], ''))
            expect(result).toHaveProperty('malformed');
        }
      }),
      { numRuns: 60 },
    );
  });

  const submitted: Schema = { anyOf: Object.values(SUBMITTED_OPERATIONS) };
  const batch: Schema = { type: 'object', properties: { operations: { type: 'array', items: submitted } } };
  const route = (path: string, body: Schema): DescribedRoute => ({
    ...{ method: 'POST', path, body, parameters: [], answers: new Map() },
  });

  it.each([route('/v1/batches', batch), route('/v1/balances', BalancesRequest as Schema)])(
    'refuses whatever else comes to $path, and stays up',
    async (attacked) => {
      await fc.assert(
        fc.asyncProperty(hostileRequest(attacked, KEY), async (attack) => {
          const answer = await send(service.url, attack);
          if (answer === undefined) {
            expect(endIsClear(attack)).toBe(false);
            return;
          }
          expect(answer.status).toBeLessThan(500);
          if (
            answer.status === 200 &&
            routeOf([attacked], attack.method, attack.target)?.path === '/v1/batches'
          ) {
            for (const result of (JSON.parse(answer.body) as BatchAnswer).results)
              if ('operation' in result) finals.set(result.operation.id, JSON.stringify(result.operation));
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('takes the largest batch, and refuses a larger one as a whole', async () => {
    const deposits = Array.from({ length: OPERATIONS_PER_BATCH_MAX + 1 }, () => ({
      ...{ id: crypto.randomUUID(), type: 'deposit', account: 'bob', amount: 1, acceptedAt },
    }));
    const tooMany = { method: 'POST', body: JSON.stringify({ operations: deposits }) };
    expect(await (await request('/v1/batches', tooMany)).json()).toMatchObject({ code: 'invalid_request' });
    const results = await submit(deposits.slice(1));
    expect(results.filter((result) => 'operation' in result)).toHaveLength(OPERATIONS_PER_BATCH_MAX);
  });

  it('takes nothing from somebody without a key, with a wrong one, or with half of one', async () => {
    for (const key of ['', 'wrong-key-of-somebody', KEY.slice(0, -1), `${KEY}x`]) {
      const body = JSON.stringify({ operations: [open(`of-${crypto.randomUUID()}`)] });
      const response = await request('/v1/batches', { method: 'POST', body }, key);
      expect([response.status, await response.json()]).toEqual([
        401,
        expect.objectContaining({ code: 'unauthorized' }),
      ]);
    }
  });

  it('has changed nothing but what it said that it took, each once', async () => {
    const operations = [...finals.values()].map((text) => JSON.parse(text) as Operation);
    const expected = balancesOf(operations);
    const accounts: AccountPage['accounts'][number][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: AccountPage = await read(`/v1/accounts?limit=1000${cursor && `&cursor=${cursor}`}`);
      accounts.push(...page.accounts);
      cursor = page.nextCursor;
    }
    for (const { id, balance } of accounts) expect([id, balance]).toEqual([id, expected.get(id) ?? 0]);
    const { sequence, currencies } = await read<TrialBalance>('/v1/trial-balance');
    expect(currencies.filter(({ balanced }) => !balanced)).toEqual([]);
    // The cash account of a currency opens by itself, and that is an operation too.
    expect(sequence).toBe(finals.size + accounts.filter(({ id }) => id.startsWith('@cash.')).length);
  });
});
