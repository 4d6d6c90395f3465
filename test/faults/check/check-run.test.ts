import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../clients/journal-entry.ts';
import { checkRun } from './check-run.ts';
import { accepted, asked, honestRun, type HonestRun, ids } from './honest-run.ts';
import { DeadLetters } from './known-contents.ts';
import { lengthMs, longestStall } from './longest-stall.ts';
import { Violations } from './violations.ts';

async function check(spoil: (run: HonestRun) => void = () => undefined) {
  const run = honestRun();
  spoil(run);
  const violations = new Violations();
  const { rows, batches, accounts, heads, entries } = run;
  const checked = await checkRun(
    {
      tables: { rows, batches, accounts },
      heads,
      letters: new DeadLetters(run.letters),
      closed: { accounts: 2, total: 100 },
      journals: [{ client: 'client-1', entries: inOrder(entries) }],
    },
    violations,
  );
  const found = new Set(violations.list.map(({ kind }) => kind));
  return { ...checked, found: [...found].sort(), words: violations.list.map(({ what }) => what).join('\n') };
}

async function* inOrder(entries: readonly JournalEntry[]): AsyncGenerator<JournalEntry> {
  yield* entries;
}

/** Replaces an element by a copy with other fields. */
function change<Item extends object>(items: Item[], index: number, fields: object): void {
  items[index] = { ...items[index]!, ...fields };
}

function entryOf(run: HonestRun, kind: JournalEntry['kind'], nth = 0): number {
  return run.entries.flatMap((entry, index) => (entry.kind === kind ? [index] : []))[nth]!;
}

/** Takes the last operation away, without a trace in the ledger. */
function forgetLast(run: HonestRun): void {
  run.rows.pop();
  run.batches.pop();
}

describe('the check of a run', () => {
  it('finds nothing where all is well, and counts', async () => {
    const { found, words, acknowledged, acknowledgedAtMs, reads } = await check();
    expect([found, words]).toEqual([[], '']);
    expect(acknowledged).toBe(6);
    expect(acknowledgedAtMs).toHaveLength(3);
    expect(reads).toEqual({ totals: 2, balances: 1, operations: 1, trialBalances: 1 });
  });

  it('names what was acknowledged and is lost (I1)', async () => {
    const { found, words } = await check(forgetLast);
    expect(found).toContain('lost');
    expect(words).toContain(`${ids.tooMuch}, acknowledged by business-1 as rejected, is not in the ledger`);
  });

  it('takes a conflict on the dead-letter list of the very host for an answer, and no other', async () => {
    const other = { id: ids.deposit, type: 'deposit', account: 'a', amount: 99 };
    const contradict = (run: HonestRun, host: string) => {
      run.entries.push(...asked(9, [other], [accepted(other)]));
      run.letters.push({ host, code: 'id_conflict', operation: accepted(other, host) });
    };
    expect((await check((run) => contradict(run, 'business-1'))).found).toEqual([]);
    expect((await check((run) => contradict(run, 'business-2'))).found).toEqual(['lost']);
  });

  it('names a dead letter that should not be there', async () => {
    const spoil = (code: string) => (run: HonestRun) =>
      void run.letters.push({ host: 'business-1', code, operation: accepted(run.rows[3]!.content) });
    expect((await check(spoil('id_conflict'))).found).toEqual(['dead letter']);
    expect((await check(spoil('invalid_request'))).found).toEqual(['dead letter']);
  });

  it('names an id that is there twice, and a posting that counted twice (I2)', async () => {
    const twice = await check((run) => {
      run.rows.push({ ...run.rows[3]!, sequence: 8, batch: 4 });
      run.batches.push({ ...run.batches[2]!, number: 4, firstSequence: 8 });
    });
    expect(twice.found).toContain('doubled');
    expect(twice.words).toContain(`${ids.deposit} took effect at 4 and again at 8`);
    const effect = await check((run) => {
      change(run.accounts, 1, { balance: 50 });
      change(run.accounts, 2, { balance: 50 });
    });
    expect(effect.found).toEqual(['doubled']);
    expect(effect.words).toContain(`as if ${ids.second} took effect twice`);
  });

  it('names what nobody has sent, and what was refused and posted all the same', async () => {
    const invented = await check((run) => {
      const content = { ...run.rows[6]!.content, amount: 42 };
      change(run.rows, 6, { content });
    });
    expect(invented.found).toEqual(expect.arrayContaining(['invented', 'lost']));
    const refused = (entry: JournalEntry) => (run: HonestRun) => {
      run.entries.splice(entryOf(run, 'acknowledged', 2), 1, entry);
    };
    const place = { request: 3, host: 'business-1' } as const;
    const posted = await check(refused({ kind: 'refused', code: 'invalid_request', ...place }));
    expect(posted.found).toEqual(['posted though refused']);
    const unavailable = await check(refused({ kind: 'not taken', why: 'queue_unavailable', ...place }));
    expect(unavailable.found).toEqual(['posted though refused']);
    expect((await check(refused({ kind: 'in doubt', why: 'cut', ...place }))).found).toEqual([]);
  });

  it('names a result that is not the one that was told (I6), and an answer about something else (I7)', async () => {
    const answer = (fields: object) => (run: HonestRun) => {
      const index = entryOf(run, 'acknowledged', 2);
      const entry = run.entries[index] as Extract<JournalEntry, { kind: 'acknowledged' }>;
      run.entries[index] = { ...entry, operations: [{ ...entry.operations[0]!, ...fields }] };
    };
    for (const fields of [
      { status: 'posted', reason: undefined },
      { reason: 'same_account' },
      { sequence: 6 },
      { batch: 2 },
      { postedAt: '2026-11-22T12:00:01.000Z' },
      { amount: 40 },
    ]) {
      expect((await check(answer(fields))).found).toEqual(['changed']);
    }
    expect((await check(answer({ id: ids.first }))).found).toContain('impossible answer');
  });

  it('names what goes against the rules of money', async () => {
    const rejected = await check((run) => change(run.rows, 6, { reason: 'account_not_found' }));
    expect(rejected.found).toContain('against the rules');
    const balance = await check((run) => {
      change(run.rows, 3, { after: [run.rows[3]!.after[0]!, { account: 'a', balance: 101 }] });
    });
    expect(balance.found).toContain('balance');
    const account = await check((run) => change(run.accounts, 1, { balance: 61 }));
    expect(account.words).toContain('account a holds 61, and not 60');
    expect(account.words).toContain('the trial balance in BRL is off by 1 (I4)');
    expect((await check((run) => void run.accounts.pop())).found).toContain('balance');
  });

  it('names an atomic group that is there in part (I3)', async () => {
    const apart = await check((run) => change(run.rows, 5, { batch: 3 }));
    expect(apart.found).toContain('torn group');
    const half = await check((run) => change(run.rows, 5, { reason: 'insufficient_funds', after: [] }));
    expect(half.found).toContain('torn group');
  });

  it('names gaps, wrong batches, time that goes back, and heads that are gone (I8)', async () => {
    const spoilers: ((run: HonestRun) => void)[] = [
      (run) => void run.rows.splice(2, 1),
      (run) => change(run.batches, 1, { operationCount: 1 }),
      (run) => change(run.batches, 1, { number: 3 }),
      (run) => change(run.batches, 2, { postedAt: '2026-11-22T11:00:00.000Z' }),
      (run) => void run.heads.push({ batch: 2, hash: '22' }),
      (run) => void run.heads.push({ batch: 4, hash: '04' }),
    ];
    for (const spoil of spoilers) expect((await check(spoil)).found).toContain('chain');
  });

  it('names reads that no state of the ledger explains, or that miss what their reader knew', async () => {
    const spoil = (kind: JournalEntry['kind'], fields: (entry: never) => object) => (run: HonestRun) => {
      const index = entryOf(run, kind);
      change(run.entries, index, fields(run.entries[index] as never));
    };
    const spoilers = [
      spoil('page', () => ({ total: 101 })),
      spoil('page', () => ({ accounts: 1 })),
      spoil('snapshot', ({ balances }: { balances: object[] }) => ({
        balances: [balances[0], { ...balances[1], balance: 41 }],
      })),
      spoil('snapshot', ({ balances }: { balances: object[] }) => ({
        balances: [balances[0], { ...balances[1], sequence: 7 }],
      })),
      spoil('snapshot', ({ balances }: { balances: object[] }) => ({ balances: [balances[0], null] })),
      spoil('snapshot', () => ({ after: 7 })),
      spoil('trial balance', () => ({ balanced: false })),
      spoil('trial balance', () => ({ after: 8 })),
      spoil('balance', () => ({ after: 7 })),
      spoil('balance', ({ balance }: { balance: object }) => ({ balance: { ...balance, balance: 30 } })),
      spoil('state', () => ({ operation: null })),
      spoil('state', ({ operation }: { operation: object }) => ({
        operation: { ...operation, status: 'accepted' },
      })),
    ];
    for (const each of spoilers) expect((await check(each)).found).toEqual(['read']);
  });

  it('names an answer that no service may give', async () => {
    const { found } = await check((run) => run.entries.push({ kind: 'impossible', what: '302' }));
    expect(found).toEqual(['impossible answer']);
  });
});

describe('the longest stall', () => {
  it('is the longest time without an acknowledgement, the beginning and the end included', () => {
    const stallOf = (times: number[]) => lengthMs(longestStall(times, { fromMs: 100, toMs: 200 }));
    expect(stallOf([130, 110, 190])).toBe(60);
    expect(stallOf([130, 110])).toBe(70);
    expect(stallOf([180])).toBe(80);
    expect(stallOf([])).toBe(100);
    expect(stallOf([50, 150, 400])).toBe(50);
  });
});
