import { connect } from 'node:net';

/** A request exactly as it goes over the wire, whatever is wrong with it. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | undefined;
}

export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Sends a request over a connection of its own and reads until the service closes it.
 *
 * @returns the first answer that is not a 1xx; undefined when the service closed without one.
 */
export async function send(url: string, request: RawRequest): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    // A stream of events has no end: that it has begun is enough.
    if (isStream(readAnswer(textOf(chunks)))) socket.destroy();
  });
  // The service may cut off a sender whose rest it does not want; what counts is what it answered.
  socket.on('error', () => undefined);
  socket.write(toBytes(request));
  await new Promise((resolve) => socket.once('close', resolve));
  return readAnswer(textOf(chunks));
}

/**
 * Whether the service can tell where the request ends. What follows an end that is too early is garbage after a
 * request that may have been taken, and the only right answer to that is to hang up.
 */
export function endIsClear({ headers, body }: RawRequest): boolean {
  const names = headers.filter(([name]) => name === 'transfer-encoding' || name === 'content-length');
  const [framing, ...more] = names.map(([name, value]) => `${name}: ${value}`);
  if (framing === undefined) return body === undefined || body.length === 0;
  return more.length === 0 && framing === `content-length: ${body?.length ?? 0}`;
}

function toBytes({ method, target, headers, body }: RawRequest): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body === undefined ? head : Buffer.concat([head, body]);
}

function isStream(answer: RawAnswer | undefined): boolean {
  return answer?.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const rest = text.slice(end + 4);
  if (status < 200) return readAnswer(rest);
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return { status, headers, body: rest };
}
