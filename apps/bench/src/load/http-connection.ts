import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Reads happen one at a time in a process, so every connection can read into the same memory. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);
const HEADERS_END = '\r\n\r\n';
const HEADERS_SIZE_MAX = 16 * 1024;

/**
 * One kept HTTP/1.1 connection with one request under way at a time. It understands just what the services here
 * answer (a Content-Length, no trailers) and looks at no more than the status: a full client would take a good part of
 * the cores from what is measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #onFault: (fault: Error) => void;
  #answered: ((status: number) => void) | undefined;
  /** What has come of the headers, until they are whole. */
  #headers = '';
  #status = 0;
  /** Bytes of the answer's body that have not come yet. */
  #bodyLeft = 0;

  private constructor(socket: Socket, onFault: (fault: Error) => void) {
    this.#socket = socket;
    this.#onFault = onFault;
  }

  /** A connection to `url`. After `onFault` it answers no more. */
  static async open(url: string, onFault: (fault: Error) => void): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const onread = {
      buffer: readBuffer,
      callback: (size: number): boolean => {
        connection.#read(size);
        return true;
      },
    };
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    const connection = new HttpConnection(socket, onFault);
    await once(socket, 'connect');
    socket.on('error', onFault);
    socket.on('close', () => onFault(new Error(`${url} closed the connection`)));
    return connection;
  }

  /** Sends a whole request; the one before must have been answered. */
  send(request: string, answered: (status: number) => void): void {
    this.#answered = answered;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #read(size: number): void {
    let bodyStart = 0;
    if (this.#bodyLeft === 0) {
      const known = this.#headers.length;
      this.#headers += readBuffer.toString('latin1', 0, Math.min(size, HEADERS_SIZE_MAX));
      const end = this.#headers.indexOf(HEADERS_END);
      if (end === -1) {
        if (this.#headers.length > HEADERS_SIZE_MAX)
          this.#onFault(new Error('an answer without end of headers'));
        return;
      }
      bodyStart = end + HEADERS_END.length - known;
      if (!this.#readHeaders(this.#headers.slice(0, end))) return;
      this.#headers = '';
    }
    this.#bodyLeft -= size - bodyStart;
    if (this.#bodyLeft > 0) return;
    const answered = this.#answered;
    this.#answered = undefined;
    if (answered === undefined || this.#bodyLeft < 0)
      return this.#onFault(new Error('an answer that no request asked for'));
    answered(this.#status);
  }

  /** Takes the status and the body's length from the headers of an answer. */
  #readHeaders(headers: string): boolean {
    const length = /\r\ncontent-length: (\d+)/i.exec(headers);
    if (!headers.startsWith('HTTP/1.1 ') || length === null) {
      this.#onFault(new Error(`not an answer with a content-length: ${headers.slice(0, 200)}`));
      return false;
    }
    this.#status = Number(headers.slice(9, 12));
    this.#bodyLeft = Number(length[1]);
    return true;
  }
}
