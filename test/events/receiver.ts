import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Event } from '@lastro/contract';
import { Webhook } from 'standardwebhooks';

/** What the receiver does with a request. */
export type Answer = (response: ServerResponse, received: Received) => void | Promise<void>;

export interface Received {
  readonly messageId: string;
  readonly event: Event;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const OK: Answer = (response) => void response.writeHead(204).end();
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end('what is wrong');

/** An endpoint as a user of the bank has it. It notes each request, and whether two were ever under way. */
export class Receiver {
  readonly url: string;
  readonly requests: Received[] = [];
  /** Those that were answered with 2xx, in order. */
  readonly taken: Received[] = [];
  answer: Answer = OK;
  overlapped = false;
  #underWay = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?from=bank`;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new Receiver(server);
    server.on('request', (request, response) => void receiver.#receive(request, response));
    return receiver;
  }

  /** The ids of the events that it took, repeats left out, as a receiver should. */
  get ids(): string[] {
    return [...new Map(this.taken.map(({ messageId, event }) => [messageId, event.id])).values()];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay += 1;
    this.overlapped ||= this.#underWay > 1;
    response.once('close', () => (this.#underWay -= 1));
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const headers = request.headers as Record<string, string>;
    const received = {
      messageId: headers['webhook-id']!,
      event: JSON.parse(body) as Event,
      headers,
      body,
    };
    this.requests.push(received);
    response.once('finish', () => {
      if (response.statusCode < 300) this.taken.push(received);
    });
    await this.answer(response, received);
  }
}

/** Whether the library of the standard takes the message for one that was signed with `secret`. */
export function isSignedWith(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
