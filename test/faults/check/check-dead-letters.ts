import { showsContent, type DeadLetters } from './known-contents.ts';
import type { LedgerView } from './ledger-view.ts';
import type { Violations } from './violations.ts';

/** Only what the ledger really has with another content may be given up, and nothing that it has (I1, I7). */
export function checkDeadLetters(letters: DeadLetters, ledger: LedgerView, violations: Violations): void {
  for (const { host, code, operation } of letters.all) {
    const row = ledger.find(operation.id);
    const isConflict = row !== undefined && !showsContent(operation, row.content);
    if (code !== 'id_conflict' || !isConflict)
      violations.add('dead letter', `${host} gave up ${JSON.stringify(operation)}: ${code} (I1)`);
  }
}
