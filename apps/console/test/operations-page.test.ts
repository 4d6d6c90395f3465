import { compileSchema, METADATA_FILTERS_MAX, type Operation, OperationListQuery } from '@lastro/contract';
import { OPERATION_TYPES } from '@lastro/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeFilters } from '../src/filters/url-filters.ts';
import { durationMs, lifeOf, movementOf, neighboursCursor } from '../src/pages/operations/life.ts';
import * as filtering from '../src/pages/operations/operation-filters.ts';
import { partOf } from '../src/pages/operations/part.ts';

const { metadataFilter, metadataOf, metadataPairOf, readOperationFilters } = filtering;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const POSTED = {
  ...{ id: ID, type: 'transfer', status: 'posted', from: 'alice', to: 'bob', amount: 5, currency: 'BRL' },
  ...{
    acceptedBy: 'business-1',
    acceptedAt: '2026-11-23T00:00:00.000Z',
    postedAt: '2026-11-23T00:00:00.012Z',
  },
  ...{ sequence: 40, batch: 3 },
} as const satisfies Operation;

describe('the filters of the operations', () => {
  const anyInstant = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const anyFilters = fc.record(
    {
      account: fc.constantFrom('alice', '@cash.BRL', 'shop-7:till'),
      type: fc.constantFrom(...OPERATION_TYPES),
      status: fc.constantFrom(...filtering.STATUSES),
      reason: fc.constantFrom('insufficient_funds' as const, 'hold_expired' as const),
      from: anyInstant,
      to: anyInstant,
      amountMin: fc.integer({ min: 1 }),
      amountMax: fc.integer({ min: 1 }),
      'metadata.order': fc.constantFrom('A-77', 'a&b=c', 'é +%'),
    },
    { requiredKeys: [] },
  );

  it('are read from a URL as they were written into it, and are what the bank takes', () => {
    const isQuery = compileSchema(OperationListQuery, 'query');
    fc.assert(
      fc.property(anyFilters, (filters) => {
        const url = new URL(`http://bank/operations?${writeFilters(filters).toString()}`);
        expect(readOperationFilters(url.searchParams)).toEqual(filters);
        expect(isQuery(filters)).toBe(true);
      }),
    );
  });

  it('leave out what is none, and never have a key of the bank in them', () => {
    const search = new URLSearchParams(
      'key=secret&authorization=x&from=yesterday&amountMin=0&account=a b&metadata.a b=1',
    );
    expect(readOperationFilters(search)).toEqual({});
  });

  it('have so many keys of metadata as the bank takes, and one is taken away by itself', () => {
    const search = new URLSearchParams(Array.from({ length: 9 }, (_, index) => [`metadata.k${index}`, 'v']));
    const filters = readOperationFilters(search);
    expect(metadataOf(filters)).toHaveLength(METADATA_FILTERS_MAX);
    expect(filtering.METADATA_FILTERS_MAX).toBe(METADATA_FILTERS_MAX);
    expect(writeFilters({ ...filters, ...metadataFilter('k0', undefined) }).has('metadata.k0')).toBe(false);
  });

  it.each([
    ['order=A-77', ['order', 'A-77']],
    [' order = a=b ', ['order', 'a=b']],
    ['order', undefined],
    ['=x', undefined],
    ['order=', undefined],
    ['__proto__=x', undefined],
  ])('take %j for the pair %j', (text, pair) => {
    expect(metadataPairOf(text)).toEqual(pair);
  });
});

describe('the life of an operation', () => {
  const namesOf = (...args: Parameters<typeof lifeOf>) => lifeOf(...args).map(({ name }) => name);

  it('waits in the queue while it is only accepted', () => {
    const { postedAt: _postedAt, sequence: _sequence, batch: _batch, ...rest } = POSTED;
    expect(namesOf({ ...rest, status: 'accepted' }, undefined, undefined)).toEqual(['accepted', 'queued']);
  });

  it('ends with what became of it, and goes on with its hold and its reversals', () => {
    const hold = {
      ...{ id: ID, from: 'alice', to: 'bob', amount: 5, currency: 'BRL', captured: 0 },
      ...{ openedAt: POSTED.postedAt, closedAt: '2026-11-23T00:01:00.000Z' },
    } as const;
    const start = ['accepted', 'queued', 'batch'];
    expect(namesOf({ ...POSTED, status: 'rejected' }, undefined, undefined)).toEqual([...start, 'rejected']);
    expect(namesOf(POSTED, { ...hold, status: 'expired' }, undefined)).toEqual([
      ...start,
      'posted',
      'expired',
    ]);
    expect(namesOf(POSTED, { ...hold, status: 'open' }, undefined)).toEqual([...start, 'posted', 'held']);
    const reversals = { operation: ID, reversed: 2, left: 3, reversals: [POSTED] };
    expect(namesOf(POSTED, undefined, reversals)).toEqual([...start, 'posted', 'reversed']);
  });

  it('has no negative times where two clocks disagree', () => {
    expect(durationMs(POSTED.acceptedAt, POSTED.postedAt)).toBe(12);
    expect(durationMs(POSTED.postedAt, POSTED.acceptedAt)).toBe(0);
  });
});

describe('the entries of an operation', () => {
  it.each([
    [{}, { debit: 'alice', credit: 'bob' }],
    [
      { type: 'deposit', account: 'bob', from: undefined, to: undefined },
      { debit: '@cash.BRL', credit: 'bob' },
    ],
    [
      { type: 'withdrawal', account: 'bob', from: undefined, to: undefined },
      { debit: 'bob', credit: '@cash.BRL' },
    ],
  ] as const)('are on both sides: %j', (change, sides) => {
    expect(movementOf({ ...POSTED, ...change } as Operation)).toEqual({
      ...sides,
      amount: 5,
      currency: 'BRL',
    });
  });

  it('are none of what was rejected, or only holds', () => {
    expect(movementOf({ ...POSTED, status: 'rejected' })).toBeUndefined();
    expect(movementOf({ ...POSTED, type: 'hold' })).toBeUndefined();
  });
});

it('has a few neighbours before it, and never begins before its batch', () => {
  expect(neighboursCursor({ firstSequence: 1 }, 40)).toBe('35');
  expect(neighboursCursor({ firstSequence: 38 }, 40)).toBeUndefined();
});

it.each([
  ['', { amount: undefined }],
  ['0,05', { amount: 5 }],
  ['0,06', { fault: 'too_much' }],
  ['0', { fault: 'none' }],
  ['x', { fault: 'none' }],
])('takes %j of 5 cents for %j', (text, part) => {
  expect(partOf(text, 5, 'BRL', 'pt-BR')).toEqual(part);
});
