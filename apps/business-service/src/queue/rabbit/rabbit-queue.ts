import assert from 'node:assert/strict';
import { type Logger, ProblemError } from '@lastro/service';
import { uuidv7 } from 'uuidv7';
import { RenewedMap } from '../../renewed-map.ts';
import {
  discardLetter,
  LettersOnTheMove,
  type NewDeadLetter,
  recordOf,
  type StoredDeadLetter,
} from '../dead-letter.ts';
import type { OperationRecord, RecordEntry, RecordLimits } from '../operation-record.ts';
import type { OperationTrace } from '../operation-traces.ts';
import type {
  BatchLimits,
  BrokerState,
  DeadLetter,
  DiscardOutcome,
  KnownOperation,
  OperationQueue,
  Outcome,
  QueuedRecord,
} from '../queue.ts';
import { acceptedElsewhere } from './accepted-elsewhere.ts';
import { Barriers } from './barriers.ts';
import { Broker, type BrokerOptions } from './broker.ts';
import { QueueBrokerError } from './broker-error.ts';
import { UnconfirmedError } from './confirmed-publisher.ts';
import { encodeLetter } from './held-letters.ts';
import { LocalOperations, type LocalOperationsOptions } from './local-operations.ts';
import { type FedRecord, MESSAGE_TYPES } from './operations-feed.ts';
import { OutgoingMessages } from './outgoing-messages.ts';
import { type Settlement, settlementsOf } from './settlement.ts';
import { takeOverEmbedded } from './embedded-takeover.ts';
import { encodeDead, encodeFinals, RESULT_TYPES, type ToldResult } from './told-results.ts';

export interface RabbitQueueOptions {
  readonly broker: BrokerOptions;
  readonly local: LocalOperationsOptions;
  /** Most operations taken here that may be in the queue and on the dead-letter list together. */
  readonly depthMax: number;
  /** Most text, in UTF-16 units, that may wait for confirms. */
  readonly unsentLengthMax: number;
  /** What requests share one message up to. */
  readonly message: RecordLimits;
  /** Publishing that takes longer is given up: whether the broker has the operations is not known then. */
  readonly stalledAfterMs: number;
  /** Told of each operation, taken here, that another business service has posted. */
  readonly onResult: (id: string, outcome: Outcome) => void;
  /** Told of each message that was set aside, because it has no operations. */
  readonly onUnreadable: () => void;
  readonly logger: Logger;
}

/** Operations that were appended here, and are not both confirmed and noted in the local store. */
interface Unwritten {
  readonly json: string;
  readonly onDisk: Promise<void>;
  /** Pending while a confirmed one is noted. */
  noting: Promise<void> | undefined;
}

const WATCH_INTERVAL_MS = 250;
/** After a refusal of the broker for want of room, so long nothing is thought to be taken. */
const FULL_FOR_MS = 1000;

/**
 * The queue of all business services of a bank, at RabbitMQ: see OperationQueue for what it promises, and ADR 9 for how. Any
 * business service posts what another took; each knows and counts what it took itself.
 */
export class RabbitQueue implements OperationQueue {
  readonly #options: RabbitQueueOptions;
  readonly #local: LocalOperations;
  readonly #broker: Broker;
  readonly #outgoing: OutgoingMessages;
  readonly #barriers: Barriers;
  readonly #watch: NodeJS.Timeout;
  readonly #unwritten = new RenewedMap<string, Unwritten>();
  #given = new RenewedMap<number, FedRecord>();
  readonly #lettersOnTheMove = new LettersOnTheMove();
  #unconfirmed = 0;
  #fullUntilMs = -Infinity;

  /** @throws QueueDirectoryError, QueueBrokerError */
  static async open(options: RabbitQueueOptions): Promise<RabbitQueue> {
    const local = await LocalOperations.open(options.local);
    const queue = new RabbitQueue(options, local);
    try {
      await queue.#broker.open();
      await takeOverEmbedded(local, queue.#broker, options.broker).catch((error: Error) => {
        const why = `what the embedded queue still holds could not be handed over: ${error.message}`;
        throw new QueueBrokerError(why, { isLasting: false, cause: error });
      });
      return queue;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  private constructor(options: RabbitQueueOptions, local: LocalOperations) {
    this.#options = options;
    this.#local = local;
    this.#broker = new Broker(options.broker, {
      onHearing: () => void this.#barriers.raise(),
      onResult: (result) =>
        void this.#hear(result).catch((error: unknown) =>
          options.logger.error(
            { err: error },
            'what was told of operations cannot be used; the ledger knows',
          ),
        ),
      onUnreadable: options.onUnreadable,
    });
    this.#outgoing = new OutgoingMessages(options.message, options.broker.keepsTraces, (record, traces) =>
      this.#send(record, traces),
    );
    this.#barriers = new Barriers(local, {
      publish: (id) =>
        this.#broker.publish(this.#broker.names.operations, MESSAGE_TYPES.barrier, Buffer.alloc(0), id),
      onSilence: () => this.#broker.dropReading('nothing comes by it; another node may do better'),
    });
    this.#watch = setInterval(() => this.#look(), WATCH_INTERVAL_MS).unref();
  }

  get depth(): number {
    return this.#unconfirmed + this.#local.depth;
  }

  get deadLetterCount(): number {
    return this.#broker.letters.count;
  }

  get oldestAppendedAtMs(): number | undefined {
    return this.#local.oldestAcceptedAtMs;
  }

  get health(): 'writable' | 'full' | 'stalled' {
    if (!this.#broker.isWritable || this.#outgoing.busyForMs > this.#options.stalledAfterMs) return 'stalled';
    return this.#held >= this.#options.depthMax || performance.now() < this.#fullUntilMs
      ? 'full'
      : 'writable';
  }

  get broker(): BrokerState {
    return this.#broker.state;
  }

  get #held(): number {
    return this.depth + this.deadLetterCount;
  }

  append(entries: readonly RecordEntry[], atomic: boolean): Promise<void> {
    assert(entries.length > 0, 'something to append');
    const refusal = this.#refusal(entries.length);
    if (refusal !== undefined) return Promise.reject(refusal);
    const onDisk = this.#outgoing.add(entries, atomic);
    for (const { id, json } of entries) this.#unwritten.set(id, { json, onDisk, noting: undefined });
    this.#unconfirmed += entries.length;
    return onDisk;
  }

  /** I9: past the limit nothing is taken, and nothing that was taken is dropped. */
  #refusal(count: number): ProblemError | undefined {
    if (this.#held + count > this.#options.depthMax) {
      return new ProblemError(
        'queue_full',
        `The queue holds ${this.#held} operations of this service; its limit is ${this.#options.depthMax}.`,
      );
    }
    if (this.#outgoing.length > this.#options.unsentLengthMax) {
      return new ProblemError('queue_full', 'More is waiting for the broker than it can write right now.');
    }
    return this.health === 'stalled' ? new ProblemError('queue_unavailable') : undefined;
  }

  /** Resolves when the record is safe (I1). */
  async #send(record: OperationRecord, traces: readonly OperationTrace[] | undefined): Promise<void> {
    try {
      await this.#publishOperations(record, traces);
    } catch (error) {
      this.#unconfirmed -= record.count;
      for (const id of record.ids) this.#unwritten.delete(id);
      throw error;
    }
    this.#unconfirmed -= record.count;
    this.#note(record, record.ids.keys());
  }

  /** Notes here that the broker has the record, and that its operations at `indexes` are not final. */
  #note(record: OperationRecord, indexes: Iterable<number>): void {
    const open = Array.from(indexes);
    const noting = this.#local.accept(record, open).then(() => {
      for (const index of open) this.#unwritten.delete(record.id(index));
    });
    for (const index of open) {
      const unwritten = this.#unwritten.get(record.id(index));
      if (unwritten !== undefined) unwritten.noting = noting;
    }
  }

  /** @throws ProblemError `queue_full`, `queue_unavailable`: nothing was taken; `queue_in_doubt`: nobody knows. */
  async #publishOperations(record: OperationRecord, traces?: readonly OperationTrace[]): Promise<void> {
    try {
      await this.#broker.publishOperations(record, traces);
    } catch (error) {
      if (!(error instanceof UnconfirmedError)) throw error;
      if (error.why === 'in_doubt') throw new ProblemError('queue_in_doubt', undefined, { cause: error });
      // Somebody has deleted the queue: the next connection makes it again.
      if (error.why === 'unroutable') this.#broker.dropPublishing('there is no queue of operations');
      if (error.why !== 'refused') throw new ProblemError('queue_unavailable', undefined, { cause: error });
      this.#fullUntilMs = performance.now() + FULL_FOR_MS;
      void this.#broker.doubtRefusal(this.#broker.names.operations);
      throw new ProblemError('queue_full', 'The replicated queue takes nothing right now.', { cause: error });
    }
  }

  find(id: string): KnownOperation | undefined {
    const unwritten = this.#unwritten.get(id);
    if (unwritten !== undefined) {
      const onDisk = unwritten.noting === undefined ? unwritten.onDisk : undefined;
      return { state: 'accepted', json: unwritten.json, onDisk };
    }
    return this.#local.find(id) ?? this.#broker.letters.find(id);
  }

  async next(limits: BatchLimits, signal: AbortSignal): Promise<readonly QueuedRecord[]> {
    const { businessId } = this.#options.broker;
    const records = await this.#broker.feed.next(limits, signal);
    this.#barriers.heard();
    return records.map((fed) => {
      this.#given.set(fed.position, fed);
      const { origin, ...queued } = fed;
      if (origin === businessId) return queued;
      return { ...queued, record: acceptedElsewhere(fed.record, origin), takenElsewhere: true };
    });
  }

  async settle(records: readonly QueuedRecord[], outcomes: readonly Outcome[]): Promise<void> {
    const fed = records.map(({ position }) => this.#given.get(position)!);
    const settlements = settlementsOf(fed, outcomes);
    // What is dead was accepted, so it must be safe elsewhere before it leaves the queue (I1).
    for (const { origin, letters } of settlements)
      await Promise.all(letters.map((letter) => this.#keepLetter(origin, letter)));
    for (const settlement of settlements) {
      if (settlement.origin === this.#options.broker.businessId)
        await this.#settleOwn(settlement.ids, settlement.finals);
      else this.#tellOf(settlement);
    }
    // Only now does the broker forget the operations: what is not acknowledged comes again, and the ids answer (I2).
    await this.#broker.feed.settle(fed);
    for (const { position } of fed) this.#given.delete(position);
  }

  async giveBack(): Promise<void> {
    this.#given = new RenewedMap();
    await this.#broker.feed.giveBack();
  }

  async #keepLetter(origin: string, letter: NewDeadLetter): Promise<void> {
    const messageId = uuidv7();
    const { names, letters } = this.#broker;
    const { businessId } = this.#options.broker;
    const publish = (owner: string) =>
      this.#broker.publish(names.deadLetters(owner), 'letter', encodeLetter(letter), messageId);
    try {
      await publish(origin).catch((error: unknown) => {
        // Somebody has deleted its queue: the letter is better here than nowhere.
        if (error instanceof UnconfirmedError && error.why === 'unroutable') return publish(businessId);
        throw error;
      });
    } catch (error) {
      // Until the letter is kept, nothing is settled, and nothing more is posted.
      if (error instanceof UnconfirmedError && error.why === 'refused')
        void this.#broker.doubtRefusal(names.deadLetters(origin));
      throw new ProblemError('queue_unavailable', undefined, { cause: error });
    }
    if (origin === businessId) await letters.arrival(messageId);
  }

  async #settleOwn(ids: readonly string[], finals: readonly RecordEntry[]): Promise<void> {
    for (const id of ids) {
      // What has come back from the broker so soon may not be noted here yet.
      const unwritten = this.#unwritten.get(id);
      if (unwritten === undefined) continue;
      await unwritten.onDisk.catch(() => undefined);
      await unwritten.noting;
    }
    await this.#local.settle(ids, finals);
  }

  #tellOf({ origin, finals, dead }: Settlement): void {
    if (finals.length > 0) this.#broker.tell(origin, RESULT_TYPES.finals, encodeFinals(finals));
    if (dead.length > 0) this.#broker.tell(origin, RESULT_TYPES.dead, encodeDead(dead));
  }

  /** Another business service has posted what was taken here. */
  async #hear(result: ToldResult): Promise<void> {
    this.#barriers.heard();
    if (result.kind === 'barrier') return this.#barriers.passed(result.id);
    if (result.kind === 'dead') {
      await this.#settleOwn(
        result.results.map(({ id }) => id),
        [],
      );
      for (const { id, ...failure } of result.results)
        this.#options.onResult(id, { kind: 'dead', ...failure });
      return;
    }
    const finals = result.results.map(({ entry }) => entry);
    await this.#settleOwn(
      finals.map(({ id }) => id),
      finals,
    );
    for (const { entry, outcome } of result.results) this.#options.onResult(entry.id, outcome);
  }

  deadLetters(after: number, limit: number): readonly DeadLetter[] {
    return this.#broker.letters.list(after, limit);
  }

  async retryDeadLetter(id: string): Promise<boolean> {
    const letter = this.#broker.letters.holding(id);
    return letter !== undefined && this.#takeLetter(letter, () => this.#sendAgain(letter));
  }

  async #sendAgain(letter: StoredDeadLetter): Promise<void> {
    const record = recordOf(letter, Date.now());
    const onDisk = this.#publishOperations(record);
    const failed = letter.failures.map(({ index }) => index);
    for (const index of failed)
      this.#unwritten.set(letter.ids[index]!, {
        json: letter.operations[index]!,
        onDisk,
        noting: undefined,
      });
    try {
      await onDisk;
    } catch (error) {
      for (const index of failed) this.#unwritten.delete(letter.ids[index]!);
      throw error;
    }
    this.#note(record, failed);
  }

  discardDeadLetter(id: string, failedAt?: string): Promise<DiscardOutcome> {
    return discardLetter(this.#broker.letters.holding(id), failedAt, (letter) =>
      this.#takeLetter(letter, () => Promise.resolve()),
    );
  }

  /** Takes the letter off the list, after `act`; false when another request is at it. */
  #takeLetter(letter: StoredDeadLetter, act: () => Promise<void>): Promise<boolean> {
    const { letters } = this.#broker;
    return this.#lettersOnTheMove.move(letter, async () => {
      if (!letters.isAtHand(letter)) throw new ProblemError('queue_unavailable');
      await act();
      letters.take(letter);
    });
  }

  /** What must not be left alone for long. */
  #look(): void {
    if (this.#outgoing.busyForMs > this.#options.stalledAfterMs) {
      this.#broker.dropPublishing('the broker did not confirm in time');
    }
    void this.#barriers.look();
  }

  async close(): Promise<void> {
    await this.#outgoing.idle();
    clearInterval(this.#watch);
    await this.#broker.close();
    await this.#local.close();
  }
}
