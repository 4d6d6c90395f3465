import type { BalancesRequest } from '@lastro/contract';
import { createLogger } from '@lastro/service';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BalanceReads } from '../src/api/balance-reads.ts';
import { LedgerReads } from '../src/api/ledger-reads.ts';
import { DataServiceClient } from '../src/data-service-client.ts';

describe('balances that are read at once', () => {
  let ledger: FastifyInstance;
  let client: DataServiceClient;
  let api: FastifyInstance;
  const asked: string[][] = [];
  let status = 200;

  beforeEach(async () => {
    asked.length = 0;
    status = 200;
    ledger = fastify();
    ledger.post('/v1/balances', (request, reply) => {
      const { accounts } = request.body as BalancesRequest;
      asked.push(accounts);
      const balances = accounts.map((account) =>
        account === 'nobody' ? null : { account, balance: account.length },
      );
      return reply.code(status).send({ balances });
    });
    client = new DataServiceClient({
      urls: [await ledger.listen({ port: 0 })],
      key: 'key',
      connectTimeoutMs: 2_000,
      batchTimeoutMs: 2_000,
      readTimeoutMs: 2_000,
      connectionsMax: 2,
      readsMax: 10,
    });
    const reads = new BalanceReads(new LedgerReads(client, createLogger('test', 'silent')));
    api = fastify();
    api.get<{ Params: { id: string } }>('/:id', (request, reply) => reads.answer(reply, request.params.id));
  });
  afterEach(async () => {
    await Promise.all([api.close(), ledger.close(), client.close()]);
  });
  const read = async (account: string) => {
    const { statusCode, body } = await api.inject(`/${account}`);
    return { statusCode, body: JSON.parse(body) as unknown };
  };

  it('share reads of the ledger, each account asked for once, and each request gets its own', async () => {
    const accounts = Array.from({ length: 300 }, (_, index) => `account-${'x'.repeat(index % 30)}`);
    const answers = await Promise.all(accounts.map(read));
    expect(answers).toEqual(
      accounts.map((account) => ({ statusCode: 200, body: { account, balance: account.length } })),
    );
    expect(asked.length).toBeLessThan(10);
    for (const once of asked) expect(new Set(once).size).toBe(once.length);
  });

  it('never get an answer that was asked for before they came', async () => {
    await read('alice');
    await read('alice');
    expect(asked).toEqual([['alice'], ['alice']]);
  });

  it('do not spoil each other: an account that does not exist is a problem of its own', async () => {
    const [alice, nobody] = await Promise.all([read('alice'), read('nobody')]);
    expect(alice.statusCode).toBe(200);
    expect(nobody.body).toMatchObject({ code: 'account_unknown' });
  });

  it('fail together when the ledger does, and the next ones are asked anew', async () => {
    status = 500;
    const failed = await Promise.all([read('alice'), read('bob')]);
    for (const { body } of failed) expect(body).toMatchObject({ code: 'ledger_unavailable' });
    status = 200;
    expect((await read('alice')).statusCode).toBe(200);
  });
});
