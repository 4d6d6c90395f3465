import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '@lastro/service';
import { uuidv7 } from 'uuidv7';
import { buildOpenApi, QueueDirectoryError, startBusinessService } from '../src/index.ts';
import { ADMIN_KEY, RunningBank, until } from './running-bank.ts';

const NOWHERE = 'http://127.0.0.1:9';
const WAIT = { prefer: 'wait=20' };
const good = { account: 'alice', amount: 100 };

describe('a business service', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start();
  });
  afterEach(() => bank.stop());

  describe('without the ledger', () => {
    it('accepts up to its limit, refuses past it, and posts everything once the ledger is back (I9)', async () => {
      const port = new URL(bank.data.url).port;
      await bank.restart({ LASTRO_QUEUE_DEPTH_MAX: '20' });
      await bank.data.stop();
      const ids: string[] = [];
      for (let index = 0; index < 20; index += 1) {
        const answer = await bank.post('/v1/deposits', good);
        expect(answer.status).toBe(202);
        ids.push(answer.body.id);
      }
      const refused = await bank.post('/v1/deposits', good);
      expect(refused).toMatchObject({ status: 503, body: { code: 'queue_full' } });
      expect(refused.headers['retry-after']).toBe('1');
      expect(await bank.get('/readyz')).toMatchObject({
        status: 503,
        body: { queue: 'full', ledger: 'unreachable' },
      });
      bank.data.app.server.closeAllConnections();
      const back = await import('./scripted-data-service.ts').then(({ ScriptedDataService }) =>
        ScriptedDataService.start(Number(port)),
      );
      await until('everything is posted', () => back.ledger.size === 20);
      expect([...back.ledger.keys()]).toEqual(ids);
      await until('it takes again', async () => (await bank.post('/v1/deposits', good)).status === 202);
      await back.stop();
    });

    it('is ready, and says that the ledger is out of reach', async () => {
      await bank.restart({ LASTRO_DATA_URL: NOWHERE });
      await bank.post('/v1/deposits', good);
      const answer = await bank.get('/readyz');
      expect(answer).toMatchObject({
        status: 200,
        body: { status: 'ready', queue: 'writable', queueDepth: 1, deadLetters: 0, ledger: 'unreachable' },
      });
      expect(await bank.metric('lastro_oldest_queued_seconds')).toBeGreaterThanOrEqual(0);
    });

    it('says when the data service refuses its key', async () => {
      await bank.restart({ LASTRO_BUSINESS_KEY: 'another-key-of-the-tests' });
      expect((await bank.get('/readyz')).body).toMatchObject({ status: 'ready', ledger: 'misconfigured' });
    });

    it('says when the ledger is there', async () => {
      expect((await bank.get('/readyz')).body).toMatchObject({ status: 'ready', ledger: 'reachable' });
    });
  });

  describe('that stops', () => {
    it('answers what it has taken, refuses the rest, and loses nothing', async () => {
      bank.data.script.push('answer-late');
      const first = bank.post('/v1/deposits', good, WAIT);
      await until('the first is with the ledger', () => bank.data.batches.length === 1);
      const second = bank.post('/v1/deposits', { ...good, id: uuidv7() }, WAIT);
      await until('both wait', async () => (await bank.metric('lastro_waiting_requests')) === 2);

      const stopped = bank.business.stop();
      const refused = await bank.post('/v1/deposits', good);
      expect(refused).toMatchObject({ status: 503, body: { code: 'stopping' } });
      expect(refused.headers['connection']).toBe('close');
      expect(await bank.get('/readyz')).toMatchObject({ status: 503, body: { queue: 'stopping' } });
      bank.data.answerLate();
      expect(await first).toMatchObject({ status: 200, body: { status: 'posted' } });
      const unfinished = await second;
      expect(unfinished).toMatchObject({ status: 202, body: { status: 'accepted' } });
      await stopped;

      expect(bank.data.ledger.size).toBe(1);
      await bank.restart();
      await until('the other is posted too', () => bank.data.ledger.size === 2);
    });

    it('does not wait for a ledger that does not answer', async () => {
      await bank.restart({ LASTRO_SHUTDOWN_DEADLINE_MS: '300' });
      bank.data.script.push('answer-late');
      const { body } = await bank.post('/v1/deposits', good);
      await until('it is with the ledger', () => bank.data.batches.length === 1);
      await bank.business.stop();
      bank.data.answerLate();
      await bank.restart();
      await until(
        'it is final',
        async () => (await bank.get(`/v1/operations/${body.id}`)).body.status === 'posted',
      );
      expect(bank.data.ledger.size).toBe(1);
    });
  });

  describe('and its dead letters', () => {
    async function spoil(): Promise<string> {
      const id = uuidv7();
      await bank.post('/v1/deposits', { ...good, id, description: 'malformed' }, WAIT);
      return id;
    }

    it('lists them page by page', async () => {
      const ids = [await spoil(), await spoil(), await spoil()];
      const first = (await bank.get('/v1/dead-letters?limit=2')).body;
      const second = (await bank.get(`/v1/dead-letters?limit=2&cursor=${first.nextCursor as string}`)).body;
      expect([...first.deadLetters, ...second.deadLetters].map(({ id }) => id)).toEqual(ids);
      expect(second.nextCursor).toBeUndefined();
    });

    it('sends one again on demand', async () => {
      const id = await spoil();
      const before = bank.data.batches.length;
      const answer = await bank.call('POST', `/v1/dead-letters/${id.toUpperCase()}/retry`);
      expect(answer).toMatchObject({ status: 202, body: { operations: [{ id, status: 'accepted' }] } });
      await until('it was sent', () => bank.data.batches.length > before);
      await until('it is back', async () => (await bank.metric('lastro_dead_letters')) === 1);
      expect(await bank.call('POST', `/v1/dead-letters/${uuidv7()}/retry`)).toMatchObject({
        status: 404,
        body: { code: 'dead_letter_not_found' },
      });
    });

    it('removes conflicts only', async () => {
      const id = uuidv7();
      bank.data.post({
        id,
        type: 'deposit',
        account: 'alice',
        amount: 7,
        acceptedAt: '2026-11-22T12:00:00.000Z',
      });
      await bank.post('/v1/deposits', { ...good, id }, WAIT);
      expect((await bank.get('/v1/dead-letters')).body.deadLetters).toMatchObject([
        { id, code: 'id_conflict', owner: { amount: 7 }, operations: [{ amount: 100 }] },
      ]);
      expect(await bank.call('DELETE', `/v1/dead-letters/${id}`)).toMatchObject({ status: 204, text: '' });
      const bad = await spoil();
      expect(await bank.call('DELETE', `/v1/dead-letters/${bad}`)).toMatchObject({
        status: 409,
        body: { code: 'dead_letter_kept' },
      });
      expect(await bank.metric('lastro_dead_letters')).toBe(1);
    });
  });

  describe('and its document', () => {
    it('serves what buildOpenApi makes without a service', async () => {
      expect((await bank.get('/openapi.json')).body).toEqual(
        JSON.parse(JSON.stringify(await buildOpenApi())),
      );
    });

    it('has nothing to play with unless somebody keeps the bank running', async () => {
      expect(await bank.get('/v1/play')).toMatchObject({ status: 404, body: { code: 'play_unavailable' } });
      const killed = await bank.post('/v1/play/services/data/kill', undefined);
      expect(killed.body.code).toBe('play_unavailable');
      expect((await bank.get('/v1/system')).body).toMatchObject({ play: false });
    });

    it('describes every route with a summary, its errors and who may use it', async () => {
      const { paths, openapi } = (await buildOpenApi()) as {
        openapi: string;
        paths: Record<
          string,
          Record<string, { summary?: string; responses: object; requestBody?: object; operationId?: string }>
        >;
      };
      expect(openapi).toBe('3.1.0');
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
      );
      expect(operations.map(({ name }) => name).sort()).toEqual([
        'delete /v1/dead-letters/{id}',
        'delete /v1/keys/{name}',
        'delete /v1/monitors/{id}',
        'delete /v1/play/simulation',
        'delete /v1/schedules/{id}',
        'delete /v1/verifications/{id}',
        'delete /v1/webhooks/{id}',
        'get /v1/accounts',
        'get /v1/accounts/{id}',
        'get /v1/accounts/{id}/balance',
        'get /v1/accounts/{id}/holds',
        'get /v1/accounts/{id}/statement',
        'get /v1/accounts/{id}/statement/export',
        'get /v1/audit',
        'get /v1/batches',
        'get /v1/batches/{number}',
        'get /v1/dead-letters',
        'get /v1/events',
        'get /v1/holds/{id}',
        'get /v1/keys',
        'get /v1/monitors',
        'get /v1/operations',
        'get /v1/operations/{id}',
        'get /v1/operations/{id}/reversals',
        'get /v1/play',
        'get /v1/schedules',
        'get /v1/schedules/{id}',
        'get /v1/system',
        'get /v1/trial-balance',
        'get /v1/verifications/{id}',
        'get /v1/webhooks',
        'get /v1/webhooks/{id}',
        'get /v1/webhooks/{id}/dead-letters',
        'get /v1/whoami',
        'patch /v1/accounts/{id}',
        'post /v1/accounts',
        'post /v1/accounts/{id}/close',
        'post /v1/accounts/{id}/freeze',
        'post /v1/accounts/{id}/unfreeze',
        'post /v1/dead-letters/{id}/retry',
        'post /v1/deposits',
        'post /v1/exchanges',
        'post /v1/holds',
        'post /v1/holds/{id}/capture',
        'post /v1/holds/{id}/void',
        'post /v1/keys',
        'post /v1/keys/{name}/rotate',
        'post /v1/monitors',
        'post /v1/operations',
        'post /v1/operations/{id}/reversal',
        'post /v1/play/services/{name}/{action}',
        'post /v1/play/simulation',
        'post /v1/schedules',
        'post /v1/transfers',
        'post /v1/verifications',
        'post /v1/webhooks',
        'post /v1/webhooks/{id}/dead-letters/{event}/retry',
        'post /v1/webhooks/{id}/enable',
        'post /v1/webhooks/{id}/replay',
        'post /v1/webhooks/{id}/secret',
        'post /v1/withdrawals',
      ]);
      for (const { name, summary, responses, requestBody, operationId } of operations) {
        expect(summary, name).toEqual(expect.any(String));
        expect(operationId, name).toEqual(expect.any(String));
        expect(responses, name).toHaveProperty('401');
        if (requestBody !== undefined) {
          expect(JSON.stringify(requestBody), name).toContain('"example');
        }
      }
    });

    it('can be browsed without anything from elsewhere', async () => {
      const page = await bank.call('GET', '/docs', undefined, { key: null });
      expect(page.status).toBe(200);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) {
        expect(file).toMatch(/^\/docs\//);
        expect((await bank.call('GET', file, undefined, { key: null })).status, file).toBe(200);
      }
      expect(page.text).not.toMatch(/<script>|<style|style=/);
    });
  });
});

describe('starting a business service', { timeout: 30_000 }, () => {
  const settings = {
    LASTRO_BUSINESS_ID: 'business-1',
    LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
    LASTRO_DATA_URL: NOWHERE,
    LASTRO_QUEUE_DIR: '/dev/null/queue',
    LASTRO_ADMIN_KEY: ADMIN_KEY,
    LASTRO_LOG_LEVEL: 'silent',
  };

  it.each([
    ['LASTRO_BUSINESS_ID', 'two words'],
    ['LASTRO_BUSINESS_KEY', 'short'],
    ['LASTRO_DATA_URL', 'localhost:7400'],
    ['LASTRO_DATA_URL', 'http://one,,http://two'],
    ['LASTRO_DATA_URL', 'http://one/path'],
    ['LASTRO_ADMIN_KEY', 'kéy that is not printable ASCII'],
    ['LASTRO_PORT', '80abc'],
    ['LASTRO_PORT', '65536'],
    ['LASTRO_BATCH_SIZE_MAX', '0'],
    ['LASTRO_RETRY_DELAY_MIN_MS', '6000'],
  ])('fails on %s=%s with one line that names it', async (name, value) => {
    const error: unknown = await startBusinessService({ ...settings, [name]: value }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).not.toContain('\n');
  });

  it('fails on a directory that cannot be, and on one that is in use', async () => {
    await expect(startBusinessService(settings)).rejects.toBeInstanceOf(QueueDirectoryError);
    const bank = await RunningBank.start();
    const again = { ...settings, LASTRO_QUEUE_DIR: bank.directory, LASTRO_PORT: '0' };
    await expect(startBusinessService(again)).rejects.toThrow('is in use');
    await bank.stop();
  });

  it('frees its directory when its port is taken', async () => {
    const bank = await RunningBank.start();
    const { port } = new URL(bank.business.url);
    const elsewhere = { ...settings, LASTRO_QUEUE_DIR: `${bank.directory}/other` };
    await expect(startBusinessService({ ...elsewhere, LASTRO_PORT: port })).rejects.toThrow('EADDRINUSE');
    await (await startBusinessService({ ...elsewhere, LASTRO_PORT: '0' })).stop();
    await bank.stop();
  });
});
