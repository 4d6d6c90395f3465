import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { closeChannel, openChannel } from './channels.ts';

/** What is seen of one queue at the broker. */
export interface QueueSight {
  /** Those that no reader holds. */
  readonly messages: number;
  readonly readers: number;
}

const INTERVAL_MS = 5000;

/** Looks from time to time at what waits in queues, for those who watch the bank. Nothing else depends on it. */
export class QueueLooks {
  readonly #queues: readonly string[];
  #sights: ReadonlyMap<string, QueueSight> = new Map();

  constructor(queues: readonly string[]) {
    this.#queues = queues;
  }

  /** By the queue's name, as it was some seconds ago; empty: nothing is known. */
  get sights(): ReadonlyMap<string, QueueSight> {
    return this.#sights;
  }

  /** Looks as long as the connection lasts. */
  async follow(connection: ChannelModel): Promise<void> {
    const over = new AbortController();
    connection.once('close', () => over.abort());
    while (!over.signal.aborted) {
      // A queue that was deleted just now is made again with the next connection.
      const sights = await this.#look(connection).catch(() => new Map<string, QueueSight>());
      this.#sights = over.signal.aborted ? new Map() : sights;
      await sleep(INTERVAL_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    }
    this.#sights = new Map();
  }

  async #look(connection: ChannelModel): Promise<Map<string, QueueSight>> {
    const sights = new Map<string, QueueSight>();
    const channel = await openChannel(connection);
    for (const queue of this.#queues) {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      sights.set(queue, { messages: messageCount, readers: consumerCount });
    }
    await closeChannel(channel);
    return sights;
  }
}
