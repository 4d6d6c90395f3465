import { compileSchema, Operation } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import { describe, expect, it } from 'vitest';
import { operationJson } from '../src/api/operation-json.ts';
import type { StoredOperation } from '../src/storage/store.ts';
import { hold, operation } from './account-life.ts';
import { deposit, open, transfer } from './commit-batches.ts';

const place = { sequence: 7, batch: 3, postedAt: '2026-11-22T12:00:01.000Z' };
const entry = (accountId: string, balance: number) => ({
  accountNumber: 1,
  accountId,
  entry: 1,
  previousSequence: 0,
  balance,
});
const posted = (content: AcceptedOperation): StoredOperation => ({
  status: 'posted',
  content,
  ...place,
  posting: {
    amount: 5,
    currency: 'BRL',
    debit: entry('alice', -5),
    credit: entry('@x:y.z-1', Number.MAX_SAFE_INTEGER),
  },
});
const hostile = 'a "quoted" \\ text,\u2028 </script> 😀 {"status":"posted"}';

describe('an operation as JSON', () => {
  it.each<[string, StoredOperation, object]>([
    [
      'posted',
      posted(transfer('alice', '@x:y.z-1', 5)),
      { balances: { alice: -5, '@x:y.z-1': Number.MAX_SAFE_INTEGER } },
    ],
    [
      'with everything that a person can type',
      posted(transfer('alice', 'bob', 5, { description: hostile, metadata: { k: hostile } })),
      { description: hostile, metadata: { k: hostile } },
    ],
    [
      'rejected',
      {
        status: 'rejected',
        reason: 'account_not_found',
        content: deposit('nobody', 1, { currency: 'EUR' }),
        ...place,
      },
      { reason: 'account_not_found', currency: 'EUR', account: 'nobody' },
    ],
    [
      'that opened an account',
      { status: 'posted', content: open('dora', { name: hostile, overdraftLimit: 9 }), ...place },
      { account: 'dora', name: hostile, overdraftLimit: 9, currency: 'BRL' },
    ],
    [
      'that has released a hold',
      {
        status: 'posted',
        content: operation('void', { hold: '019a0000-0000-7000-8000-000000000001' }),
        parties: { debit: 1, credit: 2, held: { from: 'alice', to: 'bob', amount: 7, currency: 'EUR' } },
        ...place,
      },
      { from: 'alice', to: 'bob', amount: 7, currency: 'EUR' },
    ],
    [
      'that has reserved money of the currency of its accounts',
      {
        status: 'posted',
        content: hold('alice', 'bob', 7),
        parties: { debit: 1, credit: 2, held: { from: 'alice', to: 'bob', amount: 7, currency: 'EUR' } },
        ...place,
      },
      { amount: 7, currency: 'EUR' },
    ],
    [
      'of an atomic group',
      posted(transfer('alice', 'bob', 5, { group: '019a0000-0000-7000-8000-000000000001' })),
      {},
    ],
  ])('%s is what the contract says, and loses nothing', (_what, stored, fields) => {
    const operation: unknown = JSON.parse(operationJson(stored));
    const validate = compileSchema(Operation, 'body');
    expect(validate(operation), JSON.stringify(validate.errors)).toBe(true);
    expect(operation).toMatchObject({ ...stored.content, ...fields, status: stored.status, ...place });
  });

  it('begins with what a business service reads without parsing', () => {
    const content = deposit('alice', 1);
    expect(operationJson({ status: 'rejected', reason: 'same_account', content, ...place })).toMatch(
      new RegExp(`^{"id":"${content.id}","type":"deposit","status":"rejected","reason":"same_account",`),
    );
  });
});
