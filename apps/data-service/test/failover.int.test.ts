import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KNOWN_HEAD_HEADER } from '@lastro/contract';
import { StoreUnavailableError } from '../src/storage/store.ts';
import { deposit, newId, open, commit, post } from './commit-batches.ts';
import { openTestStore } from './open-test-store.ts';
import { PostgresPair, query } from './postgres-pair.ts';
import { ask, deposit as depositOf, KEY, post as postTo, startOn } from './data-services.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

const acceptedAt = '2026-11-23T12:00:00.000Z';

// One pair for all, in this order: the last tests use it up.
describe('a ledger on a primary with a standby', () => {
  let pair: PostgresPair;

  beforeAll(async () => {
    pair = await PostgresPair.start();
    const store = openTestStore(pair.primary.url);
    await store.migrate();
    await post(store, [open('alice'), deposit('alice', 100)]);
    await store.close();
  });
  afterAll(() => pair.stop());

  it('is not served from the standby given as primary', async () => {
    const refused = startOn(pair.standby.url, { LASTRO_ALLOW_UNSAFE: 'true' });
    await expect(refused).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('is a standby') as string,
    });
  });

  it('is not served where a wait for a standby is demanded and PostgreSQL does not wait', async () => {
    const demanded = { LASTRO_SYNCHRONOUS_STANDBYS_MIN: '1' };
    await expect(startOn(pair.primary.url, demanded)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('synchronous_standby_names waits for 0 standbys') as string,
    });
    await pair.waitForStandby();
    const service = await startOn(pair.primary.url, demanded);
    await service.stop();
  });

  it('is posted to only while PostgreSQL waits for a standby, also when somebody changes that', async () => {
    const service = await startOn(pair.primary.url, {
      LASTRO_SYNCHRONOUS_STANDBYS_MIN: '1',
      LASTRO_DATABASE_CHECK_INTERVAL_MS: '20',
      LASTRO_COMMIT_ATTEMPTS_MAX: '1',
    });
    const readiness = () => ask<{ code?: string; detail?: string }>(service, 'GET', '/readyz');
    const send = () =>
      ask(service, 'POST', '/v1/batches', {
        operations: [{ id: newId(), acceptedAt, ...depositOf('alice', 1) }],
      });
    expect((await send()).status).toBe(200);

    // Nobody posts anything: it is seen all the same.
    await pair.setOnPrimary('synchronous_standby_names', '');
    await vi.waitFor(async () => {
      const { status, body } = await readiness();
      expect([status, body.code]).toEqual([503, 'ledger_unsafe']);
      expect(body.detail).toContain('synchronous_standby_names waits for 0 standbys');
    }, PATIENCE);
    expect(await send()).toMatchObject({ status: 503, body: { code: 'ledger_unsafe' } });

    await pair.waitForStandby();
    await vi.waitFor(async () => expect((await readiness()).status).toBe(200), PATIENCE);
    expect((await send()).status).toBe(200);
    await service.stop();
  });

  it('says nothing final of an operation whose wait for a standby ended because somebody asked for none', async () => {
    const service = await startOn(pair.primary.url, {
      LASTRO_SYNCHRONOUS_STANDBYS_MIN: '1',
      // Nobody looks but the commit itself.
      LASTRO_DATABASE_CHECK_INTERVAL_MS: '1000000',
      LASTRO_COMMIT_ATTEMPTS_MAX: '1',
    });
    const operations = [{ id: newId(), acceptedAt, ...depositOf('alice', 1) }];
    const send = () => ask(service, 'POST', '/v1/batches', { operations });

    await pair.setOnPrimary('synchronous_standby_names', 'nobody');
    const sent = send();
    await vi.waitFor(async () => expect(await pair.commitsThatWait()).toHaveLength(1), PATIENCE);
    // PostgreSQL lets it go, and reports success.
    await pair.setOnPrimary('synchronous_standby_names', '');
    expect(await sent).toMatchObject({ status: 503, body: { code: 'ledger_unsafe' } });
    expect(await send()).toMatchObject({ status: 503, body: { code: 'ledger_unsafe' } });

    await pair.waitForStandby();
    expect(
      await vi.waitFor(async () => {
        const answer = await send();
        expect(answer.status).toBe(200);
        return answer.body;
      }, PATIENCE),
    ).toMatchObject({ results: [{ operation: { status: 'posted' } }] });
    await service.stop();
  });

  it('finds the primary among several servers, wherever it stands in the list', async () => {
    for (const url of [pair.urlOf(pair.standby, pair.primary), pair.urlOf(pair.primary, pair.standby)]) {
      const store = openTestStore(url);
      await post(store, [deposit('alice', 1)]);
      await store.close();
    }
  });

  it('is read from the standby where that may be behind, and the answer says how far it goes', async () => {
    const service = await startOn(pair.primary.url, {
      LASTRO_READ_DATABASE_URL: pair.urlOf(pair.primary, pair.standby),
    });
    // The standby stands still: whatever is answered with fewer operations than the ledger has comes from there.
    await pair.setOnPrimary('synchronous_standby_names', '');
    await query(pair.standby, 'SELECT pg_wal_replay_pause()');
    const [posted] = await postTo(service, depositOf('alice', 5));
    const before = posted!.sequence! - 1;

    const read = async (path: string) => {
      const response = await fetch(service.url + path, { headers: { authorization: `Bearer ${KEY}` } });
      return { headers: response.headers, text: await response.text() };
    };
    for (const path of [
      '/v1/accounts/alice/statement',
      '/v1/accounts/alice/statement/export?format=jsonl',
      '/v1/trial-balance',
    ]) {
      const { headers, text } = await read(path);
      expect([path, headers.get('lastro-ledger-sequence')]).toEqual([path, String(before)]);
      expect(Number(headers.get('lastro-ledger-age-max-ms'))).toBeGreaterThanOrEqual(0);
      expect(text).not.toContain(posted!.id);
    }
    // What must not be behind is read from the primary, and says nothing of the kind.
    const { headers, text } = await read('/v1/accounts/alice/balance');
    expect(headers.get('lastro-ledger-sequence')).toBeNull();
    expect(JSON.parse(text)).toMatchObject({ balance: 110, sequence: posted!.sequence });

    await query(pair.standby, 'SELECT pg_wal_replay_resume()');
    await vi.waitFor(async () => {
      const statement = await read('/v1/accounts/alice/statement');
      expect(statement.headers.get('lastro-ledger-sequence')).toBe(String(posted!.sequence));
      expect(statement.text).toContain(posted!.id);
    }, PATIENCE);
    await service.stop();
    await pair.waitForStandby();
  });

  it('says nothing final of an operation that no standby has', async () => {
    // As after a crash of the primary in the middle of a commit: the ledger has it, and the standby does not.
    await pair.setOnPrimary('synchronous_standby_names', '');
    const store = openTestStore(pair.primary.url);
    const batch = [deposit('alice', 7, { id: newId() })];
    await post(store, batch);
    await pair.setOnPrimary('synchronous_standby_names', 'nobody');

    let isAnswered = false;
    const again = commit(store, batch).finally(() => (isAnswered = true));
    await vi.waitFor(async () => expect(await pair.commitsThatWait()).toHaveLength(1), PATIENCE);
    expect(isAnswered).toBe(false);

    await pair.waitForStandby();
    expect(await again).toMatchObject([{ operation: { status: 'posted' } }]);
    await store.close();
  });

  it('says nothing final of an operation whose wait for a standby somebody cancelled', async () => {
    // Not even a role that hears of no warnings hides it.
    await query(pair.primary, "ALTER ROLE CURRENT_USER SET client_min_messages = 'error'");
    await pair.setOnPrimary('synchronous_standby_names', 'nobody');
    const store = openTestStore(pair.primary.url);
    const batch = [deposit('alice', 5, { id: newId() })];

    const cancelled = expect(commit(store, batch)).rejects.toThrow(StoreUnavailableError);
    await vi.waitFor(async () => {
      const cancelling = await query(
        pair.primary,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      expect(cancelling).toHaveLength(1);
    }, PATIENCE);
    await cancelled;

    await pair.waitForStandby();
    await query(pair.primary, 'ALTER ROLE CURRENT_USER RESET client_min_messages');
    expect(await commit(store, batch)).toMatchObject([{ operation: { status: 'posted' } }]);
    await store.close();
  });

  it('goes on with the new primary after a failover, with all that was committed', async () => {
    const store = openTestStore(pair.urlOf(pair.primary, pair.standby));
    const before = deposit('alice', 10);
    const [posted] = await post(store, [before]);
    await pair.failOver();
    const answer = await vi.waitFor(() => commit(store, [before, deposit('alice', 1_000)]), PATIENCE);
    expect(answer[0]).toEqual({ operation: posted });
    expect((await store.findAccount('alice'))?.balance).toBe(100 + 3 + 1 + 1 + 5 + 7 + 5 + 10 + 1_000);
    await store.close();
  });

  it('leaves an old primary alone that has come back, and lacks what was committed since', async () => {
    await pair.bringBackOldPrimary({});
    const service = await startOn(pair.standby.url);
    const operations = [{ id: newId(), acceptedAt, ...depositOf('alice', 1) }];
    const send = (url: string, told?: string) =>
      fetch(`${url}/v1/batches`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
          ...(told && { [KNOWN_HEAD_HEADER]: told }),
        },
        body: JSON.stringify({ operations }),
      });
    const told = (await send(service.url)).headers.get(KNOWN_HEAD_HEADER)!;
    await service.stop();

    const misled = await startOn(pair.primary.url, { LASTRO_COMMIT_ATTEMPTS_MAX: '1' });
    const refused = await send(misled.url, told);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'ledger_behind' }]);
    await misled.stop();
  });

  it('is posted to on the new primary where the old one has come back, and takes no writes', async () => {
    await pair.primary.stop();
    await pair.bringBackOldPrimary({ default_transaction_read_only: 'on' });
    for (const url of [pair.urlOf(pair.standby, pair.primary), pair.urlOf(pair.primary, pair.standby)]) {
      const store = openTestStore(url);
      await post(store, [deposit('alice', 1)]);
      await store.close();
    }
    await expect(startOn(pair.primary.url)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('default_transaction_read_only is on') as string,
    });
  });

  it('is not read as the primary from a server that has become a standby under the same address', async () => {
    const store = openTestStore(pair.standby.url);
    expect((await store.head()).batch).toBeGreaterThan(0);
    await pair.demoteStandby();
    await expect(store.head()).rejects.toThrow('it is a standby');
    await store.close();
  });
});
