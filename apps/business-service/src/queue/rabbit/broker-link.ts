import type { Logger } from '@lastro/service';
import { type ChannelModel, connect } from 'amqplib';
import { type BackoffLimits, pauseAfter } from '../../worker/backoff.ts';
import type { BrokerAddress } from './broker-addresses.ts';
import { QueueBrokerError } from './broker-error.ts';
import type { StartLimit } from './start-limit.ts';

const TRYING_AGAIN = 'the broker cannot be used; trying again';

/**
 * A RabbitMQ that was killed and started again was seen not to answer when a channel or a connection is closed. Nothing
 * depends on the answer: what is not acknowledged goes back in any case.
 */
export const GOODBYE_TIMEOUT_MS = 2000;

export interface BrokerLinkOptions {
  /** Nodes of one broker; each is as good as the others. */
  readonly addresses: readonly BrokerAddress[];
  /** What the broker's own pages call the connection. */
  readonly name: string;
  /** Longest wait for a connection, and for what makes it usable. */
  readonly timeoutMs: number;
  /** A peer that is silent for twice as long is dead. */
  readonly heartbeatSeconds: number;
  readonly backoff: BackoffLimits;
  readonly logger: Logger;
  /** Makes a new connection usable: channels, queues, consumers. */
  readonly setUp: (connection: ChannelModel) => Promise<void>;
  /** The connection is lost, with all that was set up on it. */
  readonly onDown: () => void;
}

/** A connection that is set up. */
interface Up {
  readonly connection: ChannelModel;
  /** Resolves when it is lost, to the reason. */
  readonly lost: Promise<string>;
}

/**
 * One connection to the broker, to whichever node answers, made again for as long as it takes. States:
 *
 * - connecting: one node after the other, with a growing pause.
 * - up: connected and set up.
 * - lost, by the broker, the network, or `drop`: connecting again, at the next node first.
 * - closed.
 */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  readonly #closing = new AbortController();
  #turn = 0;
  #up: Up | undefined;
  #running: Promise<void> | undefined;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  /**
   * Connects, and keeps connected from then on. Gives up when `limit` is over.
   *
   * @throws QueueBrokerError
   */
  async open(limit: StartLimit): Promise<void> {
    const { timeoutMs, backoff, logger } = this.#options;
    let why: QueueBrokerError | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const up = await this.#connect(Math.min(timeoutMs, Math.max(1, limit.leftMs)));
        this.#running = this.#keep(up);
        return;
      } catch (error) {
        const fault = brokerFault(error);
        if (fault.isLasting) throw fault;
        if (why === undefined || !fault.isSilence) why = fault;
        const delayMaxMs = Math.min(backoff.delayMaxMs, limit.leftMs);
        if (delayMaxMs === 0) throw limit.exceeded(why);
        logger.warn({ attempt, why: fault.message }, TRYING_AGAIN);
        await pauseAfter(attempt, { ...backoff, delayMaxMs }, this.#closing.signal);
      }
    }
  }

  /** Gives the connection up at once, whatever is under way on it, and makes another. */
  drop(why: string): void {
    if (this.#up !== undefined) destroy(this.#up.connection, why);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#up !== undefined) {
      const { connection, lost } = this.#up;
      const timer = setTimeout(() => destroy(connection, 'no goodbye'), GOODBYE_TIMEOUT_MS);
      // What is said to a connection that is lost meanwhile is never answered.
      await Promise.race([connection.close().catch(() => undefined), lost]);
      clearTimeout(timer);
    }
    await this.#running;
  }

  async #keep(first: Up): Promise<void> {
    const { logger, name, backoff, timeoutMs } = this.#options;
    let up: Up | undefined = first;
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      if (up !== undefined) {
        const why = await up.lost;
        if (this.#closing.signal.aborted) return;
        logger.warn({ why, connection: name }, 'the connection to the broker is lost');
        attempt = 1;
      }
      await pauseAfter(attempt, backoff, this.#closing.signal);
      up = await this.#connect(timeoutMs).catch((error: unknown) => {
        logger.warn({ attempt, why: brokerFault(error).message }, TRYING_AGAIN);
        return undefined;
      });
      if (up !== undefined) logger.info({ connection: name }, 'the broker can be used again');
    }
  }

  /** Connects to the node whose turn it is, and sets up: each in `timeoutMs`. */
  async #connect(timeoutMs: number): Promise<Up> {
    const { addresses, name, heartbeatSeconds, setUp, onDown } = this.#options;
    const address = addresses[this.#turn % addresses.length]!;
    this.#turn += 1;
    const connection = await connect(
      { ...address, heartbeat: heartbeatSeconds },
      { timeout: timeoutMs, noDelay: true, clientProperties: { connection_name: name } },
    ).catch((error: unknown) => {
      throw connectFault(error as Error, address, timeoutMs);
    });
    const lost = new Promise<string>((resolve) => {
      let why = 'closed';
      connection.on('error', (error) => (why = error.message));
      connection.on('close', () => {
        this.#up = undefined;
        destroy(connection, 'closed');
        onDown();
        resolve(why);
      });
    });
    this.#up = { connection, lost };
    let silence: QueueBrokerError | undefined;
    const timer = setTimeout(() => {
      const why = `${nodeOf(address)}: what is needed there was not set up in ${timeoutMs / 1000} seconds`;
      silence = new QueueBrokerError(why, { isLasting: false, isSilence: true });
      destroy(connection, why);
    }, timeoutMs);
    try {
      // Some calls of amqplib are never answered once the connection is lost.
      await Promise.race([setUp(connection), lost.then((why) => Promise.reject(new Error(why)))]);
    } catch (error) {
      destroy(connection, 'not usable');
      throw silence ?? error;
    } finally {
      clearTimeout(timer);
    }
    // It may have been lost just now, or the service is stopping: then `lost` says so.
    if (this.#closing.signal.aborted) destroy(connection, 'closed');
    return { connection, lost };
  }
}

/** The way to end a connection whose peer does not answer: amqplib has none, and its goodbye waits for an answer. */
function destroy(connection: ChannelModel, why: string): void {
  const { stream } = connection.connection as unknown as { readonly stream: { destroy(error: Error): void } };
  stream.destroy(new Error(why));
}

/** Why there is no connection to the node, in words for an operator, and whether trying again may help. */
function connectFault(error: Error, address: BrokerAddress, timeoutMs: number): QueueBrokerError {
  const { message, code } = error as NodeJS.ErrnoException;
  if (/ACCESS.REFUSED/.test(message)) {
    return new QueueBrokerError('the broker refuses the user or the password in LASTRO_QUEUE', {
      isLasting: true,
      cause: error,
    });
  }
  if (/Expected ConnectionOpenOk/.test(message)) {
    return new QueueBrokerError(
      'the broker has no such virtual host as LASTRO_QUEUE names, or not for this user',
      {
        isLasting: true,
        cause: error,
      },
    );
  }
  const isSilence = message === 'connect ETIMEDOUT';
  const why = isSilence ? `no answer in ${timeoutMs / 1000} seconds` : message || String(code);
  return new QueueBrokerError(`${nodeOf(address)}: ${why}`, { isLasting: false, isSilence, cause: error });
}

function nodeOf({ hostname, port }: BrokerAddress): string {
  return `${hostname}:${port}`;
}

/** What keeps a connection from being used, and whether trying again may help. */
function brokerFault(error: unknown): QueueBrokerError {
  if (error instanceof QueueBrokerError) return error;
  const { message } = error as Error;
  const [, refused] = /ACCESS.REFUSED.* (access to .*? refused for user)/.exec(message) ?? [];
  return refused === undefined
    ? new QueueBrokerError(message, { isLasting: false, cause: error })
    : new QueueBrokerError(
        `the user in LASTRO_QUEUE needs permission to configure, write and read all of LASTRO_QUEUE_NAME: ${refused}`,
        { isLasting: true, cause: error },
      );
}
