import assert from 'node:assert/strict';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { BUSINESS_ID_PATTERN } from '@lastro/contract';
import { Arrivals } from '../arrivals.ts';
import { OperationRecord } from '../operation-record.ts';
import type { OperationTrace } from '../operation-traces.ts';
import type { BatchLimits } from '../queue.ts';
import { closeChannel, openChannel } from './channels.ts';
import { HeldMemory } from './held-memory.ts';
import { tracesIn } from './trace-header.ts';

/** What the messages of the queue are, by their `type`. */
export const MESSAGE_TYPES = { operations: 'operations', barrier: 'barrier' } as const;

/** A record, by the business service that took its operations. */
export interface FedRecord {
  readonly position: number;
  readonly record: OperationRecord;
  readonly origin: string;
  readonly traces?: readonly OperationTrace[];
}

const BUSINESS_ID = new RegExp(BUSINESS_ID_PATTERN);

interface Delivered {
  readonly position: number;
  readonly message: ConsumeMessage;
  /** `undefined`: it is none of operations, and nobody is given it. */
  readonly record: OperationRecord | undefined;
}

export interface FeedOptions {
  /** The queues to read, each by one reader at a time. */
  readonly queues: readonly string[];
  /** Most messages that are held here and not acknowledged, of each queue. */
  readonly prefetch: number;
  /** Most bytes of all of them; one that is larger is held alone. */
  readonly heldMaxBytes: number;
  /** Whether to read what messages say of traces. */
  readonly keepsTraces: boolean;
  /** A message without operations has come to the front: everything before it is settled. */
  readonly onOther: (message: ConsumeMessage) => Promise<void>;
  /** The broker gives no more, as when a message was held for too long: another connection is needed. */
  readonly onClosed: () => void;
}

/**
 * Reads operations from the broker, with a place in line: while another business service reads, nothing comes; when that is
 * lost, the broker gives us what it had not acknowledged, in order, and what follows. Messages are acknowledged in their
 * order, once their operations are settled. With the channel all that was not acknowledged goes back.
 */
export class OperationsFeed {
  readonly #options: FeedOptions;
  #connection: ChannelModel | undefined;
  #channel: Channel | undefined;
  #wanted = false;
  /** Delivered and not acknowledged, in order; a new channel begins anew. */
  #held: Delivered[] = [];
  /** How many of those were given to the reader, or needed none. */
  #given = 0;
  #position = 0;
  readonly #arrivals = new Arrivals();
  readonly #memory: HeldMemory;
  #finishing: Promise<void> = Promise.resolve();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#memory = new HeldMemory(options.prefetch, options.heldMaxBytes);
  }

  /** The connection that messages come by from now on. */
  async connect(connection: ChannelModel): Promise<void> {
    this.#connection = connection;
    if (this.#wanted) await this.#subscribe();
  }

  /** The connection is lost. */
  disconnect(): void {
    this.#connection = undefined;
    this.#forgetChannel();
  }

  /** The records that follow, as OperationQueue.next gives them. Takes a place in line, if there is none yet. */
  async next(limits: BatchLimits, signal: AbortSignal): Promise<readonly FedRecord[]> {
    while (!signal.aborted) {
      if (!this.#wanted) {
        this.#wanted = true;
        // Where that fails, the connection has failed, and the next one brings the subscription.
        await this.#subscribe().catch(() => undefined);
      }
      const records = this.#take(limits);
      if (records.length > 0) return records;
      await this.#arrivals.wait(signal);
    }
    return [];
  }

  /** Acknowledges records that `next` gave, if they are still ours. */
  async settle(records: readonly FedRecord[]): Promise<void> {
    const last = records.at(-1)?.position;
    const index = this.#held.findIndex(({ position }) => position === last);
    const channel = this.#channel;
    if (index < 0 || channel === undefined) return;
    assert(index < this.#given, 'only what was given is settled');
    acknowledge(channel, this.#held[index]!.message);
    for (const { message } of this.#held.splice(0, index + 1)) this.#memory.free(message.content.length);
    this.#given -= index + 1;
    await this.#finishOthers();
  }

  /** Leaves the line: what is here and not settled goes to another reader. The next `next` takes a place again. */
  async giveBack(): Promise<void> {
    this.#wanted = false;
    const channel = this.#channel;
    this.#forgetChannel();
    if (channel !== undefined) await closeChannel(channel);
  }

  #take({ operationsMax, bytesMax }: BatchLimits): FedRecord[] {
    const taken: FedRecord[] = [];
    let operations = 0;
    let bytes = 0;
    for (; this.#given < this.#held.length; this.#given += 1) {
      const { position, record, message } = this.#held[this.#given]!;
      // A barrier: what comes after it waits until what is before it is settled.
      if (record === undefined) break;
      operations += record.count;
      bytes += record.bytes.length;
      if (taken.length > 0 && (operations > operationsMax || bytes > bytesMax)) break;
      const { appId, headers } = message.properties as { readonly appId: unknown; readonly headers: unknown };
      const traces = this.#options.keepsTraces ? tracesIn(headers, record.count) : undefined;
      taken.push({ position, record, origin: String(appId), ...(traces && { traces }) });
    }
    return taken;
  }

  async #subscribe(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || this.#channel !== undefined) return;
    const channel = await openChannel(connection);
    if (this.#channel !== undefined || this.#connection !== connection) return closeChannel(channel);
    this.#channel = channel;
    channel.on('close', () => {
      if (this.#channel === channel) this.#options.onClosed();
    });
    await channel.prefetch(this.#memory.prefetch);
    for (const queue of this.#options.queues) {
      await channel.consume(queue, (message) => {
        if (message === null) this.#options.onClosed();
        else if (this.#channel === channel) this.#deliver(message);
      });
    }
  }

  /** Where nothing is held and the broker is to give more at a time, or less: by another channel. */
  async #subscribeAnew(): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined || !this.#memory.needsNewChannel()) return;
    this.#forgetChannel();
    await closeChannel(channel);
    // Where that fails, the connection has failed, and the next one brings the subscription.
    if (this.#wanted) await this.#subscribe().catch(() => undefined);
  }

  #deliver(message: ConsumeMessage): void {
    // What has no room is let go, and so is all that follows it: it comes again, in order, by another channel.
    if (!this.#memory.take(message.content.length)) return;
    this.#position += 1;
    this.#held.push({ position: this.#position, message, record: recordIn(message) });
    this.#arrivals.tell();
    void this.#finishOthers();
  }

  /** Deals with the messages at the front that have no operations, one after the other. */
  #finishOthers(): Promise<void> {
    this.#finishing = this.#finishing.then(async () => {
      for (;;) {
        const front = this.#held[0];
        const channel = this.#channel;
        if (front === undefined) return this.#subscribeAnew();
        if (front.record !== undefined || channel === undefined) return;
        try {
          await this.#options.onOther(front.message);
        } catch {
          // It could not be put where it belongs: it comes again.
          return this.#options.onClosed();
        }
        if (this.#held[0] !== front) continue;
        acknowledge(channel, front.message);
        this.#held.shift();
        this.#memory.free(front.message.content.length);
        this.#given = Math.max(0, this.#given - 1);
        this.#arrivals.tell();
      }
    });
    return this.#finishing;
  }

  #forgetChannel(): void {
    this.#channel = undefined;
    this.#held = [];
    this.#given = 0;
    this.#memory.beginAnew();
  }
}

/** Anybody may put anything in a queue: what cannot be read must not be met again and again. */
function recordIn({ properties, content }: ConsumeMessage): OperationRecord | undefined {
  if (properties.type !== MESSAGE_TYPES.operations) return undefined;
  const origin: unknown = properties.appId;
  if (typeof origin !== 'string' || !BUSINESS_ID.test(origin)) return undefined;
  try {
    return OperationRecord.read(content);
  } catch {
    return undefined;
  }
}

function acknowledge(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.ack(message, true);
  } catch {
    // The channel was lost just now: the message comes again, and its ids answer (I2).
  }
}
