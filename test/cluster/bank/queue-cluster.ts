import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import {
  nodeEnvironment,
  type RabbitNodePlan,
  rabbitProgram,
  writeNodeFiles,
} from '../../../apps/business-service/test/rabbit-node-files.ts';
import { BankFault } from '../../faults/bank/bank-fault.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { HostPrograms } from './host-programs.ts';

export const QUEUE_HOSTS = ['rabbit-1', 'rabbit-2', 'rabbit-3'] as const;

/**
 * A node that is silent for so long, a quarter more or less, is taken for dead by the others; far below RabbitMQ's default of
 * a minute, so that a run stays short.
 */
export const TICK_SECONDS = 4;

const PORTS = { amqp: 5672, distribution: 25672, epmd: 4369, management: 15672 } as const;
const USER = 'lastro';
/** Of the operations, by the name that business services give it unless they are told another. */
const QUEUE = 'lastro.operations';
const POLL_MS = 200;
const ASK_TIMEOUT_MS = 2_000;
const LEADER_DEADLINE_MS = 30_000;
/**
 * A node that the others do not have back after so long is started again, as an operator would: one that is joined in the
 * moment when it pauses itself (`pause_minority`) may stay alone (seen once with 3.10).
 */
const LONELY_AFTER_MS = 45_000;

/** A node, as another sees it. */
interface SeenNode {
  readonly name: string;
  readonly running: boolean;
  readonly partitions?: readonly string[];
}

/** RabbitMQ on three hosts: quorum queues, each with a member on every one. */
export class QueueCluster {
  readonly hosts: HostPrograms;
  readonly #options: ClusterOptions;
  readonly #password = randomBytes(12).toString('hex');

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.hosts = new HostPrograms(options.network, options.onEvent);
  }

  /** What LASTRO_QUEUE names; a client tries `first` first. */
  url(first: string): string {
    const inOrder = [first, ...QUEUE_HOSTS.filter((host) => host !== first)];
    const servers = inOrder.map((host) => `${this.#address(host)}:${PORTS.amqp}`);
    return `amqp://${USER}:${this.#password}@${servers.join(',')}`;
  }

  get managementUrl(): string {
    return QUEUE_HOSTS.map((host) => `http://${USER}:${this.#password}@${this.#management(host)}`).join(',');
  }

  /** @throws BankFault */
  async start(deadlineMs: number): Promise<void> {
    const { directory } = this.#options;
    const cookieDirectory = join(directory, 'rabbit');
    await mkdir(cookieDirectory);
    const cookie = randomBytes(16).toString('hex');
    await writeFile(join(cookieDirectory, '.erlang.cookie'), cookie, { mode: 0o400 });
    for (const host of QUEUE_HOSTS) await this.#addHost(host, cookieDirectory);
    this.hosts.startAll();
    await this.waitUntilWhole(deadlineMs);
  }

  /**
   * Every node knows all of them, and every queue has all of its members. Gives the host, if there was one, whose node had to
   * be started again for that. @throws BankFault
   */
  async waitUntilWhole(deadlineMs: number): Promise<string | undefined> {
    const startedMs = performance.now();
    let startedAgain: string | undefined;
    for (const host of QUEUE_HOSTS) {
      for (;;) {
        const why = await this.#whyNotWhole(host).catch((error: Error) => error.message);
        if (why === undefined) break;
        const waitedMs = performance.now() - startedMs;
        if (waitedMs > deadlineMs)
          throw new BankFault(`RabbitMQ is no whole cluster after ${deadlineMs} ms: ${host}: ${why}`);
        if (waitedMs > LONELY_AFTER_MS) startedAgain ??= await this.#startLonelyAgain();
        await sleep(POLL_MS);
      }
    }
    return startedAgain;
  }

  /** Starts the node again that the two others, who see each other, do not see; gives its host, if there is one. */
  async #startLonelyAgain(): Promise<string | undefined> {
    for (const host of QUEUE_HOSTS) {
      const nodes = await this.#nodesSeenBy(host).catch(() => []);
      const isSeen = (each: string) =>
        nodes.some(({ name, running }) => running && name === nodeName(this.#address(each)));
      const [lonely, ...others] = QUEUE_HOSTS.filter((each) => !isSeen(each));
      if (lonely === undefined || others.length > 0) continue;
      this.#options.onEvent(`${lonely}: its node is alone, and started again`);
      await this.hosts.kill(lonely);
      this.hosts.start(lonely);
      return lonely;
    }
    return undefined;
  }

  /** The host whose member of the queue leads it; a new one is not known at once. @throws BankFault */
  async leader(): Promise<string> {
    const deadline = performance.now() + LEADER_DEADLINE_MS;
    for (;;) {
      const state = (await this.#ask(QUEUE_HOSTS[0], `queues/%2F/${QUEUE}`).catch(() => ({}))) as {
        readonly node?: string;
      };
      const leader = QUEUE_HOSTS.find((host) => nodeName(this.#address(host)) === state.node);
      if (leader !== undefined) return leader;
      if (performance.now() > deadline)
        throw new BankFault(`nobody leads the queue: ${JSON.stringify(state)}`);
      await sleep(POLL_MS);
    }
  }

  async #whyNotWhole(host: string): Promise<string | undefined> {
    const nodes = await this.#nodesSeenBy(host);
    const isWhole =
      nodes.length === QUEUE_HOSTS.length &&
      nodes.every(({ running, partitions = [] }) => running && partitions.length === 0);
    if (!isWhole) return JSON.stringify(nodes);
    // 503: a queue would be without a majority of its members, if this node went.
    await this.#ask(host, 'health/checks/node-is-quorum-critical');
    return undefined;
  }

  async #nodesSeenBy(host: string): Promise<readonly SeenNode[]> {
    return (await this.#ask(host, 'nodes?columns=name,running,partitions')) as SeenNode[];
  }

  /** Asks the management plugin of a node. */
  async #ask(host: string, path: string): Promise<unknown> {
    const credentials = Buffer.from(`${USER}:${this.#password}`).toString('base64');
    const { statusCode, body } = await request(`http://${this.#management(host)}/api/${path}`, {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${statusCode} to ${path}: ${text}`);
    return JSON.parse(text);
  }

  #address(host: string): string {
    return this.#options.network.host(host).address;
  }

  #management(host: string): string {
    return `${this.#address(host)}:${PORTS.management}`;
  }

  async #addHost(host: string, cookieDirectory: string): Promise<void> {
    const { directory } = this.#options;
    const plan: RabbitNodePlan = {
      name: nodeName(this.#address(host)),
      names: QUEUE_HOSTS.map((each) => nodeName(this.#address(each))),
      home: join(directory, host),
      cookieDirectory,
      address: this.#address(host),
      ports: PORTS,
      user: USER,
      password: this.#password,
      longNames: true,
      tickSeconds: TICK_SECONDS,
    };
    await writeNodeFiles(plan);
    this.hosts.add(host, 'rabbitmq', {
      // The node would start an epmd by way of a whole Erlang of its own.
      command: ['sh', '-c', 'epmd -daemon; exec "$0"', rabbitProgram('rabbitmq-server')],
      env: nodeEnvironment(plan),
      logFile: join(directory, 'logs', `rabbitmq-${host}.log`),
      answers: () =>
        this.#ask(host, 'whoami').then(
          () => true,
          () => false,
        ),
    });
  }
}

/** Hosts have no names that are resolved. */
function nodeName(address: string): string {
  return `rabbit@${address}`;
}
