import {
  type Account,
  AccountName,
  AccountListQuery,
  compileSchema,
  FreezeSide,
  OperationRequest,
  STATEMENT_FORMAT_NAMES,
  type StatementEntry,
} from '@lastro/contract';
import { ACCOUNT_STATUS_NAMES } from '@lastro/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPagesAtEnd, mergedRows } from '../src/bank/merged-rows.ts';
import { instantOfLocalTime, localTimeOf } from '../src/filters/local-time.ts';
import { writeFilters } from '../src/filters/url-filters.ts';
import { changeOf, NAME_LENGTH_MAX, openingOf, writtenMoney } from '../src/pages/accounts/account-draft.ts';
import { ACCOUNT_STATUSES, readAccountFilters } from '../src/pages/accounts/account-filters.ts';
import { beginOf, exactHistory, PERIODS, readBalanceHistory } from '../src/pages/accounts/balance-history.ts';
import { deedsOf, SIDES } from '../src/pages/accounts/deeds.ts';
import { collectExport, EXPORT_FORMATS } from '../src/pages/accounts/export-statement.ts';

const ALICE: Account = {
  id: 'alice',
  currency: 'BRL',
  name: 'Alice',
  overdraftLimit: 5_000,
  balance: 0,
  held: 0,
  available: 5_000,
  status: 'open',
  entryCount: 0,
  openedAt: '2026-11-01T00:00:00.000Z',
};

it('has the names that the contract has', () => {
  expect([...ACCOUNT_STATUSES].sort()).toEqual([...ACCOUNT_STATUS_NAMES].sort());
  expect([...EXPORT_FORMATS].sort()).toEqual([...STATEMENT_FORMAT_NAMES].sort());
  expect([...SIDES].sort()).toEqual([...FreezeSide.enum].sort());
  const isName = compileSchema(AccountName, 'name');
  expect([isName('x'.repeat(NAME_LENGTH_MAX)), isName('x'.repeat(NAME_LENGTH_MAX + 1))]).toEqual([
    true,
    false,
  ]);
});

describe('the filters of the accounts', () => {
  const anyFilters = fc.record(
    {
      prefix: fc.stringMatching(/^@?[A-Za-z0-9._:-]{1,64}$/),
      namePrefix: fc.constantFrom('Ana', 'José & Filhos', 'a+b=c', '%41'),
      currency: fc.constantFrom('BRL' as const, 'USD' as const),
      status: fc.constantFrom(...ACCOUNT_STATUSES),
      balanceMin: fc.maxSafeInteger(),
      balanceMax: fc.maxSafeInteger(),
    },
    { requiredKeys: [] },
  );

  it('are read from a URL as they were written into it, and are what the bank takes', () => {
    const isQuery = compileSchema(AccountListQuery, 'query');
    fc.assert(
      fc.property(anyFilters, (filters) => {
        const url = new URL(`http://bank/accounts?${writeFilters(filters).toString()}`);
        expect(readAccountFilters(url.searchParams)).toEqual(filters);
        expect(isQuery(filters)).toBe(true);
      }),
    );
  });

  it('are never more than the bank takes, whatever a URL says', () => {
    const isQuery = compileSchema(AccountListQuery, 'query');
    const names = fc.constantFrom('prefix', 'namePrefix', 'status', 'balanceMin', 'cursor', 'key');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (pairs) => {
        expect(isQuery(readAccountFilters(new URLSearchParams(pairs)))).toBe(true);
      }),
    );
  });
});

describe('pages of rows', () => {
  it('become one list, each row once and in the order in which it came', () => {
    const pages = [[1, 2], [], [2, 3]];
    const merged = mergedRows(
      pages,
      (page) => page,
      (row) => row,
    );
    expect(merged).toEqual([1, 2, 3]);
  });

  it.each([
    [[], 0],
    [[[1]], 0],
    [[[1], []], 1],
    [[[], []], 2],
  ])('%j end with %i that have no row', (pages, count) => {
    expect(emptyPagesAtEnd(pages, (page: number[]) => page)).toBe(count);
  });
});

describe('an account that is written', () => {
  const draft = { id: ' zoe ', currency: 'brl', name: ' Zoe ', overdraftLimit: '10,50' };

  it('is opened as the bank understands it', () => {
    const request = openingOf(draft, 'pt-BR');
    expect(request).toEqual({
      type: 'open',
      account: 'zoe',
      currency: 'BRL',
      name: 'Zoe',
      overdraftLimit: 1_050,
    });
    expect(compileSchema(OperationRequest, 'operation')(request)).toBe(true);
  });

  it.each([{ id: '' }, { id: 'a b' }, { currency: 'R$' }, { overdraftLimit: '-1' }, { overdraftLimit: 'x' }])(
    'is none with %j',
    (wrong) => {
      expect(openingOf({ ...draft, ...wrong }, 'pt-BR')).toBeUndefined();
    },
  );

  it('is changed only where it is different', () => {
    const written = writtenMoney(ALICE.overdraftLimit, 'BRL', 'pt-BR');
    expect(written).toBe('50,00');
    expect(changeOf(ALICE, { name: 'Alice', overdraftLimit: written }, 'pt-BR')).toBeUndefined();
    expect(changeOf(ALICE, { name: 'Ana', overdraftLimit: '' }, 'pt-BR')).toEqual({
      ...{ type: 'update', account: 'alice', name: 'Ana', overdraftLimit: 0 },
    });
  });

  it('can be frozen, changed or closed as far as it stands', () => {
    expect(deedsOf({ id: 'alice', status: 'open' })).toEqual(['change', 'freeze', 'close']);
    expect(deedsOf({ id: 'alice', status: 'debits_frozen' })).toEqual([
      'change',
      'unfreeze',
      'freeze',
      'close',
    ]);
    expect(deedsOf({ id: '@cash.BRL', status: 'frozen' })).toEqual(['change', 'unfreeze']);
    expect(deedsOf({ id: 'alice', status: 'closed' })).toEqual([]);
  });
});

describe('the balance over time', () => {
  const NOW = Date.parse('2026-11-23T00:00:00.000Z');
  const entry = (second: number, balance: number) =>
    ({ postedAt: new Date(NOW - 60_000 + second * 1000).toISOString(), balance }) as StatementEntry;

  it('is every entry from the opening balance on', () => {
    const history = exactHistory([entry(30, 7), entry(10, 5)], 2, NOW - 60_000, NOW);
    expect(history.balances).toEqual([2, 5, 7, 7]);
    expect(history.times.map((time) => time * 1000 - NOW)).toEqual([-60_000, -50_000, -30_000, 0]);
  });

  it('begins with the account', () => {
    expect(beginOf('month', ALICE, NOW)).toBe(Date.parse(ALICE.openedAt));
    expect(beginOf('day', ALICE, NOW)).toBe(NOW - PERIODS.day);
  });

  it('is a bounded number of balances where one page of entries is not enough', async () => {
    const asked: string[] = [];
    const reads = {
      statement: () => Promise.resolve({ entries: [], nextCursor: '7' }),
      balance: (_id: string, at: string) => {
        asked.push(at);
        return Promise.resolve({ balance: asked.length });
      },
    } as unknown as Parameters<typeof readBalanceHistory>[0];
    const history = await readBalanceHistory(reads, 'alice', NOW - PERIODS.week, NOW);
    expect(history.from).toEqual({ samples: asked.length });
    expect(asked).toHaveLength(48);
    expect([asked[0], asked.at(-1)]).toEqual(['2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z']);
  });
});

it('writes a local time as it reads it', () => {
  for (const instant of ['2026-11-23T14:03:00.000Z', '2026-01-01T00:00:59.000Z'])
    expect(instantOfLocalTime(localTimeOf(instant))).toBe(instant);
  expect(localTimeOf(undefined)).toBe('');
  expect(instantOfLocalTime('')).toBeUndefined();
});

describe('a statement that is exported', () => {
  const streamOf = (...parts: string[]) => new Blob(parts).stream();
  const ignore = () => undefined;

  it('is the whole file', async () => {
    const text = 'kind,amount\r\nclosing_balance,5\r\nopening_balance,0\r\n';
    const file = await collectExport(streamOf(text), 'csv', ignore);
    expect(await file.text()).toBe(text);
  });

  it('is not saved when it broke off before its end', async () => {
    const cut = collectExport(streamOf('{"statement":{}}\n{"entry":{}}\n'), 'jsonl', ignore);
    await expect(cut).rejects.toMatchObject({ kind: 'broken_off' });
  });

  it('is not read beyond the limit', async () => {
    await expect(collectExport(streamOf('x'.repeat(101)), 'ofx', ignore, 100)).rejects.toMatchObject({
      kind: 'too_large',
    });
  });
});
