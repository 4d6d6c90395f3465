import { once } from 'node:events';
import net from 'node:net';

/** What the proxy does when the client's bytes contain the text that it waits for. */
export type Cut = {
  readonly when: string;
  /**
   * `before`: the server gets what comes ahead of the text, and no more. `after`: it gets it, and its answer is lost.
   * `silence`: after, and nobody is told.
   */
  readonly cut: 'before' | 'after' | 'silence';
};

/**
 * A TCP proxy in front of PostgreSQL that can cut the line at the worst moment: when the client sends a
 * given text, either just before the server gets it, or after, with the server's answer swallowed; or leave it open
 * and dead.
 */
export class CuttingProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #cut: Cut | undefined;
  cuts = 0;

  private constructor(target: URL) {
    this.#server = net.createServer((client) => this.#connect(client, target));
  }

  static async start(databaseUrl: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(databaseUrl));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The database's URL by way of the proxy. */
  urlFor(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
    return url.href;
  }

  /** Cuts the line once, the next time that the client sends `cut.when`. */
  cutOnce(cut: Cut): void {
    this.#cut = cut;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(client: net.Socket, target: URL): void {
    const server = net.connect(Number(target.port), target.hostname);
    let isCut = false;
    let silent = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.on('data', (bytes) => {
      if (silent) return;
      if (isCut) client.destroy();
      else client.write(bytes);
    });
    client.on('data', (bytes) => {
      const cut = this.#cut;
      if (cut === undefined || !bytes.includes(cut.when)) return void server.write(bytes);
      this.#cut = undefined;
      this.cuts += 1;
      isCut = true;
      // The answer to what was forwarded never arrives: the client cannot know what happened.
      silent = cut.cut === 'silence';
      if (cut.cut === 'before')
        server.end(bytes.subarray(0, bytes.indexOf(cut.when)), () => client.destroy());
      else server.write(bytes);
    });
  }
}
