import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Account,
  type AppliedOperation,
  applyBatch,
  isBankAccount,
  MINOR_MAX,
  type OperationContent,
} from '../src/index.ts';
import { batches } from './arbitrary-batches.ts';
import { ledgerAfter, LedgerInMemory, type Result, SECONDS_BETWEEN_BATCHES } from './ledger-in-memory.ts';
import { type Answer, NaiveBank, unitsOf } from './naive-bank.ts';

/** What a ledger and the naive bank both know about an operation, in the naive bank's words. */
function answerOf(result: Result): Answer {
  if (!('status' in result)) return { status: 'conflict', owner: result.conflictWith };
  const { status, sequence } = result;
  if (status === 'rejected') return { status, sequence, reason: result.reason };
  const touched = result.posting === undefined ? [] : [result.posting.debit, result.posting.credit];
  return {
    status,
    sequence,
    balances: Object.fromEntries(touched.map((entry) => [entry.accountId, BigInt(entry.balance)])),
    entries: Object.fromEntries(touched.map((entry) => [entry.accountId, entry.entry])),
  };
}

function statusOf(account: { closed: boolean; debitsStopped: boolean; creditsStopped: boolean }): string {
  if (account.closed) return 'closed';
  if (account.debitsStopped) return account.creditsStopped ? 'frozen' : 'debits_frozen';
  return account.creditsStopped ? 'credits_frozen' : 'open';
}

function postings(operations: readonly AppliedOperation[]) {
  return operations.flatMap((operation) =>
    operation.status === 'posted' && operation.posting !== undefined
      ? [{ sequence: operation.sequence, ...operation.posting }]
      : [],
  );
}

describe('whatever is sent, in whatever batches', () => {
  it('every operation gets the answer, and every account the balance, that the naive bank gives', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = new LedgerInMemory();
        const naive = new NaiveBank();
        for (const batch of history) {
          expect(ledger.results(batch).map(answerOf)).toEqual(naive.apply(batch));
          naive.pass(SECONDS_BETWEEN_BATCHES);
          naive.apply(ledger.pass(SECONDS_BETWEEN_BATCHES));
        }
        const expected = [...naive.accounts].map(([id, account]) => {
          const entries = naive.entries(id);
          const balance = Number(naive.balance(id));
          return {
            id,
            number: account.number,
            balance,
            held: Number(naive.held(id)),
            overdraftLimit: Number(account.overdraftLimit),
            status: statusOf(account),
            entryCount: entries.length,
            lastSequence: entries.at(-1) ?? 0,
          };
        });
        expect([...ledger.accounts().values()]).toMatchObject(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('debits equal credits in every batch, for every currency (I4)', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = new LedgerInMemory();
        for (const batch of history) {
          const before = ledger.accounts();
          const { opened, changed, applied } = applyBatch(ledger.view(), batch);
          const movedByCurrency = new Map<string, bigint>();
          for (const { id, currency, balance } of [...opened, ...changed]) {
            const moved = BigInt(balance) - BigInt(before.get(id)?.balance ?? 0);
            movedByCurrency.set(currency, (movedByCurrency.get(currency) ?? 0n) + moved);
          }
          expect([...movedByCurrency.values()].every((sum) => sum === 0n)).toBe(true);
          ledger.results(batch);
          for (const { debit, credit, currency } of postings(applied)) {
            const legs = [debit, credit].map((leg) => ledger.accounts().get(leg.accountId)?.currency);
            expect(legs).toEqual([currency, currency]);
          }
        }
      }),
    );
  });

  it('no customer has less available than nothing, at any step (I5)', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = new LedgerInMemory();
        for (const content of history.flatMap((batch) => unitsOf(batch))) {
          ledger.results(content);
          ledger.pass(1);
          for (const account of ledger.accounts().values()) {
            if (isBankAccount(account.id)) continue;
            expect(BigInt(account.balance) - BigInt(account.held)).toBeGreaterThanOrEqual(
              -BigInt(account.overdraftLimit),
            );
          }
        }
      }),
    );
  });

  it('every balance is a whole number of minor units in range (I10)', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        const entries = postings(ledger.operations()).flatMap(({ debit, credit }) => [debit, credit]);
        for (const { balance } of [...entries, ...ledger.accounts().values()]) {
          expect(Number.isSafeInteger(balance)).toBe(true);
          expect(Object.is(balance, -0)).toBe(false);
        }
      }),
    );
  });

  it('sequences have no gap, and each account has a gapless chain of its own', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        const operations = ledger.operations();
        expect(operations.map(({ sequence }) => sequence)).toEqual(operations.map((_, index) => index + 1));
        const newest = new Map<string, { entry: number; sequence: number; balance: number }>();
        for (const { sequence, amount, debit, credit } of postings(operations)) {
          for (const [leg, delta] of [
            [debit, -amount],
            [credit, amount],
          ] as const) {
            const before = newest.get(leg.accountId) ?? { entry: 0, sequence: 0, balance: 0 };
            expect(leg).toEqual({
              accountId: leg.accountId,
              accountNumber: ledger.accounts().get(leg.accountId)!.number,
              entry: before.entry + 1,
              previousSequence: before.sequence,
              balance: before.balance + delta,
            });
            newest.set(leg.accountId, { entry: leg.entry, sequence, balance: leg.balance });
          }
        }
        for (const { id, balance, entryCount, lastSequence } of ledger.accounts().values()) {
          const { entry, sequence, balance: last } = newest.get(id) ?? { entry: 0, sequence: 0, balance: 0 };
          expect({ balance, entryCount, lastSequence }).toEqual({
            balance: last,
            entryCount: entry,
            lastSequence: sequence,
          });
        }
      }),
    );
  });

  it('each touched account is given once: opened in order of its number, or changed', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = new LedgerInMemory();
        for (const batch of history) {
          const before = ledger.accounts();
          const { opened, changed, applied } = applyBatch(ledger.view(), batch);
          const touched = new Set(
            postings(applied).flatMap(({ debit, credit }) => [debit.accountId, credit.accountId]),
          );
          const ids = (accounts: readonly Account[]) => accounts.map(({ id }) => id);
          expect(opened.map(({ number }) => number)).toEqual(
            opened.map((_, index) => before.size + index + 1),
          );
          expect(ids(opened).filter((id) => before.has(id))).toEqual([]);
          expect(ids(changed).toSorted()).toEqual([...touched].filter((id) => before.has(id)).toSorted());
          ledger.results(batch);
        }
      }),
    );
  });

  it('an atomic group posts whole or not at all, and names one culprit (I3)', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        for (const unit of unitsOf(ledger.operations().map(({ content }) => content))) {
          if (unit[0]!.group === undefined) continue;
          const stored = unit.map(({ id }) => ledger.view().findOperation(id)!);
          const reasons = stored.flatMap((operation) =>
            operation.status === 'rejected' ? [operation.reason] : [],
          );
          if (reasons.length === 0) continue;
          expect(reasons).toHaveLength(unit.length);
          expect(reasons.filter((reason) => reason !== 'group_rejected')).toHaveLength(1);
        }
      }),
    );
  });
});

describe('whatever is sent again', () => {
  it('answers as it did and changes nothing, in any choice and order (I2, I6)', () => {
    const choice = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(batches, choice, (history, picks) => {
        const ledger = ledgerAfter(history);
        const operations = ledger.operations();
        const chosen = picks.map((pick) => operations[pick % operations.length]!);
        const again = applyBatch(
          ledger.view(),
          chosen.map(({ content }) => structuredClone(content)),
        );
        expect(again).toMatchObject({
          applied: [],
          opened: [],
          changed: [],
          amended: [],
          holds: [],
          reversals: [],
        });
        expect(again.outcomes).toEqual(chosen.map((stored) => ({ kind: 'replayed', stored })));
      }),
    );
  });

  it('is a conflict when it asks for anything else, and changes nothing (I7)', () => {
    const nudge = (value: unknown): unknown => (typeof value === 'number' ? value - 1 : `${String(value)}x`);
    const fields = [
      'amount',
      'account',
      'from',
      'to',
      'hold',
      'operation',
      'side',
      'overdraftLimit',
    ] as const;
    const change = fc.constantFrom<(content: Partial<Record<string, unknown>>) => object>(
      // Whichever of its fields there are: one of each kind is in every operation.
      ...fields.map((field) => (content: Partial<Record<string, unknown>>) => ({
        ...(field in content ? { [field]: nudge(content[field]) } : { description: 'another' }),
      })),
      (content) => ({ type: content['type'] === 'deposit' ? 'withdrawal' : 'deposit' }),
      (content) => ({ description: `${JSON.stringify(content['description'])}.` }),
      (content) => ({ metadata: { ...(content['metadata'] as object), extra: '' } }),
      (content) => ({ group: content['group'] === undefined ? content['id'] : undefined }),
    );
    fc.assert(
      fc.property(batches, fc.nat(), change, (history, pick, changed) => {
        const ledger = ledgerAfter(history);
        const stored = ledger.operations()[pick % ledger.operations().length]!;
        const other = { ...stored.content, ...changed({ ...stored.content }) };
        expect(applyBatch(ledger.view(), [other])).toEqual({
          outcomes: [{ kind: 'conflict', stored }],
          applied: [],
          opened: [],
          changed: [],
          amended: [],
          holds: [],
          reversals: [],
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('however the same operations are cut into batches', () => {
  it('results, balances and order are the same, so batches may be merged (design, section 4)', () => {
    fc.assert(
      fc.property(batches, fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }), (history, cuts) => {
        const whole = history.flat();
        const pieces: OperationContent[][] = [[]];
        for (const [index, unit] of unitsOf(whole).entries()) {
          if (cuts[index % cuts.length]) pieces.push([]);
          pieces.at(-1)!.push(...unit);
        }
        const atOnce = new LedgerInMemory();
        const inPieces = new LedgerInMemory();
        expect(pieces.flatMap((piece) => inPieces.results(piece))).toEqual(atOnce.results(whole));
        expect(inPieces.accounts()).toEqual(atOnce.accounts());
        expect(inPieces.holds()).toEqual(atOnce.holds());
        expect(inPieces.operations()).toEqual(atOnce.operations());
      }),
    );
  });

  it('the same view and the same batch always give the same outcome', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history.slice(0, -1));
        const last = history.at(-1)!;
        expect(applyBatch(ledger.view(), last)).toEqual(applyBatch(ledger.view(), structuredClone(last)));
      }),
    );
  });
});

describe('the edge of what may be paid out', () => {
  const minor = fc.oneof(
    fc.constantFrom(0, 1, MINOR_MAX - 1, MINOR_MAX),
    fc.integer({ min: 0, max: 100 }),
    fc.maxSafeNat(),
  );
  it('is balance, less what is held, plus the overdraft limit: to the last cent (I5, I10)', () => {
    const nudge = fc.integer({ min: -2, max: 2 });
    fc.assert(
      fc.property(minor, minor, minor, fc.boolean(), nudge, (size, held, overdraftLimit, owes, nudged) => {
        const balance = owes ? -Math.min(size, overdraftLimit) : size;
        const available = BigInt(balance) - BigInt(held) + BigInt(overdraftLimit);
        const amount = available + BigInt(nudged);
        fc.pre(available >= 0n && amount >= 1n && amount <= BigInt(MINOR_MAX));
        const payer = { number: 2, id: 'alice', currency: 'BRL', overdraftLimit, balance: balance + 0, held };
        const cash = { number: 1, id: '@cash.BRL', currency: 'BRL', overdraftLimit: 0, balance: 0, held: 0 };
        const accounts = new Map(
          [payer, cash].map((each) => [
            each.id,
            { ...each, status: 'open' as const, entryCount: 0, lastSequence: 0 },
          ]),
        );
        const { applied } = applyBatch(
          {
            sequence: 0,
            accountCount: 2,
            postedAt: '2026-11-22T12:00:00.000Z',
            findAccount: (id) => accounts.get(id),
            findHold: () => undefined,
            findReversible: () => undefined,
            findOperation: () => undefined,
          },
          [
            {
              id: '00000000-0000-7000-8000-000000000001',
              type: 'withdrawal',
              account: 'alice',
              amount: Number(amount),
            },
          ],
        );
        const reason = applied[0]!.status === 'rejected' ? applied[0]!.reason : undefined;
        expect(reason).toBe(nudged > 0 ? 'insufficient_funds' : undefined);
      }),
      { numRuns: 1_000 },
    );
  });
});
