import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { uuidv7 } from 'uuidv7';
import type { BackoffLimits } from '../../worker/backoff.ts';
import type { OperationRecord } from '../operation-record.ts';
import type { OperationTrace } from '../operation-traces.ts';
import type { BrokerState } from '../queue.ts';
import type { BrokerAddress } from './broker-addresses.ts';
import { BrokerLink, GOODBYE_TIMEOUT_MS } from './broker-link.ts';
import { ConfirmedPublisher, UnconfirmedError } from './confirmed-publisher.ts';
import { HeldLetters } from './held-letters.ts';
import { closeChannel, openChannel } from './channels.ts';
import { checkQueues } from './queue-checks.ts';
import { QueueLooks } from './queue-looks.ts';
import { MESSAGE_TYPES, OperationsFeed } from './operations-feed.ts';
import { ServiceName } from './service-name.ts';
import { StartLimit } from './start-limit.ts';
import { hearResults, RESULT_TYPES, type ToldResult } from './told-results.ts';
import { type MessageHeaders, traceHeaders } from './trace-header.ts';
import type { Safety } from './unsafe.ts';
import { checkVersion, limitsDeliveries } from './broker-version.ts';
import { type BrokerNames, brokerNames, declareTopology, durableQueues } from './topology.ts';

export interface BrokerOptions extends Safety {
  readonly addresses: readonly BrokerAddress[];
  /** Base URLs of the broker's management plugin, with user and password. */
  readonly managementUrls: readonly string[];
  /** What the names of queues begin with. */
  readonly name: string;
  readonly businessId: string;
  readonly messagesMax: number;
  readonly membersMin: number;
  readonly prefetch: number;
  /** Most memory for messages that were delivered and are not acknowledged. */
  readonly heldMaxBytes: number;
  /** Whether what messages say of traces is read. */
  readonly keepsTraces: boolean;
  /** Longest wait for a connection and what makes it usable. */
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly heartbeatSeconds: number;
  readonly backoff: BackoffLimits;
}

export interface BrokerObserver {
  /** Results are told from now on; what was told before may have been lost. */
  readonly onHearing: () => void;
  /** Something is told of operations that this business service took. */
  readonly onResult: (result: ToldResult) => void;
  /** Something was set aside that is none of operations. */
  readonly onUnreadable: () => void;
}

const SET_ASIDE_PAUSE_MS = 1000;
const REFUSAL_DOUBT_MS = 500;

/**
 * All that this business service has at the broker, by two connections: one publishes and one reads, because a broker short of
 * memory or disk stops to read from those that publish, and its queues could not be emptied by the same.
 */
export class Broker {
  readonly names: BrokerNames;
  readonly feed: OperationsFeed;
  readonly letters: HeldLetters;
  readonly #options: BrokerOptions;
  readonly #observer: BrokerObserver;
  readonly #publishing: BrokerLink;
  readonly #reading: BrokerLink;
  readonly #name: ServiceName;
  /** The connection that is set up to publish by, and the publisher on it. */
  #publishingBy: { readonly connection: ChannelModel; readonly publisher: ConfirmedPublisher } | undefined;
  readonly #looks: QueueLooks;
  /** The connection that the broker takes nothing by, because a node of it is short of memory or disk. */
  #blocked: ChannelModel | undefined;
  #isReading = false;
  #limitsDeliveries = false;
  #isInDoubt = false;

  constructor(options: BrokerOptions, observer: BrokerObserver) {
    this.#options = options;
    this.#observer = observer;
    this.names = brokerNames(options.name);
    this.letters = new HeldLetters(this.names.deadLetters(options.businessId));
    this.#looks = new QueueLooks(durableQueues(this.names, options.businessId));
    this.#name = new ServiceName({ ...options, queue: this.names.service(options.businessId) });
    this.feed = new OperationsFeed({
      queues: [this.names.operations, this.names.returned],
      prefetch: options.prefetch,
      heldMaxBytes: options.heldMaxBytes,
      keepsTraces: options.keepsTraces,
      onOther: (message) => this.#dealWithOther(message),
      onClosed: () => this.#reading.drop('the broker gives no more operations'),
    });
    this.#publishing = this.#link('publishing', {
      setUp: (connection) => this.#setUpPublishing(connection),
      onDown: () => {
        this.#publishingBy = undefined;
      },
    });
    this.#reading = this.#link('reading', {
      setUp: (connection) => this.#setUpReading(connection),
      onDown: () => {
        this.#isReading = false;
        this.feed.disconnect();
        this.letters.disconnect();
      },
    });
  }

  /** What is known of it, for those who watch. */
  get state(): BrokerState {
    const { names } = this;
    const { businessId, messagesMax } = this.#options;
    const queues = [
      ['operations', names.operations],
      ['returned', names.returned],
      ['dead_letters', names.deadLetters(businessId)],
      ['unreadable', names.unreadable],
    ] as const;
    return {
      connections: { publishing: this.isWritable, reading: this.#isReading },
      queues: queues.flatMap(([queue, name]) => {
        const sight = this.#looks.sights.get(name);
        return sight === undefined ? [] : [{ queue, ...sight, messagesMax }];
      }),
    };
  }

  /** Whether a majority of the broker has just confirmed what we published, and we are still connected, and not blocked. */
  get isWritable(): boolean {
    return this.#publishingBy !== undefined && this.#publishingBy.connection !== this.#blocked;
  }

  /** @throws QueueBrokerError */
  async open(): Promise<void> {
    const { addresses, startTimeoutMs } = this.#options;
    const limit = new StartLimit(startTimeoutMs);
    await this.#publishing.open(limit);
    try {
      await checkQueues({
        ...this.#options,
        vhost: addresses[0]!.vhost,
        queues: durableQueues(this.names, this.#options.businessId),
        limitsDeliveries: this.#limitsDeliveries,
        limit,
      });
      await this.#reading.open(limit);
    } catch (error) {
      await this.#publishing.close();
      throw error;
    }
  }

  /** Sends operations to whoever reads them. `traces`: which of them are traced. @throws UnconfirmedError */
  publishOperations(record: OperationRecord, traces?: readonly OperationTrace[]): Promise<void> {
    const { operations } = this.names;
    const headers = traces && traceHeaders(traces);
    return this.publish(operations, MESSAGE_TYPES.operations, record.bytes, uuidv7(), headers);
  }

  /** Resolves when the message is on the disks of a majority. @throws UnconfirmedError */
  publish(
    queue: string,
    type: string,
    content: Buffer,
    messageId: string = uuidv7(),
    headers?: MessageHeaders,
  ): Promise<void> {
    const message = { exchange: '', routingKey: queue, content, type, messageId, headers };
    const by = this.#publishingBy;
    if (by === undefined) return Promise.reject(new UnconfirmedError('unsent'));
    return by.publisher.publish({ ...message, appId: this.#options.businessId });
  }

  /** Tells the business service `to` something; it may be lost. */
  tell(to: string, type: string, content: Buffer, messageId: string = uuidv7()): void {
    const message = { exchange: this.names.results, routingKey: to, content, type, messageId };
    this.#publishingBy?.publisher.tell({ ...message, appId: this.#options.businessId });
  }

  /** Publishing has come to nothing for too long: another node may do better. */
  dropPublishing(why: string): void {
    this.#publishing.drop(why);
  }

  /**
   * The broker has refused a message to `queue`. A channel whose first message came while the queue had no leader is refused for as
   * long as it lives (seen with 3.10), so where the queue is not full another is made.
   */
  async doubtRefusal(queue: string): Promise<void> {
    const by = this.#publishingBy;
    if (by === undefined || this.#isInDoubt) return;
    this.#isInDoubt = true;
    try {
      await sleep(REFUSAL_DOUBT_MS);
      const channel = await openChannel(by.connection);
      const { messageCount } = await channel.checkQueue(queue);
      await closeChannel(channel);
      const isSame = this.#publishingBy === by;
      if (isSame && messageCount < this.#options.messagesMax)
        this.dropPublishing('the broker refuses although the queue is not full');
    } catch {
      // The connection was lost meanwhile, and with it the channel.
    } finally {
      this.#isInDoubt = false;
    }
  }

  /** Nothing comes, although something should. */
  dropReading(why: string): void {
    this.#reading.drop(why);
  }

  /** What is not acknowledged goes back, and the broker knows all that is. */
  async close(): Promise<void> {
    // A goodbye of the connection overtakes what its channels have not sent yet.
    const publisher = this.#publishingBy?.publisher;
    const sent = [this.feed.giveBack(), this.letters.close(), publisher?.close() ?? Promise.resolve()];
    await inTime(Promise.all(sent), GOODBYE_TIMEOUT_MS);
    await this.#reading.close();
    await this.#publishing.close();
  }

  #link(
    role: string,
    { setUp, onDown }: { setUp: (connection: ChannelModel) => Promise<void>; onDown: () => void },
  ): BrokerLink {
    const { addresses, businessId, timeoutMs, heartbeatSeconds, backoff, logger } = this.#options;
    const name = `lastro ${businessId} ${role}`;
    return new BrokerLink({ addresses, name, timeoutMs, heartbeatSeconds, backoff, logger, setUp, onDown });
  }

  async #setUpPublishing(connection: ChannelModel): Promise<void> {
    const { businessId, logger } = this.#options;
    connection.on('blocked', (reason) => {
      this.#blocked = connection;
      logger.error({ reason }, 'the broker takes nothing more for now');
    });
    connection.on('unblocked', () => {
      this.#blocked = undefined;
      logger.info('the broker takes messages again');
    });
    checkVersion(connection, this.#options);
    this.#limitsDeliveries = limitsDeliveries(connection);
    await declareTopology(connection, { ...this.#options, names: this.names });
    const publisher = await ConfirmedPublisher.open(connection, () =>
      this.#publishing.drop('the broker has closed the channel'),
    );
    // Nothing is promised by this node before it has shown that it can keep a promise.
    await publisher
      .publish({
        ...{ exchange: '', routingKey: this.names.operations, content: Buffer.alloc(0) },
        ...{ type: MESSAGE_TYPES.barrier, messageId: uuidv7(), appId: businessId },
      })
      .catch((error: unknown) => {
        // A full queue says so.
        if (!(error instanceof UnconfirmedError && error.why === 'refused')) throw error;
      });
    this.#publishingBy = { connection, publisher };
  }

  async #setUpReading(connection: ChannelModel): Promise<void> {
    const { businessId } = this.#options;
    const drop = () => this.#reading.drop('the broker has closed a channel');
    await declareTopology(connection, { ...this.#options, names: this.names });
    await this.#name.take(connection);
    await hearResults(connection, this.names.results, businessId, {
      result: this.#observer.onResult,
      closed: drop,
    });
    await this.#holdLetters(connection);
    await this.feed.connect(connection);
    this.#isReading = true;
    void this.#looks.follow(connection);
    this.#observer.onHearing();
  }

  /** A broker closes a channel that holds messages for long (its consumer_timeout), and letters are held for long. */
  async #holdLetters(connection: ChannelModel): Promise<void> {
    let isLost = false;
    connection.once('close', () => (isLost = true));
    await this.letters.connect(connection, () => {
      this.letters.disconnect();
      setImmediate(() => {
        if (!isLost)
          this.#holdLetters(connection).catch(() => this.#reading.drop('dead letters do not come'));
      });
    });
  }

  /** A message at the front that holds no operations. */
  async #dealWithOther({ properties, content }: ConsumeMessage): Promise<void> {
    const [type, from, messageId] = [properties.type, properties.appId, properties.messageId].map(String);
    if (type === MESSAGE_TYPES.barrier)
      return this.tell(from!, RESULT_TYPES.barrier, Buffer.alloc(0), messageId);
    await this.publish(this.names.unreadable, type!, content).catch(async (error: unknown) => {
      // It comes again by another connection; not at once, for the reason may last.
      await sleep(SET_ASIDE_PAUSE_MS);
      throw error;
    });
    this.#options.logger.error(
      { from, queue: this.names.unreadable, bytes: content.length },
      'a message in the queue of operations is damaged or not ours; it was set aside',
    );
    this.#observer.onUnreadable();
  }
}

/** Waits for `work`, but no longer than that: a broker that is gone says nothing. */
async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, sleep(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}
