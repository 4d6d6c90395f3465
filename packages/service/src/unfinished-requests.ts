import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Lets a server that closes come to its end. Node waits for every connection on which a request may be arriving, also
 * for one that has never sent a byte, and for one that stays after its last answer; and from the beginning of the close on
 * it does not look for slow peers any more. One silent connection would keep the server open for ever.
 */
export class UnfinishedRequests {
  /** Each connection, with the newest answer on it. */
  readonly #connections = new Map<Socket, ServerResponse | undefined>();

  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, undefined);
      socket.once('close', () => this.#connections.delete(socket));
    });
    server.on('request', (request, response) => this.#connections.set(request.socket, response));
  }

  /** From now on, every `graceMs`, cuts all connections on which no answer is being made: nobody there was promised one. */
  cutEvery(graceMs: number): void {
    const timer = setInterval(() => this.#cut(), graceMs).unref();
    this.#server.once('close', () => clearInterval(timer));
  }

  #cut(): void {
    for (const [socket, answer] of this.#connections) {
      const isBeingAnswered = answer?.req.complete === true && !answer.writableFinished;
      if (!isBeingAnswered) socket.destroy();
    }
  }
}
