import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { closeChannel } from './channels.ts';
import type { MessageHeaders } from './trace-header.ts';

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  /** What the content is. */
  readonly type: string;
  /** Differs from that of every other message. */
  readonly messageId: string;
  /** The business service that it comes from, or that it is about. */
  readonly appId: string;
  readonly headers?: MessageHeaders | undefined;
}

/**
 * A message is not known to be in a queue. It is in none: `refused`, because that is at its limit; `unroutable`, because
 * there is no such queue; `unsent`, because there is no connection. `in_doubt`: it may be, but the connection was lost
 * before the broker said so.
 */
export class UnconfirmedError extends Error {
  override readonly name = 'UnconfirmedError';
  readonly why: 'refused' | 'unroutable' | 'unsent' | 'in_doubt';

  constructor(why: UnconfirmedError['why']) {
    super(`a message was not confirmed: ${why}`);
    this.why = why;
  }
}

/** How amqplib calls a nack, which is what a queue at its limit answers; any other error is a channel that is no more. */
const NACKED = 'message nacked';

/** Publishes to queues, and says when a majority of their members has each message on its disk (I1). */
export class ConfirmedPublisher {
  readonly #channel: ConfirmChannel;
  readonly #returned = new Set<string>();
  #isOpen = true;

  /** On a channel of its own. `onClosed` is told that the broker has closed that alone. */
  static async open(connection: ChannelModel, onClosed: () => void): Promise<ConfirmedPublisher> {
    const channel = await connection.createConfirmChannel();
    const publisher = new ConfirmedPublisher(channel);
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (publisher.#isOpen) onClosed();
      publisher.#isOpen = false;
    });
    return publisher;
  }

  private constructor(channel: ConfirmChannel) {
    this.#channel = channel;
    // The broker returns what it cannot route before it confirms it.
    channel.on('return', ({ properties }) => this.#returned.add(String(properties.messageId)));
  }

  /**
   * Resolves when the message is safe. Messages of one publisher are in a queue in the order of the calls.
   *
   * @throws UnconfirmedError
   */
  publish(message: OutgoingMessage): Promise<void> {
    const { exchange, routingKey, content, type, messageId, appId, headers } = message;
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(new UnconfirmedError('unsent'));
      const confirmed = (error: Error | null) => {
        if (this.#returned.delete(messageId)) reject(new UnconfirmedError('unroutable'));
        else if (error === null) resolve();
        else reject(new UnconfirmedError(error.message === NACKED ? 'refused' : 'in_doubt'));
      };
      const properties = { type, messageId, appId, headers, persistent: true, mandatory: true };
      try {
        this.#channel.publish(exchange, routingKey, content, properties, confirmed);
      } catch {
        reject(new UnconfirmedError('unsent'));
      }
    });
  }

  /** Ends it once all is sent. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await closeChannel(this.#channel);
  }

  /** Sends a message that may be lost, and goes nowhere where nobody wants it. */
  tell(message: OutgoingMessage): void {
    const { exchange, routingKey, content, type, messageId, appId } = message;
    if (!this.#isOpen) return;
    try {
      this.#channel.publish(exchange, routingKey, content, { type, messageId, appId });
    } catch {
      // The connection was lost just now: so is the message.
    }
  }
}
