import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningBank, until } from './running-bank.ts';

const good = { account: 'alice', amount: 100 };

describe('a business service that is left', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start();
  });
  afterEach(() => bank.stop());

  it('says that it is not ready, and takes operations all the same', async () => {
    bank.business.sayNotReady?.();
    expect(await bank.get('/readyz')).toMatchObject({ status: 503, body: { status: 'not_ready' } });
    expect(await bank.post('/v1/deposits', good)).toMatchObject({ status: 202 });
    expect(await bank.metric('lastro_queue_writable')).toBe(1);
  });

  it('takes nothing more when it is drained, posts what it has, and only then has nothing left', async () => {
    bank.data.script.push('answer-late');
    await bank.post('/v1/deposits', good);
    await until('it is with the ledger', () => bank.data.batches.length === 1);
    await bank.post('/v1/deposits', good);
    let isDrained = false;
    const left = bank.business.drain!(new AbortController().signal).finally(() => (isDrained = true));
    expect(await bank.post('/v1/deposits', good)).toMatchObject({ status: 503, body: { code: 'stopping' } });
    expect(await bank.metric('lastro_queue_writable')).toBe(0);
    expect(isDrained).toBe(false);
    bank.data.answerLate();
    expect(await left).toBeUndefined();
    expect(bank.data.ledger.size).toBe(2);
  });

  it('says what is left when there is no time, and keeps it', async () => {
    bank.data.script.push('answer-late');
    await bank.post('/v1/deposits', good);
    await until('it is with the ledger', () => bank.data.batches.length === 1);
    const hurry = new AbortController();
    const left = bank.business.drain!(hurry.signal);
    hurry.abort();
    expect(await left).toBe('1 operations and 0 dead letters are still in the queue');
    bank.data.answerLate();
    await bank.restart();
    await until('it is posted', () => bank.data.ledger.size === 1);
  });

  it('is not drained while it has dead letters: they are nowhere else', async () => {
    const spoilt = { ...good, id: uuidv7(), description: 'malformed' };
    await bank.post('/v1/deposits', spoilt, { prefer: 'wait=20' });
    expect(await bank.business.drain!(new AbortController().signal)).toMatch('1 dead letters are still');
  });
});

describe('a business service that is watched', { timeout: 30_000 }, () => {
  it('tells how near its queue is to its limits, and whether the ledger is there', async () => {
    const bank = await RunningBank.start({
      LASTRO_QUEUE_DEPTH_MAX: '20',
      LASTRO_QUEUE_DISK_FREE_MIN_BYTES: '1000',
    });
    expect(await bank.metric('lastro_queue_depth_max')).toBe(20);
    expect(await bank.metric('lastro_queue_disk_free_min_bytes')).toBe(1000);
    expect(await bank.metric('lastro_queue_disk_free_bytes')).toBeGreaterThan(0);
    expect(await bank.metric('lastro_ledger_reachable')).toBe(1);
    await bank.restart({ LASTRO_DATA_URL: 'http://127.0.0.1:9' });
    await bank.get('/readyz');
    expect(await bank.metric('lastro_ledger_reachable')).toBe(0);
    await bank.stop();
  });
});
