import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFault } from '../command-fault.ts';

/** A port of this machine and who is to listen on it. */
export interface PortUse {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const RETRY_MS = 100;

/**
 * Makes sure that every port is free, waiting up to `patienceMs` for what is just stopping.
 *
 * @throws CommandFault that names the port and the flag.
 */
export async function requireFreePorts(
  uses: readonly PortUse[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const use of uses) {
    while (!(await isFree(use))) {
      if (performance.now() >= deadline) {
        throw new CommandFault(
          `port ${use.port} of ${use.host} is taken (${use.name} needs it): choose others with --port`,
        );
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

/** Ports that are free now, all different. */
export async function findFreePorts(host: string, count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        await once(server.listen(0, host), 'listening');
        return (server.address() as AddressInfo).port;
      }),
    );
  } finally {
    for (const server of servers) server.close();
  }
}

async function isFree({ host, port }: PortUse): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}
