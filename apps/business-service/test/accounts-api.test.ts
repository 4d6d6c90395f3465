import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { RunningBank, until } from './running-bank.ts';

const NOWHERE = 'http://127.0.0.1:9';

describe('accounts', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start();
  });
  afterEach(() => bank.stop());

  describe('opening one', () => {
    it('waits by itself and answers 201 with the account', async () => {
      const answer = await bank.post('/v1/accounts', {
        id: 'al:ice',
        overdraftLimit: 500,
        name: 'Alice',
        metadata: { a: 'b' },
      });
      expect(answer.status).toBe(201);
      expect(answer.headers['location']).toBe('/v1/accounts/al%3Aice');
      expect(answer.body).toEqual({
        id: 'al:ice',
        currency: 'BRL',
        name: 'Alice',
        metadata: { a: 'b' },
        overdraftLimit: 500,
        balance: 0,
        held: 0,
        available: 500,
        status: 'open',
        entryCount: 0,
        openedAt: '2026-11-22T12:00:00.000Z',
      });
    });

    it('answers the same however often it is sent', async () => {
      const key = { 'idempotency-key': uuidv7() };
      const first = await bank.post('/v1/accounts', { id: 'alice' }, key);
      const again = await bank.post('/v1/accounts', { id: 'alice', currency: 'BRL', overdraftLimit: 0 }, key);
      expect(again.status).toBe(201);
      expect(again.body).toEqual(first.body);
      expect(bank.data.ledger.size).toBe(1);
      const other = await bank.post('/v1/accounts', { id: 'alice', currency: 'EUR' }, key);
      expect(other).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
    });

    it('answers 422 when it is rejected', async () => {
      const answer = await bank.post('/v1/accounts', { id: 'rejecting' });
      expect(answer).toMatchObject({
        status: 422,
        body: { operation: { type: 'open', status: 'rejected' } },
      });
    });

    it('answers 202 with the operation when the client does not wait, or the time is over', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE });
      for (const prefer of ['respond-async', 'wait=0']) {
        const answer = await bank.post('/v1/accounts', { id: 'alice' }, { prefer });
        expect(answer).toMatchObject({
          status: 202,
          body: { type: 'open', account: 'alice', status: 'accepted' },
        });
        expect(answer.headers['location']).toBe(`/v1/operations/${answer.body.id}`);
        expect(answer.headers['preference-applied']).toBe(prefer);
      }
      await bank.restart({ LASTRO_DATA_URL: NOWHERE, LASTRO_WAIT_MAX_MS: '30' });
      expect((await bank.post('/v1/accounts', { id: 'alice' })).status).toBe(202);
    });
  });

  describe('reads', () => {
    it.each([
      '/v1/accounts',
      '/v1/accounts?limit=3&prefix=%40cash&cursor=x',
      '/v1/accounts/alice',
      '/v1/accounts/alice/balance?at=2026-11-22T12:00:00Z',
      '/v1/accounts/alice/statement?limit=10&from=2026-11-22T12%3A00%3A00%2B01%3A00',
      '/v1/trial-balance',
    ])('%s is passed to the ledger as it is', async (path) => {
      const answer = await bank.get(path);
      expect(answer).toMatchObject({ status: 200, body: { read: path } });
    });

    it.each(['/v1/accounts/alice/statement', '/v1/accounts/alice/statement/export?format=csv'])(
      'from a standby say how far they go: %s',
      async (path) => {
        expect((await bank.get(path)).headers).not.toHaveProperty('lastro-ledger-sequence');
        const standing = { 'lastro-ledger-sequence': '12', 'lastro-ledger-age-max-ms': '340' };
        bank.data.readHeaders = standing;
        expect((await bank.get(path)).headers).toMatchObject(standing);
      },
    );

    it('are written in one way for the ledger', async () => {
      expect((await bank.get('/v1/accounts/%61lice')).body).toEqual({ read: '/v1/accounts/alice' });
      expect((await bank.get('/v1/accounts/@cash.BRL')).body).toEqual({ read: '/v1/accounts/%40cash.BRL' });
    });

    it('are 503 and Retry-After without a ledger, or when the ledger does not let us in', async () => {
      await bank.restart({ LASTRO_BUSINESS_KEY: 'another-key-of-the-tests' });
      expect(await bank.get('/v1/accounts/alice')).toMatchObject({
        status: 503,
        body: { code: 'ledger_unavailable' },
      });
      await bank.restart({ LASTRO_DATA_URL: NOWHERE });
      const answer = await bank.get('/v1/accounts/alice');
      expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('are refused when too many are under way', async () => {
      await bank.restart({ LASTRO_DATA_READS_MAX: '1' });
      let release!: () => void;
      bank.data.readsHeld = new Promise((resolve) => (release = resolve));
      const first = bank.get('/v1/accounts/alice');
      await until('the first is with the ledger', () => bank.data.reads.length === 1);
      const second = await bank.get('/v1/accounts/alice');
      expect(second).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
      release();
      expect((await first).status).toBe(200);
    });

    it('go to the next data service when one does not answer', async () => {
      await bank.restart({ LASTRO_DATA_URL: `${NOWHERE},${bank.data.url}` });
      expect((await bank.get('/v1/accounts/alice')).status).toBe(200);
    });
  });
});
