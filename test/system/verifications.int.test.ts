import { randomUUID } from 'node:crypto';
import type { System, Verification } from '@lastro/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start(1, {
    data: { LASTRO_SYSTEM_AGE_MAX_MS: '0' },
    business: { LASTRO_SYSTEM_AGE_MAX_MS: '0', LASTRO_PEER_TIMEOUT_MS: '20000' },
  });
  await bank.call('POST', '/v1/accounts', { id: 'ana' });
  await bank.call('POST', '/v1/deposits', { account: 'ana', amount: 500 });
});
afterAll(() => bank.stop());

async function ask<Body>(method: string, path: string, body?: object): Promise<Body> {
  return (await bank.call(method, path, body)).body as unknown as Body;
}

const start = (scope?: string) =>
  ask<Verification>('POST', '/v1/verifications', scope === undefined ? {} : { scope });
const state = (id: string) => ask<Verification>('GET', `/v1/verifications/${id}`);

async function ended(id: string): Promise<Verification> {
  return vi.waitFor(async () => {
    const verification = await state(id);
    expect(verification.state).not.toBe('running');
    return verification;
  }, PATIENCE);
}

async function sql(text: string): Promise<void> {
  const client = new pg.Client(bank.databaseUrl);
  await client.connect();
  await client.query(text).finally(() => client.end());
}

describe('a verification', () => {
  it('is one at a time, and finds that everything holds; everybody sees it', async () => {
    const started = await start();
    expect(started).toMatchObject({ state: 'running', startedBy: 'admin', sinceSequence: 0 });
    expect((await start()).id).toBe(started.id);
    const done = await ended(started.id);
    const { ledger, verification } = await ask<System>('GET', '/v1/system');
    expect(done).toMatchObject({
      state: 'done',
      whole: true,
      findingCount: 0,
      operationsChecked: ledger!.sequence,
    });
    expect(done.head).toEqual({ sequence: ledger!.sequence, batch: ledger!.batch, hash: ledger!.hash });
    expect(verification).toEqual(done);
    expect(await ask('DELETE', `/v1/verifications/${done.id}`)).toEqual(done);
  });

  it('goes on from the last one that found the ledger whole', async () => {
    const { ledger } = await ask<System>('GET', '/v1/system');
    await bank.call('POST', '/v1/deposits', { account: 'ana', amount: 1 });
    const done = await ended((await start('sinceLast')).id);
    expect(done).toMatchObject({ sinceSequence: ledger!.sequence, operationsChecked: 1, whole: true });
  });

  it('can be cancelled, and another begins', async () => {
    const { id } = await start();
    expect(await ask('DELETE', `/v1/verifications/${id}`)).toMatchObject({ id, state: 'cancelled' });
    expect(await ended((await start()).id)).toMatchObject({ state: 'done', whole: true });
    expect(await bank.outcome('GET', `/v1/verifications/${id}`)).toBe('verification_not_found');
    expect(await bank.outcome('DELETE', `/v1/verifications/${randomUUID()}`)).toBe('verification_not_found');
  });

  it('finds money that nobody has posted', async () => {
    await sql('UPDATE account_balance SET balance = balance + 1 WHERE account = 1');
    const done = await ended((await start()).id);
    await sql('UPDATE account_balance SET balance = balance - 1 WHERE account = 1');
    expect(done).toMatchObject({ state: 'done', whole: false });
    expect(done.findings.length).toBe(done.findingCount);
    expect(done.findings[0]!.where).toMatch(/account|balance/);
  });

  it('ends with its service, and is forgotten', async () => {
    const { id } = await start();
    await bank.stopData();
    expect(await bank.outcome('GET', `/v1/verifications/${id}`)).toBe('ledger_unavailable');
    expect(await bank.outcome('POST', '/v1/verifications', {})).toBe('ledger_unavailable');
    await bank.startData();
    expect(await bank.outcome('GET', `/v1/verifications/${id}`)).toBe('verification_not_found');
    expect((await ask<System>('GET', '/v1/system')).verification).toBeNull();
  });
});
