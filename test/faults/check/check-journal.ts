import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '@lastro/contract';
import { canonical, type Content } from '../../simulation/clients/wire-content.ts';
import { ANY_HOST, type JournalEntry } from '../clients/journal-entry.ts';
import { type DeadLetters, showsContent } from './known-contents.ts';
import { answerFor, type LedgerRow, type LedgerView } from './ledger-view.ts';
import type { Violations } from './violations.ts';

type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** What is known of each operation of the ledger from all journals together. */
export class Marks {
  /** By sequence: somebody asked for just this. */
  readonly asked = new Set<number>();
  /** By sequence: some attempt was acknowledged, or may have been taken. */
  readonly mayBeTaken = new Set<number>();
  /** By sequence: somebody was told that it is taken, or final. */
  readonly acknowledged = new Set<number>();

  /** Once all journals are read: nothing is in the ledger that no client has brought there. */
  check(rows: readonly LedgerRow[], violations: Violations): void {
    for (const { sequence, id, content } of rows) {
      if (isOfTheBank(content)) continue;
      if (!this.asked.has(sequence))
        violations.add('invented', `operation ${sequence}, ${id}, is not what any client sent (I7)`);
      else if (!this.mayBeTaken.has(sequence))
        violations.add('posted though refused', `operation ${sequence}, ${id}, was refused each time`);
    }
  }
}

/** What the bank does by itself: it opens cash accounts, and holds whose time is over expire. */
function isOfTheBank(content: Content): boolean {
  const { type, account } = content;
  return type === 'expiry' || (type === 'open' && String(account).startsWith('@cash.'));
}

/** A request that is not settled yet. */
interface OpenRequest {
  readonly contents: readonly Content[];
  readonly hosts: Set<string>;
  /** Attempts without an answer so far. */
  pending: number;
}

export interface JournalChecks {
  readonly client: string;
  readonly ledger: LedgerView;
  readonly letters: DeadLetters;
  readonly marks: Marks;
  readonly violations: Violations;
}

/** Holds one client's journal, entry by entry, against the ledger as it is when all is done. */
export class JournalCheck {
  /** When operations were acknowledged. */
  readonly acknowledgedAtMs: number[] = [];
  readonly #checks: JournalChecks;
  readonly #open = new Map<number, OpenRequest>();

  constructor(checks: JournalChecks) {
    this.#checks = checks;
  }

  /** Entries about reads are another's business. */
  add(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'request':
        return this.#request(entry);
      case 'attempt':
        return this.#attempt(entry);
      case 'acknowledged':
        return this.#acknowledged(entry);
      case 'refused':
        return this.#refused(entry);
      case 'not taken':
        return void this.#settle(entry.request, false);
      case 'in doubt':
        return void this.#settle(entry.request, true);
      case 'impossible':
        return this.#add('impossible answer', entry.what);
      default:
    }
  }

  /** After the last entry: what was under way when the client ended may have been taken. */
  finish(): void {
    for (const [request, { pending }] of this.#open) {
      if (pending > 0) this.#settle(request, true);
    }
  }

  #request({ request, contents }: Entry<'request'>): void {
    const { ledger, marks } = this.#checks;
    this.#open.set(request, { contents, hosts: new Set(), pending: 0 });
    for (const content of contents) {
      const row = this.#rowOf(content);
      if (row !== undefined) marks.asked.add(row.sequence);
    }
    if (contents[0]?.['group'] === undefined) return;
    // I3: all of the group in one place and one batch, or none of it anywhere.
    const first = ledger.find(contents[0]['id'] as string);
    const isWhole = contents.every((content, index) => {
      const row = ledger.find(content['id'] as string);
      if (first === undefined || row === undefined) return row === first;
      return row.sequence === first.sequence + index && row.batch === first.batch;
    });
    const rejected = contents.filter((content) => this.#rowOf(content)?.reason !== undefined).length;
    if (!isWhole || (rejected > 0 && rejected < contents.length))
      this.#add('torn group', `atomic group ${String(contents[0]['id'])} is in the ledger in part (I3)`);
  }

  #attempt({ request, host }: Entry<'attempt'>): void {
    const open = this.#open.get(request)!;
    open.pending += 1;
    open.hosts.add(host);
  }

  #acknowledged({ request, host, at, operations }: Entry<'acknowledged'>): void {
    const { contents } = this.#settle(request, true);
    this.#open.delete(request);
    this.acknowledgedAtMs.push(at);
    for (const [index, operation] of operations.entries()) {
      this.#checkAcknowledgement(host, contents[index]!, operation);
    }
  }

  #checkAcknowledgement(host: string, content: Content, operation: Operation): void {
    const { letters, ledger, marks } = this.#checks;
    const id = content['id'] as string;
    if (operation.id !== id)
      return this.#add('impossible answer', `${host} answered about ${operation.id} instead of ${id}`);
    if (!showsContent(operation, content))
      this.#add('changed', `${host} shows ${id} with another content (I7)`);
    const row = this.#rowOf(content);
    if (row !== undefined) marks.acknowledged.add(row.sequence);
    else if (!letters.holds(host, content)) {
      const instead =
        ledger.find(id) === undefined ? 'is not in the ledger' : 'is in the ledger with another content';
      this.#add('lost', `${id}, acknowledged by ${host} as ${operation.status}, ${instead} (I1)`);
    }
    if (operation.status === 'accepted') {
      if (host !== ANY_HOST && operation.acceptedBy !== host)
        this.#add('impossible answer', `${host} says that ${operation.acceptedBy} has accepted ${id}`);
    } else checkResult(host, operation, ledger, this.#checks);
  }

  #refused({ request, host, owner }: Entry<'refused'>): void {
    this.#settle(request, false);
    // The one that owns the id is shown as it stands.
    if (owner !== undefined && owner.status !== 'accepted')
      checkResult(host, owner, this.#checks.ledger, this.#checks);
  }

  #settle(request: number, mayBeTaken: boolean): OpenRequest {
    const open = this.#open.get(request)!;
    open.pending -= 1;
    if (!mayBeTaken) return open;
    for (const content of open.contents) {
      const row = this.#rowOf(content);
      if (row !== undefined) this.#checks.marks.mayBeTaken.add(row.sequence);
    }
    return open;
  }

  /** The operation of the ledger that is just this one. */
  #rowOf(content: Content): LedgerRow | undefined {
    const row = this.#checks.ledger.find(content['id'] as string);
    return row !== undefined && canonical(row.content) === canonical(content) ? row : undefined;
  }

  #add(kind: Parameters<Violations['add']>[0], what: string): void {
    this.#checks.violations.add(kind, `${this.#checks.client}: ${what}`);
  }
}

/** I6: a final result that anybody saw is the one that is stored. */
export function checkResult(
  host: string,
  operation: Operation,
  ledger: LedgerView,
  { client, violations }: { readonly client: string; readonly violations: Violations },
): void {
  const row = ledger.find(operation.id);
  if (row !== undefined && isDeepStrictEqual(operation, answerFor(row))) return;
  const stored = row === undefined ? 'nothing' : JSON.stringify(answerFor(row));
  violations.add(
    row === undefined ? 'lost' : 'changed',
    `${client}: ${host} showed ${JSON.stringify(operation)}, and the ledger has ${stored} (I6)`,
  );
}
