import type { Operation } from '@lastro/contract';
import type { Content } from '../../simulation/clients/wire-content.ts';
import type { JournalEntry } from '../clients/journal-entry.ts';
import { answerFor, type AccountRow, type BatchRow, type LedgerRow } from './ledger-view.ts';

/** A small run in which everything is as it should be, for tests to spoil: all of it may be changed. */
export interface HonestRun {
  rows: LedgerRow[];
  batches: BatchRow[];
  accounts: AccountRow[];
  heads: { batch: number; hash: string }[];
  letters: { host: string; code: string; operation: Operation }[];
  entries: JournalEntry[];
}

export const ids = {
  openA: 'aaaaaaaa-0000-7000-8000-000000000001',
  openB: 'aaaaaaaa-0000-7000-8000-000000000002',
  deposit: 'aaaaaaaa-0000-7000-8000-000000000003',
  first: 'aaaaaaaa-0000-7000-8000-000000000004',
  second: 'aaaaaaaa-0000-7000-8000-000000000005',
  tooMuch: 'aaaaaaaa-0000-7000-8000-000000000006',
  refused: 'aaaaaaaa-0000-7000-8000-000000000007',
} as const;

const T0 = Date.parse('2026-11-22T12:00:00.000Z');
const HOST = 'business-1';

function instant(sequence: number): string {
  return new Date(T0 + sequence).toISOString();
}

function row(
  sequence: number,
  batch: number,
  content: Content,
  result: Partial<Pick<LedgerRow, 'reason' | 'after'>> = {},
): LedgerRow {
  const after = result.after ?? [];
  return {
    sequence,
    batch,
    id: content['id'] as string,
    content,
    reason: result.reason,
    after,
    moved:
      after.length < 2
        ? undefined
        : { from: after[0]!.account, to: after[1]!.account, amount: content['amount'] as number },
    currency: after.length > 0 ? 'BRL' : undefined,
    acceptedBy: HOST,
    acceptedAt: instant(0),
    postedAt: instant(batch),
  };
}

function opening(id: string, account: string): Content {
  return { id, type: 'open', account, currency: 'BRL', overdraftLimit: 0 };
}

/** The set of `a` and `b` is closed once the deposit is in: their total is 100. */
export function honestRun(): HonestRun {
  const deposit = { id: ids.deposit, type: 'deposit', account: 'a', amount: 100 };
  const group = [
    { id: ids.first, type: 'transfer', from: 'a', to: 'b', amount: 30, group: ids.first },
    { id: ids.second, type: 'transfer', from: 'a', to: 'b', amount: 10, group: ids.first },
  ];
  const tooMuch = { id: ids.tooMuch, type: 'transfer', from: 'b', to: 'a', amount: 41 };
  const cash = '@cash.BRL';
  const rows = [
    row(1, 1, opening('bbbbbbbb-0000-7000-8000-000000000001', cash)),
    row(2, 1, opening(ids.openA, 'a')),
    row(3, 1, opening(ids.openB, 'b')),
    row(4, 1, deposit, {
      after: [
        { account: cash, balance: -100 },
        { account: 'a', balance: 100 },
      ],
    }),
    row(5, 2, group[0]!, {
      after: [
        { account: 'a', balance: 70 },
        { account: 'b', balance: 30 },
      ],
    }),
    row(6, 2, group[1]!, {
      after: [
        { account: 'a', balance: 60 },
        { account: 'b', balance: 40 },
      ],
    }),
    row(7, 3, tooMuch, { reason: 'insufficient_funds' }),
  ];
  const answers = rows.map((each) => answerFor(each) as Operation);
  return {
    rows,
    batches: [
      { number: 1, firstSequence: 1, operationCount: 4, postedAt: instant(1), hash: '01' },
      { number: 2, firstSequence: 5, operationCount: 2, postedAt: instant(2), hash: '02' },
      { number: 3, firstSequence: 7, operationCount: 1, postedAt: instant(3), hash: '03' },
    ],
    accounts: [
      { id: cash, currency: 'BRL', balance: -100, held: 0, overdraftLimit: 0 },
      { id: 'a', currency: 'BRL', balance: 60, held: 0, overdraftLimit: 0 },
      { id: 'b', currency: 'BRL', balance: 40, held: 0, overdraftLimit: 0 },
    ],
    heads: [{ batch: 1, hash: '01' }],
    letters: [],
    entries: [
      ...asked(1, [opening(ids.openA, 'a'), opening(ids.openB, 'b'), deposit], answers.slice(1, 4)),
      ...asked(
        2,
        group,
        group.map((content) => accepted(content)),
      ),
      ...asked(3, [tooMuch], [answers[6]!]),
      { kind: 'request', request: 4, contents: [{ ...deposit, id: ids.refused, amount: -1 }] },
      { kind: 'attempt', request: 4, host: HOST, at: T0 },
      { kind: 'refused', request: 4, host: HOST, code: 'invalid_request' },
      ...reads(answers[5]!),
    ],
  };
}

export function accepted(content: Content, host = HOST): Operation {
  return { ...content, status: 'accepted', acceptedBy: host, acceptedAt: instant(0) } as never;
}

/** What a client notes down about one request that is answered at once. */
export function asked(
  request: number,
  contents: readonly Content[],
  operations: readonly Operation[],
): JournalEntry[] {
  return [
    { kind: 'request', request, contents },
    { kind: 'attempt', request, host: HOST, at: T0 },
    { kind: 'acknowledged', request, host: HOST, at: T0 + request, operations },
  ];
}

function reads(known: Operation): JournalEntry[] {
  const balance = (account: string, amount: number) => ({
    account,
    currency: 'BRL' as const,
    balance: amount,
    held: 0,
    available: amount,
    sequence: 6,
  });
  return [
    { kind: 'balance', host: HOST, after: 6, balance: balance('b', 40) },
    { kind: 'snapshot', host: 'data-1', after: 6, balances: [balance('a', 60), balance('b', 40)] },
    { kind: 'page', host: HOST, accounts: 2, total: 100 },
    { kind: 'trial balance', host: HOST, after: 6, sequence: 7, balanced: true },
    { kind: 'state', host: 'business-2', id: known.id, posted: true, operation: known },
  ];
}
