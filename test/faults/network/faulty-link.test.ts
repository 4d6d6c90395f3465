import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../simulation/world/random.ts';
import { findFreePorts } from '../bank/free-ports.ts';
import { FaultyLink } from './faulty-link.ts';

const TEXT = 'x'.repeat(100_000);

let server: net.Server;
let received: string;
let link: FaultyLink;

beforeEach(async () => {
  received = '';
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      received += piece.toString();
      socket.write(piece);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const [port] = await findFreePorts(1);
  link = new FaultyLink('link', port!, (server.address() as AddressInfo).port, new Random('link'));
  await link.open();
});

afterEach(async () => {
  await link.close();
  server.close();
});

interface Talk {
  readonly socket: net.Socket;
  readonly closed: Promise<unknown>;
  heard: string;
}

async function connect(): Promise<Talk> {
  const socket = net.connect(link.port, '127.0.0.1');
  const talk: Talk = { socket, closed: once(socket, 'close').catch(() => undefined), heard: '' };
  socket.on('error', () => undefined);
  socket.on('data', (piece) => (talk.heard += piece.toString()));
  await once(socket, 'connect');
  return talk;
}

async function hears(talk: Talk, length: number): Promise<void> {
  while (talk.heard.length < length) await once(talk.socket, 'data');
}

/** Resolves when the link has swallowed so much. */
async function swallows(length: number): Promise<void> {
  while (link.swallowedBytes < length) await new Promise((resolve) => setImmediate(resolve));
}

/** Says `text` until the connection is broken. */
async function talkUntilBroken(text: string): Promise<Talk> {
  const talk = await connect();
  const timer = setInterval(() => talk.socket.write(text), 1);
  await talk.closed;
  clearInterval(timer);
  return talk;
}

describe('a faulty link', () => {
  it('passes everything on while nothing is wrong, and after a fault', async () => {
    const talk = await connect();
    talk.socket.write(TEXT);
    await hears(talk, TEXT.length);
    await link.begin('slow');
    await link.heal();
    talk.socket.end(TEXT);
    await talk.closed;
    expect(talk.heard.length).toBe(2 * TEXT.length);
  });

  it('delivers all of it in order when it is slow, also what comes after', async () => {
    await link.begin('slow');
    const talk = await connect();
    const said = Array.from({ length: 20_000 }, (_, index) => `${index} `).join('');
    talk.socket.write(said);
    await hears(talk, 1);
    await link.heal();
    talk.socket.write(TEXT);
    await hears(talk, said.length + TEXT.length);
    expect(talk.heard === said + TEXT).toBe(true);
  });

  it('swallows what is sent while it is half-open, and such a connection stays dead', async () => {
    const [quiet, used] = [await connect(), await connect()];
    used.socket.write('a');
    quiet.socket.write('a');
    await Promise.all([hears(used, 1), hears(quiet, 1)]);
    await link.begin('half-open');
    used.socket.write('lost');
    const fresh = await connect();
    fresh.socket.write('lost too');
    await swallows('lostlost too'.length);
    await link.heal();
    quiet.socket.write('b');
    await hears(quiet, 2);
    used.socket.write('lost as well');
    await swallows('lostlost toolost as well'.length);
    expect([quiet.heard, used.heard, fresh.heard]).toEqual(['ab', 'a', '']);
    expect(received).not.toContain('lost');
  });

  it('breaks the connection in the middle of what the client says', async () => {
    await link.begin('cut request');
    const text = 'a request of some length';
    await talkUntilBroken(text);
    expect(text.repeat(1 + received.length / text.length).startsWith(received)).toBe(true);
  });

  it('breaks the connection in the middle of what the server answers', async () => {
    await link.begin('cut answer');
    const talk = await talkUntilBroken('a request of some length');
    expect(talk.heard.length).toBeLessThan(received.length);
  });

  it('refuses new connections and breaks old ones, until it is healed', async () => {
    const talk = await connect();
    await link.begin('refused');
    await talk.closed;
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await link.heal();
    const again = await connect();
    again.socket.write('a');
    await hears(again, 1);
  });
});
