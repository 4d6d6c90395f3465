import { once } from 'node:events';
import net from 'node:net';
import type { Random } from '../../simulation/world/random.ts';
import { PassingBytes } from './passing-bytes.ts';

/** What a link can do to the bytes that cross it, besides passing them on. */
export const LINK_FAULTS = ['half-open', 'cut request', 'cut answer', 'slow', 'refused'] as const;

export type LinkFault = (typeof LINK_FAULTS)[number];

const CUT_CHANCE = 0.3;
/** How long the other end of a dead connection is left in the dark, as by TCP's own probes. */
const UNNOTICED_MS = 10_000;
const LISTEN_RETRY_MS = 50;
const LISTEN_ATTEMPTS_MAX = 200;

/**
 * A TCP proxy between two parts of the bank, which behaves or, on command, does not:
 *
 * - half-open: takes connections and bytes and passes nothing on, and nobody is told. What was sent meanwhile is
 *   gone, so such a connection stays dead after the fault: one of its ends has to give up.
 * - cut request, cut answer: passes on the beginning of what one end sends, and then breaks the connection.
 * - slow: every piece waits, and arrives in smaller ones.
 * - refused: breaks what there is and takes no new connection.
 */
export class FaultyLink {
  readonly name: string;
  readonly port: number;
  /** What came in on dead connections. */
  swallowedBytes = 0;
  readonly #targetPort: number;
  readonly #random: Random;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #fault: LinkFault | undefined;

  constructor(name: string, port: number, targetPort: number, random: Random) {
    this.name = name;
    this.port = port;
    this.#targetPort = targetPort;
    this.#random = random;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Takes connections from now on. */
  async open(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const server = net.createServer({ allowHalfOpen: true }, (client) => this.#connect(client));
      try {
        await once(server.listen(this.port, '127.0.0.1'), 'listening');
        this.#server = server;
        return;
      } catch (error) {
        if (attempt === LISTEN_ATTEMPTS_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, LISTEN_RETRY_MS));
      }
    }
  }

  async begin(fault: LinkFault): Promise<void> {
    await this.heal();
    this.#fault = fault;
    if (fault === 'refused') await this.close();
  }

  /** Passes everything on again, on new connections and on those that lost nothing. */
  async heal(): Promise<void> {
    const wasRefusing = this.#fault === 'refused';
    this.#fault = undefined;
    if (wasRefusing && this.#server === undefined) await this.open();
  }

  /** Takes no connections and breaks those there are. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  #connect(client: net.Socket): void {
    const target = net.connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    // Once one piece is swallowed, what follows would make no sense: both directions are dead.
    const line = { dead: false };
    this.#tie(client, target, line);
    this.#tie(target, client, line);
    this.#pass(client, target, 'cut request', line);
    this.#pass(target, client, 'cut answer', line);
  }

  #tie(socket: net.Socket, other: net.Socket, line: { readonly dead: boolean }): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('end', () => {
      if (!line.dead) other.end();
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (line.dead) setTimeout(() => other.destroy(), UNNOTICED_MS).unref();
      else other.destroySoon();
    });
  }

  #pass(from: net.Socket, to: net.Socket, cut: LinkFault, line: { dead: boolean }): void {
    const passing = new PassingBytes(from, to);
    from.on('data', (piece) => {
      line.dead ||= this.#fault === 'half-open';
      if (line.dead) {
        this.swallowedBytes += piece.length;
        return;
      }
      if (this.#fault === 'slow') return passing.trickle(piece, this.#random);
      if (this.#fault === cut && this.#random.chance(CUT_CHANCE)) {
        line.dead = true;
        return passing.cutAfter(piece.subarray(0, this.#random.whole(0, piece.length - 1)));
      }
      passing.pass(piece);
    });
  }
}
