import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections: a port that is free for a moment stays ours. */
const FIRST = 20_000;
const COUNT = 12_000;

/** Ports of this machine that nobody listens on, all different. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  const start = Math.floor(Math.random() * COUNT);
  for (let offset = 0; offset < COUNT && found.length < count; offset += 1) {
    const port = FIRST + ((start + offset) % COUNT);
    if (await isFree(port)) found.push(port);
  }
  if (found.length < count) throw new Error(`there are no ${count} free ports from ${FIRST} up`);
  return found;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
