import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { RunningBank, until } from './running-bank.ts';

const WAIT = { prefer: 'wait=20' };
const good = { account: 'alice', amount: 100 };
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

describe('operations', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start();
  });
  afterEach(() => bank.stop());

  describe('one in a request', () => {
    it('is accepted with 202 and where to look for it, and posted soon after', async () => {
      const id = uuidv7();
      const answer = await bank.post('/v1/transfers', {
        id,
        from: 'alice',
        to: 'bob',
        amount: 5,
        description: 'rent',
      });
      expect(answer.status).toBe(202);
      expect(answer.headers['location']).toBe(`/v1/operations/${id}`);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.body).toEqual({
        id,
        type: 'transfer',
        from: 'alice',
        to: 'bob',
        amount: 5,
        description: 'rent',
        status: 'accepted',
        acceptedBy: 'business-1',
        acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      });
      await until(
        'it is posted',
        async () => (await bank.get(`/v1/operations/${id}`)).body.status === 'posted',
      );
    });

    it.each(['/v1/deposits', '/v1/withdrawals'])(
      'works for %s, with an id made by the server',
      async (path) => {
        const { body } = await bank.post(path, good);
        expect(body).toMatchObject({ ...good, type: path.slice(4, -1), status: 'accepted' });
        expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      },
    );

    it('keeps an id in lower case, whatever its spelling', async () => {
      const id = uuidv7();
      const answer = await bank.post('/v1/deposits', { ...good, id: id.toUpperCase() }, WAIT);
      expect(answer.body).toMatchObject({ id, status: 'posted' });
      expect((await bank.get(`/v1/operations/${id.toUpperCase()}`)).body).toMatchObject({ id });
    });

    it('takes its id from Idempotency-Key as well', async () => {
      const id = uuidv7();
      const first = await bank.post('/v1/deposits', good, { 'idempotency-key': id });
      expect(first).toMatchObject({ status: 202, body: { id } });
      const both = await bank.post(
        '/v1/deposits',
        { ...good, id },
        { 'idempotency-key': id.toUpperCase(), ...WAIT },
      );
      expect(both).toMatchObject({ status: 200, body: { id, sequence: 1 } });
      const quoted = await bank.post('/v1/deposits', good, { 'idempotency-key': `"${id}"` });
      expect(quoted).toMatchObject({ status: 200, body: { id, sequence: 1 } });
      expect(bank.data.ledger.size).toBe(1);
    });

    it('the last of two fields of one name counts, as in every JSON reader, and only that one is stored', async () => {
      const raw = '{"account":"alice","amount":1,"amount":2}';
      const answer = await bank.call('POST', '/v1/deposits', undefined, { raw, headers: WAIT });
      expect(answer.body).toMatchObject({ status: 'posted', amount: 2 });
    });
  });

  describe('sent again with the same id', () => {
    it('answers with the present state, and takes effect once (I2, I6)', async () => {
      const one = { ...good, id: uuidv7(), metadata: { b: '1', a: '2' } };
      const first = await bank.post('/v1/deposits', one, WAIT);
      const again = await bank.post('/v1/deposits', { ...one, metadata: { a: '2', b: '1' } });
      expect(again.status).toBe(200);
      expect(again.body).toEqual(first.body);
      expect(bank.data.batches).toHaveLength(1);
    });

    it('answers 202 while it is only accepted, with the first instant of acceptance', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE });
      const one = { ...good, id: uuidv7() };
      const first = await bank.post('/v1/deposits', one);
      const again = await bank.post('/v1/deposits', one);
      expect(again.status).toBe(202);
      expect(again.body).toEqual(first.body);
      expect(await bank.metric('lastro_queue_depth')).toBe(1);
    });

    it('at the same moment, is taken once and answered alike', async () => {
      const one = { ...good, id: uuidv7() };
      const answers = await Promise.all(Array.from({ length: 20 }, () => bank.post('/v1/deposits', one)));
      for (const { status } of answers) expect([200, 202]).toContain(status);
      await until('it is posted', () => bank.data.ledger.size === 1);
      expect(bank.data.batches.flat()).toEqual([one.id]);
    });

    it.each([
      { amount: 101 },
      { account: 'bob' },
      { currency: 'BRL' },
      { description: 'x' },
      { metadata: { a: '1' } },
    ])('and with %o instead is 409, before and after it is posted (I7)', async (change) => {
      const one = { ...good, id: uuidv7() };
      bank.data.script.push('answer-late');
      await bank.post('/v1/deposits', one);
      const early = await bank.post('/v1/deposits', { ...one, ...change });
      await until('the batch is there', () => bank.data.batches.length === 1);
      bank.data.answerLate();
      await until('it is posted', async () => (await bank.post('/v1/deposits', one)).status === 200);
      const late = await bank.post('/v1/deposits', { ...one, ...change });
      for (const answer of [early, late]) {
        expect(answer).toMatchObject({ status: 409, body: { code: 'id_conflict', operation: one } });
      }
      expect(bank.data.batches).toHaveLength(1);
    });

    it('and as another type is 409', async () => {
      const one = { ...good, id: uuidv7() };
      await bank.post('/v1/deposits', one);
      expect(await bank.post('/v1/withdrawals', one)).toMatchObject({
        status: 409,
        body: { code: 'id_conflict' },
      });
    });
  });

  describe('waited for', () => {
    it('answers 200 when posted', async () => {
      const answer = await bank.post('/v1/deposits', good, WAIT);
      expect(answer).toMatchObject({ status: 200, body: { status: 'posted', sequence: 1 } });
      expect(answer.headers['preference-applied']).toBe('wait=20');
    });

    it('answers 422 with the reason when rejected, and so again later', async () => {
      const one = { id: uuidv7(), account: 'rejecting', amount: 1 };
      const first = await bank.post('/v1/withdrawals', one, WAIT);
      expect(first).toMatchObject({
        status: 422,
        body: {
          code: 'insufficient_funds',
          operation: { ...one, status: 'rejected', reason: 'insufficient_funds' },
        },
      });
      const again = await bank.post('/v1/withdrawals', one);
      expect(again).toMatchObject({ status: 422, body: first.body });
    });

    it('answers 202 when the time is over', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE, LASTRO_WAIT_MAX_MS: '50' });
      const answer = await bank.post('/v1/deposits', good, { prefer: 'wait=3600' });
      expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
      expect(answer.headers['preference-applied']).toBe('wait=0');
      expect(await bank.metric('lastro_waiting_requests')).toBe(0);
    });

    it('answers 202 at once to more than it has room for', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE, LASTRO_WAITERS_MAX: '1' });
      const first = bank.post('/v1/deposits', good, { prefer: 'wait=20' });
      await until('one waits', async () => (await bank.metric('lastro_waiting_requests')) === 1);
      expect((await bank.post('/v1/deposits', good, WAIT)).status).toBe(202);
      await bank.business.stop();
      expect((await first).status).toBe(202);
      await bank.restart();
    });

    it('is forgotten when the client goes away', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE });
      const controller = new AbortController();
      const request = fetch(`${bank.business.url}/v1/deposits`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer admin-key-of-the-tests',
          'content-type': 'application/json',
          ...WAIT,
        },
        body: JSON.stringify(good),
        signal: controller.signal,
      });
      await until('it waits', async () => (await bank.metric('lastro_waiting_requests')) === 1);
      controller.abort();
      await expect(request).rejects.toThrow();
      await until('nobody waits', async () => (await bank.metric('lastro_waiting_requests')) === 0);
      expect(await bank.metric('lastro_queue_depth')).toBe(1);
    });

    it('answers 409 with the owner when the ledger has another operation under the id (I7)', async () => {
      const id = uuidv7();
      bank.data.post({
        id,
        type: 'deposit',
        account: 'alice',
        amount: 7,
        acceptedAt: '2026-11-22T12:00:00.000Z',
      });
      const answer = await bank.post('/v1/deposits', { ...good, id }, WAIT);
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'id_conflict', operation: { id, amount: 7, status: 'posted' } },
      });
      expect(await bank.post('/v1/deposits', { ...good, id })).toMatchObject({ status: 409 });
      expect((await bank.get(`/v1/operations/${id}`)).body).toMatchObject({
        id,
        amount: 7,
        status: 'posted',
      });
      expect(bank.data.ledger.get(id)).toMatchObject({ amount: 7 });
    });

    it('gives the stored result when the ledger has the same operation already (I2)', async () => {
      const one = { ...good, id: uuidv7() };
      bank.data.post({ ...one, type: 'deposit', acceptedAt: '2026-11-22T12:00:00.000Z' });
      const answer = await bank.post('/v1/deposits', one, WAIT);
      expect(answer).toMatchObject({
        status: 200,
        body: { sequence: 1, acceptedAt: '2026-11-22T12:00:00.000Z' },
      });
    });
  });

  describe('many in a request', () => {
    const three = () => [
      { type: 'open', id: uuidv7(), account: 'carol' },
      { type: 'deposit', id: uuidv7(), account: 'carol', amount: 10 },
      { type: 'transfer', id: uuidv7(), from: 'carol', to: 'bob', amount: 4 },
    ];

    it('are accepted with one state for each, in order', async () => {
      const operations = three();
      const answer = await bank.post('/v1/operations', { operations });
      expect(answer.status).toBe(202);
      expect(answer.body.operations).toMatchObject(operations.map((one) => ({ ...one, status: 'accepted' })));
      expect(answer.body.operations[0]).toMatchObject({ currency: 'BRL', overdraftLimit: 0 });
    });

    it('answer 200 with their results when they were waited for, and so again later', async () => {
      const operations = [...three(), { type: 'withdrawal', id: uuidv7(), account: 'rejecting', amount: 1 }];
      const answer = await bank.post('/v1/operations', { operations }, WAIT);
      expect(answer.status).toBe(200);
      const statuses = answer.body.operations.map(({ status }) => status);
      expect(statuses).toEqual(['posted', 'posted', 'posted', 'rejected']);
      const again = await bank.post('/v1/operations', { operations });
      expect(again).toMatchObject({ status: 200, body: answer.body });
      expect(bank.data.batches).toHaveLength(1);
    });

    it('with ids that are known are taken for the rest only', async () => {
      const operations = three();
      await bank.post('/v1/deposits', operations[1]!, {}).catch(() => undefined);
      await bank.post('/v1/operations', { operations: operations.slice(0, 2) }, WAIT);
      const answer = await bank.post('/v1/operations', { operations }, WAIT);
      expect(answer.status).toBe(200);
      expect(bank.data.batches.flat()).toEqual(operations.map(({ id }) => id));
    });

    it('are refused as a whole when one conflicts, and none is taken', async () => {
      const operations = three();
      await bank.post('/v1/deposits', { ...good, id: operations[2]!.id }, WAIT);
      const answer = await bank.post('/v1/operations', { operations });
      expect(answer).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
      expect(answer.body.detail).toContain('operations/2');
      expect(bank.data.ledger.size).toBe(1);
      expect((await bank.get(`/v1/operations/${operations[0]!.id}`)).status).toBe(404);
    });

    it('go to the ledger as a group when they are atomic, and are one content together', async () => {
      const operations = three();
      const answer = await bank.post('/v1/operations', { operations, atomic: true }, WAIT);
      const group = operations[0]!.id;
      expect(answer).toMatchObject({ status: 200, body: { operations: operations.map(() => ({ group })) } });
      expect((await bank.post('/v1/operations', { operations, atomic: true })).status).toBe(200);
      expect((await bank.post('/v1/operations', { operations })).status).toBe(409);
      expect(bank.data.batches).toHaveLength(1);
    });

    it('tell which one the ledger found in conflict, and of an atomic group that it is refused', async () => {
      const operations = three();
      bank.data.post({
        id: operations[1]!.id,
        type: 'deposit',
        account: 'x',
        amount: 1,
        acceptedAt: '2026-11-22T12:00:00.000Z',
      });
      const answer = await bank.post('/v1/operations', { operations }, WAIT);
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'id_conflict', operation: { account: 'x' } },
      });
      expect(answer.body.detail).toContain('operations/1');
      expect((await bank.get(`/v1/operations/${operations[0]!.id}`)).body).toMatchObject({
        status: 'posted',
      });
    });

    it('may be 10,000', { timeout: 30_000 }, async () => {
      const operations = Array.from({ length: 10_000 }, () => ({ type: 'deposit', id: uuidv7(), ...good }));
      const answer = await bank.post('/v1/operations', { operations }, WAIT);
      expect(answer.status).toBe(200);
      expect(answer.body.operations).toHaveLength(10_000);
      expect([...bank.data.ledger.keys()]).toEqual(operations.map(({ id }) => id));
    });
  });

  describe('asked for', () => {
    it('are shown while the data service is down, accepted and final ones', async () => {
      const posted = { ...good, id: uuidv7() };
      await bank.post('/v1/deposits', posted, WAIT);
      await bank.data.stop();
      const accepted = { ...good, id: uuidv7() };
      expect((await bank.post('/v1/deposits', accepted)).status).toBe(202);
      expect(await bank.get(`/v1/operations/${posted.id}`)).toMatchObject({
        status: 200,
        body: { status: 'posted' },
      });
      expect(await bank.get(`/v1/operations/${accepted.id}`)).toMatchObject({
        status: 200,
        body: { status: 'accepted' },
      });
    });

    it('are looked for in the ledger when they are unknown here', async () => {
      const id = uuidv7();
      bank.data.post({
        id,
        type: 'deposit',
        account: 'alice',
        amount: 7,
        acceptedAt: '2026-11-22T12:00:00.000Z',
      });
      expect(await bank.get(`/v1/operations/${id}`)).toMatchObject({ status: 200, body: { id, amount: 7 } });
      expect(await bank.get(`/v1/operations/${uuidv7()}`)).toMatchObject({
        status: 404,
        body: { code: 'operation_not_found' },
      });
      await bank.data.stop();
      const answer = await bank.get(`/v1/operations/${id}`);
      expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
      expect(answer.headers['retry-after']).toBe('1');
    });
  });
});
