import type { CommittedBatchPage, CommittedBatchWithOperations } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start(2);
  await bank.call('POST', '/v1/accounts', { id: 'ana' });
  const operations = [500, 600, 700].map((amount) => ({ type: 'deposit', account: 'ana', amount }));
  await bank.call('POST', '/v1/operations', { operations, atomic: true }, 2);
  await bank.call('POST', '/v1/transfers', { from: 'ana', to: 'nobody', amount: 1 });
});
afterAll(() => bank.stop());

async function get<Body>(path: string): Promise<Body> {
  const { status, body } = await bank.call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body as unknown as Body;
}

describe('the batches of the ledger', () => {
  it('are listed newest first, each with the hash before it', async () => {
    const { batches, nextCursor } = await get<CommittedBatchPage>('/v1/batches');
    expect(nextCursor).toBeUndefined();
    const [newest, group, first] = batches;
    expect(batches.length).toBe(3);
    expect(newest).toMatchObject({
      number: 3,
      operations: 1,
      posted: 0,
      rejected: 1,
      acceptedBy: ['business-1'],
    });
    expect(group).toMatchObject({ number: 2, operations: 3, posted: 3, acceptedBy: ['business-2'] });
    expect(group!.lastSequence - group!.firstSequence).toBe(2);
    expect([newest!.previousHash, group!.previousHash]).toEqual([group!.hash, first!.hash]);
    expect(first!.previousHash).toBe('0'.repeat(64));
  });

  it('are listed page by page', async () => {
    const page = await get<CommittedBatchPage>('/v1/batches?limit=2');
    expect([page.batches.map(({ number }) => number), page.nextCursor]).toEqual([[3, 2], '2']);
    const rest = await get<CommittedBatchPage>('/v1/batches?limit=2&cursor=2');
    expect([rest.batches.map(({ number }) => number), rest.nextCursor]).toEqual([[1], undefined]);
    expect(await get('/v1/batches?cursor=1')).toEqual({ batches: [] });
  });

  it('have their operations, page by page', async () => {
    const first = await get<CommittedBatchWithOperations>('/v1/batches/2?limit=2');
    expect(first.operations.map(({ amount, batch }) => [amount, batch])).toEqual([
      [500, 2],
      [600, 2],
    ]);
    const rest = await get<CommittedBatchWithOperations>(`/v1/batches/2?limit=2&cursor=${first.nextCursor}`);
    expect(rest.batch).toEqual(first.batch);
    expect(rest.operations.map(({ amount }) => amount)).toEqual([700]);
    expect(rest.nextCursor).toBeUndefined();
    const { operations } = await get<CommittedBatchWithOperations>('/v1/batches/3');
    expect(operations).toMatchObject([{ status: 'rejected', reason: 'account_not_found' }]);
    expect(operations[0]).toEqual((await bank.call('GET', `/v1/operations/${operations[0]!.id}`)).body);
  });

  it('are refused where they are none', async () => {
    expect(await bank.outcome('GET', '/v1/batches/4')).toBe('batch_not_found');
    expect(await bank.outcome('GET', '/v1/batches/0')).toBe('invalid_request');
    expect(await bank.outcome('GET', '/v1/batches/2?cursor=1')).toBe('invalid_cursor');
    expect(await bank.outcome('GET', '/v1/batches/2?cursor=9007199254740993')).toBe('invalid_cursor');
  });
});
