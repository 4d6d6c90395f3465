import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const BRIDGE = 'lan';
const NETWORK = '10.91.0';
/** All addresses of hosts. */
export const NETWORK_RANGE = `${NETWORK}.0/24`;
const TABLE = 'lastro_cut';

/** A host of its own: a network namespace with one address. */
export interface Host {
  readonly name: string;
  readonly address: string;
}

/**
 * Hosts on one bridge, in the network namespace of this process, which has to be a private one: all of it is gone when the
 * process is. A cut is silence, not a refusal: packets get lost, and nobody is told.
 */
export class HostNetwork {
  readonly #hosts = new Map<string, Host>();

  /** `names` become the hosts, in this order from 10.91.0.11 on. */
  static async make(names: readonly string[]): Promise<HostNetwork> {
    await run('mkdir', ['-p', '/run/netns']);
    await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run/netns']);
    await ip('link', 'set', 'lo', 'up');
    await ip('link', 'add', BRIDGE, 'type', 'bridge');
    await ip('addr', 'add', `${NETWORK}.1/24`, 'dev', BRIDGE);
    await ip('link', 'set', BRIDGE, 'up');
    const network = new HostNetwork();
    for (const [index, name] of names.entries()) await network.#add(name, `${NETWORK}.${11 + index}`);
    return network;
  }

  host(name: string): Host {
    return this.#hosts.get(name)!;
  }

  /** What to put in front of a command so that it runs on a host. */
  launcher(name: string): readonly string[] {
    return ['ip', 'netns', 'exec', name];
  }

  /** Everything that runs on a host. */
  async pids(name: string): Promise<number[]> {
    const { stdout } = await run('ip', ['netns', 'pids', name]);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Hosts that `name` has connections to, or from. */
  async peers(name: string): Promise<string[]> {
    const { stdout } = await run('ip', ['netns', 'exec', name, 'ss', '-Htn', 'state', 'established']);
    const addresses = new Set(stdout.split('\n').map((line) => line.trim().split(/[\s:]+/)[4]));
    return [...this.#hosts.values()].filter(({ address }) => addresses.has(address)).map((host) => host.name);
  }

  /** Nothing gets to the host, nor from it. */
  async cutOff(name: string): Promise<void> {
    await ip('link', 'set', linkOf(name), 'down');
  }

  async join(name: string): Promise<void> {
    await ip('link', 'set', linkOf(name), 'up');
  }

  /** Nothing gets from `name` to any of `others`, nor back; everybody else is reached. */
  async cutBetween(name: string, others: readonly string[]): Promise<void> {
    const addresses = others.map((other) => this.host(other).address).join(', ');
    const rules = `
      table inet ${TABLE} {
        chain input { type filter hook input priority 0; policy accept; ip saddr { ${addresses} } drop; }
        chain output { type filter hook output priority 0; policy accept; ip daddr { ${addresses} } drop; }
      }`.replaceAll('; }', ';\n }');
    await run('ip', ['netns', 'exec', name, 'nft', rules]);
  }

  async joinAgain(name: string): Promise<void> {
    await run('ip', ['netns', 'exec', name, 'nft', 'delete', 'table', 'inet', TABLE]);
  }

  async #add(name: string, address: string): Promise<void> {
    await ip('netns', 'add', name);
    await ip('link', 'add', linkOf(name), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('link', 'set', linkOf(name), 'master', BRIDGE, 'up');
    await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    this.#hosts.set(name, { name, address });
  }
}

function linkOf(name: string): string {
  return `v-${name}`;
}

async function ip(...args: readonly string[]): Promise<void> {
  await run('ip', args);
}
