import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { JournalEntry } from '../clients/journal-entry.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { JournalCheck, Marks } from './check-journal.ts';
import { checkLedger, type NotedHead } from './check-ledger.ts';
import { type ClosedSet, ReadCheck, type ReadCounts } from './check-reads.ts';
import type { DeadLetters } from './known-contents.ts';
import { type LedgerTables, LedgerView } from './ledger-view.ts';
import type { Violations } from './violations.ts';

/** What is left of a run when all is done. */
export interface Evidence {
  readonly tables: LedgerTables;
  readonly heads: readonly NotedHead[];
  readonly letters: DeadLetters;
  readonly closed: ClosedSet;
  /** Of each client, its entries in order. */
  readonly journals: readonly { readonly client: string; readonly entries: AsyncIterable<JournalEntry> }[];
}

export interface Checked {
  /** Operations of the ledger that a client was told of. */
  readonly acknowledged: number;
  readonly acknowledgedAtMs: readonly number[];
  readonly reads: ReadCounts;
}

/** Holds everything that clients were told against the ledger, and the ledger against the rules. */
export async function checkRun(evidence: Evidence, violations: Violations): Promise<Checked> {
  const { tables, letters, closed } = evidence;
  checkLedger(tables, evidence.heads, violations);
  const ledger = new LedgerView(tables);
  checkDeadLetters(letters, ledger, violations);
  const marks = new Marks();
  const times: number[][] = [];
  const reads: ReadCounts = { totals: 0, balances: 0, operations: 0, trialBalances: 0 };
  for (const { client, entries } of evidence.journals) {
    const journal = new JournalCheck({ client, ledger, letters, marks, violations });
    const read = new ReadCheck({ client, ledger, closed, violations });
    for await (const entry of entries) {
      journal.add(entry);
      read.add(entry);
    }
    journal.finish();
    times.push(journal.acknowledgedAtMs);
    for (const kind of Object.keys(reads) as (keyof ReadCounts)[]) reads[kind] += read.counts[kind];
  }
  marks.check(tables.rows, violations);
  return { acknowledged: marks.acknowledged.size, acknowledgedAtMs: times.flat(), reads };
}

/** A journal as it is on disk. */
export function journalIn(path: string): Evidence['journals'][number] {
  return { client: basename(path, '.jsonl'), entries: readEntries(path) };
}

async function* readEntries(path: string): AsyncGenerator<JournalEntry> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    yield JSON.parse(line) as JournalEntry;
}
