import { isDeepStrictEqual } from 'node:util';
import type { Bank } from '../bank/bank.ts';
import { answerFor } from './check-answers.ts';
import type { Journal } from './journal.ts';

/**
 * What a service has taken, it knows: it answers for it without the ledger, and as the ledger would, unless it keeps
 * few results.
 */
export function checkMemories(bank: Bank, journal: Journal): string[] {
  if (!journal.resultsAreKept) return [];
  const problems = new Set<string>();
  for (const { id, host } of journal.acknowledgements) {
    // Of two contents under one id, the one that lost may have been discarded by the operator.
    if (journal.mayConflict(id)) continue;
    const known = bank.businessService(host)?.queue.find(id);
    const stored = bank.server.tables.operation(id);
    const isRight =
      known?.state === 'final' &&
      stored !== undefined &&
      isDeepStrictEqual(JSON.parse(known.json), answerFor(stored, bank.server.tables));
    if (!isRight) problems.add(`${host} has taken ${id}, and remembers ${known?.state ?? 'nothing'} (I6)`);
  }
  return [...problems];
}
