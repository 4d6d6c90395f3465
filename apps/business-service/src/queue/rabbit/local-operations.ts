import type { Logger } from '@lastro/service';
import { closeDatabases, type Databases, openDatabases } from '../lmdb/databases.ts';
import { GroupCommit, type Write } from '../lmdb/group-commit.ts';
import { openAccepted } from '../lmdb/left-at-broker.ts';
import { RecordLog } from '../lmdb/record-log.ts';
import { StoredDeadLetters } from '../lmdb/stored-dead-letters.ts';
import { StoredResults } from '../lmdb/stored-results.ts';
import { StoredTraces } from '../lmdb/stored-traces.ts';
import type { StoredDeadLetter } from '../dead-letter.ts';
import type { OperationRecord, RecordEntry } from '../operation-record.ts';
import type { KnownOperation, QueuedRecord } from '../queue.ts';

/** More than there can be of anything. */
const ALL = 2 ** 31 - 1;

export interface LocalOperationsOptions {
  readonly directory: string;
  readonly businessId: string;
  readonly resultsKeptMax: number;
  /** Whether there is room on the disk to write anything. */
  readonly hasRoom: () => boolean;
  /** Whether to find out which operations of the embedded queue are traced. */
  readonly keepsTraces: boolean;
  readonly onBroken: (error: unknown) => void;
  readonly logger: Logger;
}

/**
 * What a business service with the replicated queue remembers by itself: which operations it took that are not final yet,
 * and final results. It is in the same files as the embedded queue, so the results serve for recovery as well, and what the
 * embedded queue still holds is found. Nothing depends on it that was promised: the broker has the operations, the ledger the
 * results. So what cannot be written is only forgotten, and logged.
 */
export class LocalOperations {
  readonly #databases: Databases;
  readonly #commits: GroupCommit;
  readonly #log: RecordLog;
  readonly #results: StoredResults;
  readonly #logger: Logger;
  readonly #keepsTraces: boolean;
  readonly #accepted: Databases['queue'];
  /** Operations that are being written to it. */
  readonly #noting = new Set<string>();

  /** @throws QueueDirectoryError */
  static open(options: LocalOperationsOptions): Promise<LocalOperations> {
    const { directory, businessId } = options;
    return openDatabases(directory, businessId, (databases) => new LocalOperations(options, databases));
  }

  private constructor(options: LocalOperationsOptions, databases: Databases) {
    this.#databases = databases;
    this.#logger = options.logger;
    this.#keepsTraces = options.keepsTraces;
    this.#commits = new GroupCommit(databases.root, options.hasRoom, options.onBroken);
    this.#accepted = openAccepted(databases.root);
    this.#log = new RecordLog(this.#accepted);
    this.#results = new StoredResults(databases.results, options.resultsKeptMax);
    this.#log.load((id) => this.#results.find(id) !== undefined);
  }

  /** How many operations are accepted and not final, as far as is known here. */
  get depth(): number {
    return this.#log.size + this.#noting.size;
  }

  get oldestAcceptedAtMs(): number | undefined {
    return this.#log.oldest()?.packedAtMs;
  }

  /** Whatever is accepted later has a position after this. */
  get lastPosition(): number {
    return this.#log.lastPosition;
  }

  find(id: string): KnownOperation | undefined {
    // The result first: it never changes (I6), and what was sent twice may still be in the queue once more.
    const final = this.#results.find(id);
    if (final !== undefined) return final;
    const accepted = this.#log.find(id);
    return accepted && { state: 'accepted', json: accepted.record.json(accepted.index), onDisk: undefined };
  }

  /** The broker has the record now. `indexes`: which of its operations are not final. */
  async accept(record: OperationRecord, indexes: Iterable<number> = record.ids.keys()): Promise<void> {
    const open = Array.from(indexes);
    for (const index of open) this.#noting.add(record.id(index));
    const noted = () => {
      for (const index of open) this.#noting.delete(record.id(index));
    };
    await this.#write({
      perform: () => {
        this.#log.put(record, open);
        noted();
      },
      undo: () => this.#log.forget(record.ids),
    });
    noted();
  }

  /** These operations have left the queue; `finals` are the results. */
  async settle(ids: Iterable<string>, finals: readonly RecordEntry[]): Promise<void> {
    const settled = new Map<number, Set<string>>();
    for (const id of ids) {
      const position = this.#log.positionOf(id);
      if (position === undefined) continue;
      const others = settled.get(position);
      if (others === undefined) settled.set(position, new Set([id]));
      else others.add(id);
    }
    await this.#remove(settled, finals);
  }

  /** Whatever was accepted up to `position` has left the queue; of the results nobody has told us. */
  async forgetUpTo(position: number): Promise<void> {
    const positions = Array.from(this.#accepted.getKeys({ end: position + 1 }));
    await this.#remove(new Map(positions.map((at) => [at, new Set(this.#openAt(at))])), []);
  }

  /** Forgets the operations `settled`, by where they are; a record goes with the last that is open in it. */
  async #remove(
    settled: ReadonlyMap<number, ReadonlySet<string>>,
    finals: readonly RecordEntry[],
  ): Promise<void> {
    if (settled.size === 0 && finals.length === 0) return;
    await this.#write({
      perform: () => {
        for (const [position, ids] of settled)
          if (this.#openAt(position).length <= ids.size) this.#log.remove(position);
        this.#results.store(finals, Date.now());
      },
      undo: () => this.#results.reload(),
    });
    for (const [position, ids] of settled)
      this.#log.forget([...ids].filter((id) => this.#log.positionOf(id) === position));
  }

  /** The operations of the record at `position` that are found there. */
  #openAt(position: number): string[] {
    return this.#log.at(position)?.ids.filter((id) => this.#log.positionOf(id) === position) ?? [];
  }

  /** What the embedded queue in the same directory holds: records, and dead letters. */
  embedded(): { readonly records: readonly QueuedRecord[]; readonly letters: readonly StoredDeadLetter[] } {
    const all = { operationsMax: ALL, bytesMax: ALL };
    const letters = new StoredDeadLetters(this.#databases.deadLetters);
    return {
      records: this.#embeddedLog().read(0, all),
      letters: letters.list(0, ALL).map(({ number }) => letters.get(number)!),
    };
  }

  #embeddedLog(): RecordLog {
    const { root, queue } = this.#databases;
    return new RecordLog(queue, { traces: this.#keepsTraces ? new StoredTraces(root) : undefined });
  }

  /** The broker has what the embedded queue had: that has it no longer. */
  async clearEmbedded(): Promise<void> {
    const { records, letters } = this.embedded();
    const log = this.#embeddedLog();
    const stored = new StoredDeadLetters(this.#databases.deadLetters);
    await this.#commits.submit({
      perform: () => {
        for (const { position } of records) log.remove(position);
        for (const { number } of letters) stored.remove(number);
      },
      undo: () => undefined,
    });
  }

  close(): Promise<void> {
    return closeDatabases(this.#databases, this.#commits);
  }

  async #write(write: Write): Promise<boolean> {
    try {
      await this.#commits.submit(write);
      return true;
    } catch (error) {
      this.#logger.warn({ err: error }, 'what became of operations cannot be kept here; the ledger has it');
      return false;
    }
  }
}
