import type { OperationContent } from '@lastro/ledger';
import type { Operation } from '@lastro/contract';
import type { Answer, NaiveBank } from '../../../packages/ledger/test/naive-bank.ts';
import type { Bank } from '../bank/bank.ts';
import type { Content } from '../clients/wire-content.ts';
import type { SeenDryRun } from './dry-runs.ts';
import type { Journal } from './journal.ts';
import { showsContent } from './shows-content.ts';

/** A dry run changes nothing: no ledger and no queue knows an id that was tried and never sent. */
export function checkNothingWritten({ dryRuns, asked }: Journal, bank: Bank): string[] {
  return [...dryRuns.ids]
    .filter((id) => !asked.has(id))
    .flatMap((id) => {
      const inLedger = bank.server.tables.operation(id) === undefined ? [] : ['the ledger'];
      const inQueues = bank.businessServices.filter((name) => bank.businessService(name)?.queue.find(id));
      return [...inLedger, ...inQueues].map((where) => `${id} was only tried, and is in ${where}`);
    });
}

/** The first and the last instant that the clocks of those who decide have shown. RFC 3339. */
export type ClocksBetween = (fromMs: number, toMs: number) => readonly [string, string];

/**
 * A dry run says what would have come of it at some instant between its sending and its answer. It is tried on the naive
 * bank at each state that the ledger had in between, until one fits.
 */
export class DryRunCheck {
  readonly #clocks: ClocksBetween;
  #open: readonly SeenDryRun[];

  constructor(seen: readonly SeenDryRun[], clocks: ClocksBetween) {
    this.#clocks = clocks;
    this.#open = seen;
  }

  /** To be called with each state of the ledger in turn. `headTime`: when its newest batch was posted. */
  at(batch: number, model: NaiveBank, headTime: string): void {
    this.#open = this.#open.filter((seen) => {
      const mayBeAt = seen.batchWhenSent <= batch && batch <= seen.batchWhenAnswered;
      return !mayBeAt || !this.#isTrueAt(seen, model, headTime);
    });
  }

  /** Problems, one line each. To be called after the last state. */
  get problems(): string[] {
    return this.#open.map(
      ({ host, contents, answer }) =>
        `${host} said of the dry run of ${JSON.stringify(contents)}: ${JSON.stringify(answer)}, which was true at no time`,
    );
  }

  #isTrueAt(seen: SeenDryRun, model: NaiveBank, headTime: string): boolean {
    const clocks = this.#clocks(seen.sentAtMs, seen.atMs);
    // The time of the ledger does not go back.
    const [first, last] = clocks.map((instant) => (instant > headTime ? instant : headTime)) as [
      string,
      string,
    ];
    return timesBetween(first, last, seen.contents, model).some((time) => {
      model.setTime(time);
      const expected = tryOut(model, seen.contents);
      if (seen.answer === 'conflict') return expected.some(({ status }) => status === 'conflict');
      return seen.answer.every((operation) => fits(operation, seen.contents, expected, [first, last]));
    });
  }
}

/** Only whether a hold is over by then makes a difference. */
function timesBetween(first: string, last: string, contents: readonly Content[], model: NaiveBank): string[] {
  const ends = contents
    .map(({ hold }) => model.holds.get(hold as string)?.overAtMs ?? Infinity)
    .filter((overAtMs) => overAtMs > Date.parse(first) && overAtMs < Date.parse(last))
    .map((overAtMs) => new Date(overAtMs).toISOString());
  return [...new Set([first, ...ends, last])];
}

/** What the bank would answer, with the accounts of its own that it opens by itself when they are first needed. */
function tryOut(model: NaiveBank, contents: readonly Content[]): Answer[] {
  const openings = contents.flatMap((content) =>
    bankAccountsFor(content)
      .filter(({ account }) => !model.accounts.has(account))
      .map(
        ({ account, currency }) =>
          ({ type: 'open', id: account, account, currency, overdraftLimit: 0 }) as const,
      ),
  );
  return model.tryOut([...openings, ...contents.map(asStored)]).slice(openings.length);
}

/** In the one spelling of an instant. */
function asStored(content: Content): OperationContent {
  const { effectiveAt } = content as { effectiveAt?: string };
  const instant = effectiveAt === undefined ? {} : { effectiveAt: new Date(effectiveAt).toISOString() };
  return { ...content, ...instant } as unknown as OperationContent;
}

function bankAccountsFor({ type, currency, rate }: Content): { account: string; currency: string }[] {
  const of = (kind: string) => [{ account: `@${kind}.${currency as string}`, currency: currency as string }];
  if (type === 'open') return of('cash');
  return rate === undefined ? [] : of('fx');
}

/** Whether the answer says of this operation what the naive bank says of it. */
function fits(
  operation: Operation,
  contents: readonly Content[],
  expected: readonly Answer[],
  [first, last]: readonly [string, string],
): boolean {
  const index = contents.findIndex(({ id }) => id === operation.id);
  const answer = expected[index]!;
  if (!showsContent(operation, contents[index]!) || answer.status !== operation.status) return false;
  // What is known already is shown as it is; what is not has no place in the ledger.
  const isKnown = operation.sequence !== undefined;
  if (isKnown === (operation.dryRun === true) || isKnown !== (operation.postedAt !== undefined)) return false;
  if (isKnown) return operation.sequence === answer.sequence;
  return answer.status === 'posted'
    ? hasBalances(operation, answer.balances) && endsBetween(operation, first, last)
    : operation.reason === answer.reason && isBlamed(operation, contents, expected);
}

/** A movement names both accounts and what is on them after it. */
function hasBalances(
  { type, from, to, balances = {} }: Operation,
  expected: Record<string, bigint>,
): boolean {
  const [payer, receiver] = Object.keys(expected);
  const namesBoth =
    payer === undefined || !['capture', 'reversal'].includes(type) || (from === payer && to === receiver);
  const isExact = Object.entries(expected).every(([id, balance]) => balances[id] === Number(balance));
  return namesBoth && isExact && Object.keys(balances).length === Object.keys(expected).length;
}

/** A hold would begin at the time of the answer, and end so much later. */
function endsBetween({ type, expiresIn, expiresAt }: Operation, first: string, last: string): boolean {
  if (type !== 'hold' || expiresIn === undefined) return expiresAt === undefined;
  const beginsAt = new Date(Date.parse(expiresAt!) - expiresIn * 1000).toISOString();
  return first <= beginsAt && beginsAt <= last;
}

/** What is rejected with its group names the operation that has failed. */
function isBlamed(
  { reason, failedOperation }: Operation,
  contents: readonly Content[],
  expected: readonly Answer[],
): boolean {
  if (reason !== 'group_rejected') return failedOperation === undefined;
  const failed = expected.findIndex(
    (answer) => answer.status === 'rejected' && answer.reason !== 'group_rejected',
  );
  return failedOperation === contents[failed]?.['id'];
}
