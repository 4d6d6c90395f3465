import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';

/** Where packages put the server itself; the command beside it changes the user, and wants a place in /var. */
const PROGRAMS = ['/usr/lib/rabbitmq/bin'];
const START_TIMEOUT_MS = 90_000;
const USER = 'lastro';
const PASSWORD = 'a password/of the tests';

const found = PROGRAMS.find((directory) => existsSync(join(directory, 'rabbitmq-server')));

/** Whether a RabbitMQ can be started here. Where none is installed, the tests that need one are skipped. */
export const hasRabbit = found !== undefined;

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
    const epmd = spawn('epmd', ['-address', '127.0.0.1', '-port', String(epmdPort)], { stdio: 'ignore' });
    const names = Array.from({ length: count }, (_, index) => `lastro-${process.pid}-${index + 1}@localhost`);
    const nodes = names.map((name, index) => {
      const [amqp, distribution, http] = ports.slice(3 * index) as [number, number, number];
      return new RabbitNode({
        ...{ name, names, directory, amqp, distribution, epmd: epmdPort! },
        http: management ? http : undefined,
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

interface NodePlan {
  readonly name: string;
  /** Those of the whole cluster. */
  readonly names: readonly string[];
  readonly directory: string;
  readonly amqp: number;
  readonly distribution: number;
  readonly http: number | undefined;
  readonly epmd: number;
}

export class RabbitNode {
  readonly #plan: NodePlan;
  #process: ChildProcess | undefined;

  constructor(plan: NodePlan) {
    this.#plan = plan;
  }

  get url(): string {
    return `amqp://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#plan.amqp}`;
  }

  get managementUrl(): string {
    return `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#plan.http}`;
  }

  get port(): number {
    return this.#plan.amqp;
  }

  /** Starts the node, on the disk that it had before, if it had one. */
  async start(): Promise<void> {
    await this.#writeConfiguration();
    const child = spawn(join(found!, 'rabbitmq-server'), [], {
      env: this.#environment(),
      cwd: this.#home,
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
    const child = spawn(join(found!, 'rabbitmqctl'), ['-n', this.#plan.name, ...args], {
      env: this.#environment(),
      cwd: this.#home,
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
    return readFile(join(this.#home, 'node.log'), 'utf8').then(
      (text) => text.slice(-4000),
      () => 'none',
    );
  }

  get #home(): string {
    return join(this.#plan.directory, this.#plan.name);
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

  async #writeConfiguration(): Promise<void> {
    const { names, amqp, http } = this.#plan;
    await mkdir(this.#home, { recursive: true });
    const lines = [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `default_user = ${USER}`,
      `default_pass = ${PASSWORD}`,
      'log.file = node.log',
      'log.file.level = info',
      // The tests say themselves what is alarming.
      'disk_free_limit.absolute = 50MB',
      ...(http === undefined ? [] : [`management.tcp.port = ${http}`, 'management.tcp.ip = 127.0.0.1']),
    ];
    if (names.length > 1) {
      lines.push(
        'cluster_formation.peer_discovery_backend = classic_config',
        'cluster_partition_handling = pause_minority',
      );
      names.forEach((name, index) =>
        lines.push(`cluster_formation.classic_config.nodes.${index + 1} = ${name}`),
      );
    }
    await writeFile(join(this.#home, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    await writeFile(join(this.#home, 'plugins'), http === undefined ? '[].\n' : '[rabbitmq_management].\n');
  }

  #environment(): NodeJS.ProcessEnv {
    const { name, directory, distribution, epmd } = this.#plan;
    return {
      PATH: process.env['PATH'],
      HOME: directory,
      ERL_EPMD_PORT: String(epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: name,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: join(this.#home, 'data'),
      RABBITMQ_LOG_BASE: this.#home,
      RABBITMQ_CONFIG_FILE: join(this.#home, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(this.#home, 'plugins'),
      RABBITMQ_CONF_ENV_FILE: join(this.#home, 'no-environment'),
      // Threads that have nothing to do sleep: tests share the processors.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
      RABBITMQ_CTL_DIST_PORT_MIN: '0',
      RABBITMQ_CTL_DIST_PORT_MAX: '0',
    };
  }
}

/** Ports that nobody uses right now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
