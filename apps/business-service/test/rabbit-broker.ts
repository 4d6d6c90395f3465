import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import {
  hasRabbit,
  nodeEnvironment,
  type RabbitNodePlan,
  rabbitProgram,
  writeNodeFiles,
} from './rabbit-node-files.ts';

const START_TIMEOUT_MS = 90_000;
const USER = 'lastro';
const PASSWORD = 'a password/of the tests';

const ADDRESS = '127.0.0.1';

/** Where none is installed, the tests that need one are skipped. */
export { hasRabbit };

if (!hasRabbit)
  process.stderr.write('no rabbitmq-server on this machine: the tests of the replicated queue are skipped\n');

export interface BrokerOptions {
  /** One node, or a cluster of several on ports of their own. */
  readonly nodes?: number;
  /** With the management plugin. */
  readonly management?: boolean;
}

/** Real RabbitMQ nodes on loopback ports, with an epmd, a cookie and directories of their own. */
export class RabbitBroker {
  readonly nodes: readonly RabbitNode[];
  readonly #directory: string;
  readonly #epmd: ChildProcess;

  private constructor(directory: string, epmd: ChildProcess, nodes: readonly RabbitNode[]) {
    this.#directory = directory;
    this.#epmd = epmd;
    this.nodes = nodes;
  }

  static async start({ nodes: count = 1, management = false }: BrokerOptions = {}): Promise<RabbitBroker> {
    const directory = await mkdtemp(join(tmpdir(), 'lastro-rabbit-'));
    await writeFile(join(directory, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 });
    const [epmdPort, ...ports] = await freePorts(1 + 3 * count);
    const epmd = spawn('epmd', ['-address', ADDRESS, '-port', String(epmdPort)], { stdio: 'ignore' });
    const names = Array.from({ length: count }, (_, index) => `lastro-${process.pid}-${index + 1}@localhost`);
    const nodes = names.map((name, index) => {
      const [amqp, distribution, http] = ports.slice(3 * index) as [number, number, number];
      return new RabbitNode({
        name,
        names,
        home: join(directory, name),
        cookieDirectory: directory,
        address: ADDRESS,
        ports: { amqp, distribution, epmd: epmdPort!, management: management ? http : undefined },
        user: USER,
        password: PASSWORD,
      });
    });
    const broker = new RabbitBroker(directory, epmd, nodes);
    try {
      await Promise.all(nodes.map((node) => node.start()));
      if (count > 1) await nodes[0]!.ctl('await_online_nodes', String(count));
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** The first node. */
  get node(): RabbitNode {
    return this.nodes[0]!;
  }

  /** What LASTRO_QUEUE names. */
  get url(): string {
    return this.nodes.map(({ url }) => url).join(',');
  }

  /** Where the management plugin answers. */
  get managementUrl(): string {
    return this.nodes.map(({ managementUrl }) => managementUrl).join(',');
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    const ended = this.#epmd.exitCode === null ? once(this.#epmd, 'exit') : undefined;
    this.#epmd.kill('SIGKILL');
    await ended;
    await rm(this.#directory, { recursive: true, force: true });
  }
}

export class RabbitNode {
  readonly #plan: RabbitNodePlan;
  #process: ChildProcess | undefined;

  constructor(plan: RabbitNodePlan) {
    this.#plan = plan;
  }

  get url(): string {
    return `amqp://${USER}:${encodeURIComponent(PASSWORD)}@${ADDRESS}:${this.#plan.ports.amqp}`;
  }

  get managementUrl(): string {
    return `http://${USER}:${encodeURIComponent(PASSWORD)}@${ADDRESS}:${this.#plan.ports.management}`;
  }

  get port(): number {
    return this.#plan.ports.amqp;
  }

  /** Starts the node, on the disk that it had before, if it had one. */
  async start(): Promise<void> {
    await writeNodeFiles(this.#plan);
    const child = spawn(rabbitProgram('rabbitmq-server'), [], {
      env: nodeEnvironment(this.#plan),
      cwd: this.#plan.home,
      stdio: 'ignore',
      // The server is a child of a script: a group of their own is signalled as one.
      detached: true,
    });
    this.#process = child;
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`a RabbitMQ node did not start; its log: ${await this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** kill -9: nothing more is written. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }

  /** Freezes every thread of it, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process !== undefined) process.kill(-this.#process.pid!, signal);
  }

  /** Runs rabbitmqctl. */
  async ctl(...args: string[]): Promise<string> {
    const child = spawn(rabbitProgram('rabbitmqctl'), ['-n', this.#plan.name, ...args], {
      env: nodeEnvironment(this.#plan),
      cwd: this.#plan.home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    if (status !== 0) throw new Error(`rabbitmqctl ${args.join(' ')}: ${text}`);
    return text;
  }

  async log(): Promise<string> {
    return readFile(join(this.#plan.home, 'node.log'), 'utf8').then(
      (text) => text.slice(-4000),
      () => 'none',
    );
  }

  async #answers(): Promise<boolean> {
    try {
      const connection = await connect(this.url, { timeout: 1000 });
      await connection.close();
      return true;
    } catch {
      return false;
    }
  }
}

/** Ports that nobody uses right now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, ADDRESS));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
