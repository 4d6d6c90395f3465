import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { NewDeadLetter, StoredDeadLetter } from '../dead-letter.ts';
import type { KnownOperation } from '../queue.ts';
import { closeChannel, openChannel } from './channels.ts';

interface HeldLetter {
  readonly letter: StoredDeadLetter;
  /** The message that holds it at the broker; `undefined` while that is not connected. */
  message: ConsumeMessage | undefined;
}

export function encodeLetter(letter: NewDeadLetter): Buffer {
  return Buffer.from(JSON.stringify(letter));
}

/**
 * The dead letters of this business service. They are kept by the broker, in a queue of their own: all of them are
 * delivered here, and each is acknowledged only when it is sent again or discarded. So a service that starts
 * elsewhere under the same name has them all.
 */
export class HeldLetters {
  /** Where the broker keeps them. */
  readonly queue: string;
  readonly #byNumber = new Map<number, HeldLetter>();
  readonly #numberByMessage = new Map<string, number>();
  readonly #numberById = new Map<string, number>();
  readonly #awaited = new Map<string, () => void>();
  #channel: Channel | undefined;
  #nextNumber = 1;

  constructor(queue: string) {
    this.queue = queue;
  }

  get count(): number {
    return this.#byNumber.size;
  }

  /** Has the letters delivered by this connection. `onClosed`: the broker has ended that. */
  async connect(connection: ChannelModel, onClosed: () => void): Promise<void> {
    const channel = await openChannel(connection);
    this.#channel = channel;
    channel.on('close', () => {
      if (this.#channel === channel) onClosed();
    });
    // All of them, whatever their number: the queue has a limit.
    await channel.prefetch(0);
    const { messageCount } = await channel.checkQueue(this.queue);
    let arrived = 0;
    await new Promise<void>((resolve, reject) => {
      channel.on('close', () => reject(new Error('the dead letters were not delivered')));
      if (messageCount === 0) resolve();
      channel
        .consume(this.queue, (message) => {
          if (message === null) return void channel.close().catch(() => undefined);
          this.#deliver(channel, message);
          arrived += 1;
          if (arrived >= messageCount) resolve();
        })
        .catch(reject);
    });
  }

  /** The connection is lost: letters are still shown, and cannot be taken until it is back. */
  disconnect(): void {
    this.#channel = undefined;
    for (const held of this.#byNumber.values()) held.message = undefined;
    for (const tell of [...this.#awaited.values()]) tell();
  }

  /** The broker has learned of all that was taken. */
  async close(): Promise<void> {
    const channel = this.#channel;
    this.disconnect();
    if (channel !== undefined) await closeChannel(channel);
  }

  /** Resolves when the letter in message `messageId` is here, or the connection is lost. */
  arrival(messageId: string): Promise<void> {
    if (this.#channel === undefined || this.#numberByMessage.has(messageId)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaited.set(messageId, () => {
        this.#awaited.delete(messageId);
        resolve();
      });
    });
  }

  list(after: number, limit: number): StoredDeadLetter[] {
    return Array.from(this.#byNumber.values(), ({ letter }) => letter)
      .filter(({ number }) => number > after)
      .slice(0, limit);
  }

  /** The letter that operation `id` failed in. */
  holding(id: string): StoredDeadLetter | undefined {
    const number = this.#numberById.get(id);
    return number === undefined ? undefined : this.#byNumber.get(number)?.letter;
  }

  find(id: string): KnownOperation | undefined {
    const letter = this.holding(id);
    const failure = letter?.failures.find(({ index }) => letter.ids[index] === id);
    return failure && { state: 'dead', json: letter!.operations[failure.index]!, failure };
  }

  /** Whether the letter can be taken right now. */
  isAtHand({ number }: StoredDeadLetter): boolean {
    return this.#channel !== undefined && this.#byNumber.get(number)?.message !== undefined;
  }

  /** Takes the letter off the list, and has the broker forget it. */
  take({ number }: StoredDeadLetter): void {
    const held = this.#byNumber.get(number);
    if (held?.message === undefined) return;
    acknowledge(this.#channel, held.message);
    this.#forget(number, held);
  }

  #deliver(channel: Channel, message: ConsumeMessage): void {
    const messageId = String(message.properties.messageId);
    const known = this.#numberByMessage.get(messageId);
    if (known !== undefined) this.#byNumber.get(known)!.message = message;
    else this.#add(channel, messageId, message);
    this.#awaited.get(messageId)?.();
  }

  #add(channel: Channel, messageId: string, message: ConsumeMessage): void {
    const letter = decodeLetter(message.content);
    // Not ours: it stays at the broker, for whoever put it there.
    if (letter === undefined) return;
    const failed = letter.failures.map(({ index }) => letter.ids[index]!);
    const twin = failed.map((id) => this.#numberById.get(id)).find((number) => number !== undefined);
    // A record that was delivered twice may make its letters twice.
    if (twin !== undefined) return acknowledge(channel, message);
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#byNumber.set(number, { letter: { ...letter, number }, message });
    this.#numberByMessage.set(messageId, number);
    for (const id of failed) this.#numberById.set(id, number);
  }

  #forget(number: number, { letter, message }: HeldLetter): void {
    this.#byNumber.delete(number);
    this.#numberByMessage.delete(String(message?.properties.messageId));
    for (const { index } of letter.failures) this.#numberById.delete(letter.ids[index]!);
  }
}

function decodeLetter(content: Buffer): NewDeadLetter | undefined {
  try {
    const letter = JSON.parse(content.toString('utf8')) as Partial<NewDeadLetter> | null;
    const isWhole = [letter?.ids, letter?.operations, letter?.failures].every(Array.isArray);
    return isWhole ? (letter as NewDeadLetter) : undefined;
  } catch {
    return undefined;
  }
}

function acknowledge(channel: Channel | undefined, message: ConsumeMessage): void {
  try {
    channel?.ack(message);
  } catch {
    // The channel was lost just now: the letter comes again.
  }
}
