import { isDeepStrictEqual } from 'node:util';
import type { HoldContent } from '@lastro/ledger';
import type { StoredOperation } from '../../../apps/data-service/src/storage/store.ts';
import { canonical, type Content } from '../clients/wire-content.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';
import { AccountHistory, availableOf } from './account-history.ts';
import { checkSeenHolds } from './check-seen-holds.ts';
import type { Journal } from './journal.ts';

/** A dead letter of a business service, once seen on its list. */
export interface LetterOfHost {
  readonly host: string;
  readonly code: string;
  readonly detail: string;
  /** The operation, or all of the atomic group. */
  readonly contents: readonly Content[];
}

/** Whether everything that the clients were told is true, now that all is done. Problems, one line each. */
export function checkAnswers(
  journal: Journal,
  tables: LedgerTables,
  letters: readonly LetterOfHost[],
): string[] {
  return [
    ...journal.violations,
    ...checkAcknowledgements(journal, tables, letters),
    ...checkDeadLetters(journal, tables, letters),
    ...checkResults(journal, tables),
    ...checkOpenings(journal, tables),
    ...checkBalances(journal, tables),
    ...checkReadsOfOwnWrites(journal),
    ...checkSeenHolds(journal, tables),
    ...checkOrder(journal, tables),
  ];
}

/**
 * I1: what was acknowledged is final. The one excuse is a conflict of ids, when the same id came in by two doors
 * at once: then the one that lost is on the dead-letter list of its door.
 */
function checkAcknowledgements(
  journal: Journal,
  tables: LedgerTables,
  letters: readonly LetterOfHost[],
): string[] {
  const dead = new Set(
    letters.flatMap(({ host, contents }) => contents.map((content) => `${host} ${canonical(content)}`)),
  );
  const problems = new Set<string>();
  for (const { id, content, host } of journal.acknowledgements) {
    const stored = tables.operation(id);
    if (stored !== undefined && canonical(stored.content as unknown as Content) === content) continue;
    if (!dead.has(`${host} ${content}`)) problems.add(`${id}, acknowledged by ${host}, is lost (I1)`);
  }
  return [...problems];
}

/** Only a real conflict may end there, and never what is in the ledger. */
function checkDeadLetters(
  journal: Journal,
  tables: LedgerTables,
  letters: readonly LetterOfHost[],
): string[] {
  return letters
    .filter(({ contents, code }) => {
      const wasSent = contents.some(({ id }) => journal.asked.has(id as string));
      const conflicts = contents.some((content) => {
        const stored = tables.operation(content['id'] as string);
        if (stored === undefined) return false;
        // Two groups can begin with the same operation and go on differently: that too is a conflict.
        return contents.length > 1 || canonical(stored.content as unknown as Content) !== canonical(content);
      });
      return wasSent && (code !== 'id_conflict' || !conflicts);
    })
    .map(
      ({ host, code, detail, contents }) =>
        `${host} gave up ${JSON.stringify(contents)}: ${code}, ${detail} (I1)`,
    );
}

/** I6: every final result that anybody saw is the one that is stored. */
function checkResults(journal: Journal, tables: LedgerTables): string[] {
  const problems: string[] = [];
  for (const { operation, host } of journal.results) {
    const stored = tables.operation(operation.id);
    const expected = stored && answerFor(stored, tables);
    if (!isDeepStrictEqual(operation, expected))
      problems.push(
        `${host} showed ${JSON.stringify(operation)}, and the ledger has ${JSON.stringify(expected)} (I6)`,
      );
  }
  return problems;
}

/** What every answer about the operation has to say, as it arrives: by the words of the API. */
export function answerFor(stored: StoredOperation, tables: LedgerTables): unknown {
  const { content, sequence, batch, postedAt, status } = stored;
  const rejection = stored.status === 'rejected' ? stored : undefined;
  const answer = {
    ...content,
    status,
    reason: rejection?.reason,
    failedOperation: rejection?.failedOperation,
    ...(stored.status === 'posted' ? resultFor(stored, tables) : {}),
    sequence,
    batch,
    postedAt,
  };
  // JSON leaves out what is undefined.
  return JSON.parse(JSON.stringify(answer));
}

/** What the ledger has found out. */
function resultFor(
  { content, posting, postedAt }: StoredOperation & { readonly status: 'posted' },
  tables: LedgerTables,
): object {
  if (content.type === 'hold') {
    const { currency } = tables.accounts.get(content.from)!;
    if (content.expiresIn === undefined) return { currency };
    return { currency, expiresAt: new Date(Date.parse(postedAt) + content.expiresIn * 1000).toISOString() };
  }
  if (content.type === 'void' || content.type === 'expiry') return releasedBy(content.hold, tables);
  if (posting === undefined) return {};
  const { debit, credit, amount, currency } = posting;
  const isAboutAnother = content.type === 'capture' || content.type === 'reversal';
  return {
    ...(isAboutAnother ? { from: debit.accountId, to: credit.accountId, amount } : {}),
    currency,
    balances: { [debit.accountId]: debit.balance, [credit.accountId]: credit.balance },
  };
}

/** What is not held any more: what the client has said who asked for the hold. */
function releasedBy(hold: string, tables: LedgerTables): object {
  const { from, to, amount } = tables.operation(hold)!.content as HoldContent;
  return { from, to, amount, currency: tables.accounts.get(from)!.currency };
}

function checkOpenings(journal: Journal, tables: LedgerTables): string[] {
  return journal.openings
    .filter(({ id, account }) => {
      const stored = tables.operation(id);
      const isIt = stored?.status === 'posted' && stored.content.type === 'open';
      return !isIt || stored.postedAt !== account.openedAt || stored.content.account !== account.id;
    })
    .map(({ id, host }) => `${host} said that ${id} has opened an account, and it has not (I6)`);
}

/** A balance that was read is the one after the very operation that it says it counts, and so is what was held then. */
function checkBalances(journal: Journal, tables: LedgerTables): string[] {
  const history = new AccountHistory(tables);
  return journal.balances
    .filter(({ account, balance, held, available, sequence }) => {
      const then = history.at(account, sequence);
      return balance !== then.balance || held !== then.held || available !== availableOf(then);
    })
    .map((seen) => `a balance was read that never was: ${JSON.stringify(seen)}`);
}

/** Whoever was told a result before asking for a balance finds it counted there, whichever service is asked. */
function checkReadsOfOwnWrites({ balances, results }: Journal): string[] {
  return balances.flatMap((seen) => {
    const missed = results.find(
      ({ atMs, operation }) => atMs < seen.sentAtMs && (operation.sequence ?? 0) > seen.sequence,
    );
    return missed === undefined
      ? []
      : [`${JSON.stringify(seen)} does not count ${missed.operation.id}, which a client had seen before`];
  });
}

interface Ordered {
  readonly id: string;
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly knownAtMs: number;
}

/** Design, section 4: what is sent to a service after its answer to another is applied after that other. */
function checkOrder(journal: Journal, tables: LedgerTables): string[] {
  const knownAtMs = new Map<string, number>();
  for (const { id, atMs } of journal.acknowledgements) {
    if (!knownAtMs.has(id)) knownAtMs.set(id, atMs);
  }
  const byHost = new Map<string, Ordered[]>();
  for (const [id, { contents, hosts }] of journal.asked) {
    const stored = tables.operation(id);
    const [first, ...others] = hosts;
    const isPlain = contents.size === 1 && others.length === 0 && stored?.content.group === undefined;
    if (!isPlain || stored === undefined || first === undefined || !knownAtMs.has(id)) continue;
    const [host, sentAtMs] = first;
    const { sequence } = stored;
    byHost.set(host, [
      ...(byHost.get(host) ?? []),
      { id, sequence, sentAtMs, knownAtMs: knownAtMs.get(id)! },
    ]);
  }
  return [...byHost].flatMap(([host, operations]) => overtakenBy(host, operations));
}

function overtakenBy(host: string, operations: readonly Ordered[]): string[] {
  const byAnswer = [...operations].sort((a, b) => a.knownAtMs - b.knownAtMs);
  const bySending = [...operations].sort((a, b) => a.sentAtMs - b.sentAtMs);
  const problems: string[] = [];
  let newest: Ordered | undefined;
  let next = 0;
  for (const later of bySending) {
    for (; next < byAnswer.length && byAnswer[next]!.knownAtMs < later.sentAtMs; next += 1) {
      const earlier = byAnswer[next]!;
      if (newest === undefined || earlier.sequence > newest.sequence) newest = earlier;
    }
    if (newest !== undefined && newest.sequence > later.sequence)
      problems.push(`${host} applied ${later.id} before ${newest.id}, which it had taken earlier`);
  }
  return problems;
}
