import type { Logger } from '@lastro/service';
import type { ChannelModel } from 'amqplib';
import { type BackoffLimits, pauseAfter } from '../../worker/backoff.ts';
import { QueueBrokerError } from './broker-error.ts';
import { openChannel } from './channels.ts';

/** The broker says that the queue is another connection's, or on a node that has just gone. */
const NOT_TO_BE_HAD = [405, 404];

/**
 * For so long the broker may believe that a connection of ours lives that does not: until its heartbeats are missed, or, when
 * its node has vanished, until the others have noticed.
 */
const LINGERING_MAX_MS = 90_000;

export interface ServiceNameOptions {
  readonly businessId: string;
  /** The queue that stands for the name. */
  readonly queue: string;
  readonly backoff: BackoffLimits;
  readonly logger: Logger;
  readonly lingeringMaxMs?: number;
}

/**
 * That nobody else runs under the name of this business service: two of one name would share their dead letters and be told
 * each other's results. The name is a queue that belongs to one connection, and goes with it: the broker refuses it to a
 * second. Whoever starts waits for it; who had it once goes on without, as the connection that still has it is most likely
 * its own that broke.
 */
export class ServiceName {
  readonly #options: ServiceNameOptions;
  #wasOurs = false;

  constructor(options: ServiceNameOptions) {
    this.#options = options;
  }

  /** Takes the name for as long as `connection` lasts. @throws QueueBrokerError when another has it and we never had. */
  async take(connection: ChannelModel): Promise<void> {
    if (this.#wasOurs) {
      // Nothing that was promised waits for a name.
      void this.#takeAgain(connection);
      return;
    }
    if (!(await this.#declare(connection))) throw new QueueBrokerError(this.#takenBy(), { isLasting: false });
    this.#wasOurs = true;
  }

  #takenBy(): string {
    const { businessId } = this.#options;
    return `another business service is connected to the broker as ${businessId}: each needs a LASTRO_BUSINESS_ID of its own`;
  }

  async #takeAgain(connection: ChannelModel): Promise<void> {
    const { backoff, logger, lingeringMaxMs = LINGERING_MAX_MS } = this.#options;
    const over = new AbortController();
    const giveUp = setTimeout(() => {
      over.abort();
      logger.error(this.#takenBy());
    }, lingeringMaxMs).unref();
    connection.once('close', () => {
      clearTimeout(giveUp);
      over.abort();
    });
    for (let attempt = 1; !over.signal.aborted; attempt += 1) {
      if (await this.#declare(connection).catch(() => false)) break;
      await pauseAfter(attempt, backoff, over.signal);
    }
    clearTimeout(giveUp);
  }

  /** Whether the name is ours now. */
  async #declare(connection: ChannelModel): Promise<boolean> {
    const channel = await openChannel(connection);
    try {
      await channel.assertQueue(this.#options.queue, { exclusive: true, autoDelete: false, durable: false });
      await channel.close();
      return true;
    } catch (error) {
      if (NOT_TO_BE_HAD.includes(Number((error as { code?: unknown }).code))) return false;
      throw error;
    }
  }
}
