import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BankFault } from '../../faults/bank/bank-fault.ts';
import { Keeper } from '../../faults/bank/keeper.ts';
import { answers, IN_ORDER, serviceLaunch } from '../../faults/bank/service.ts';
import { AUDITOR, BUSINESS_SETTINGS, DATA_SETTINGS } from '../../faults/bank/settings.ts';
import type { DoorPlan } from '../../faults/clients/client-messages.ts';
import type { HostNetwork } from '../machine/network.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { DATABASE_HOSTS, DatabaseCluster } from './database-cluster.ts';
import { QUEUE_HOSTS, QueueCluster } from './queue-cluster.ts';
import type { QueueKind } from './queue-kind.ts';

export const DATA_SERVICES = ['data-1', 'data-2'] as const;
export const BUSINESS_SERVICES = ['business-1', 'business-2'] as const;

const DATA_PORT = 7400;
const BUSINESS_PORT = 7401;
const READY_POLL_MS = 100;

/** As in the other settings: what is dead is given up within the seconds that a fault lasts. */
const QUEUE_SETTINGS = {
  LASTRO_QUEUE_HEARTBEAT_SECONDS: '2',
  LASTRO_QUEUE_STALLED_AFTER_MS: '3000',
  LASTRO_QUEUE_CONNECT_TIMEOUT_MS: '3000',
  LASTRO_QUEUE_HAND_OVER_AFTER_MS: '3000',
} as const;

/** Every host there has to be. */
export function hostsFor(queue: QueueKind): string[] {
  const queueHosts = queue === 'rabbitmq' ? QUEUE_HOSTS : [];
  return [...DATABASE_HOSTS, ...queueHosts, ...DATA_SERVICES, ...BUSINESS_SERVICES];
}

/** A bank of which each part has a host of its own. */
export class ClusterBank {
  readonly adminKey = randomBytes(16).toString('hex');
  readonly auditorKey = randomBytes(16).toString('hex');
  readonly businessServices = BUSINESS_SERVICES;
  readonly network: HostNetwork;
  readonly database: DatabaseCluster;
  /** Undefined: the business services have embedded queues. */
  readonly queue: QueueCluster | undefined;
  readonly #options: ClusterOptions;
  readonly #services = new Map<string, Keeper>();

  constructor(options: ClusterOptions, queue: QueueKind) {
    this.#options = options;
    this.network = options.network;
    this.database = new DatabaseCluster(options);
    this.queue = queue === 'rabbitmq' ? new QueueCluster(options) : undefined;
  }

  /** Of the primary that was seen last. */
  get databaseUrl(): string {
    return this.database.primaryUrl;
  }

  get services(): readonly Keeper[] {
    return [...this.#services.values()];
  }

  service(name: string): Keeper {
    return this.#services.get(name)!;
  }

  get doors(): DoorPlan[] {
    return BUSINESS_SERVICES.map((host) => ({ host, url: this.directUrl(host) }));
  }

  get dataDoors(): DoorPlan[] {
    return DATA_SERVICES.map((host) => ({ host, url: this.directUrl(host) }));
  }

  directUrl(name: string): string {
    const port = name.startsWith('data') ? DATA_PORT : BUSINESS_PORT;
    return `http://${this.network.host(name).address}:${port}`;
  }

  /** @throws BankFault */
  async start(deadlineMs: number): Promise<void> {
    await mkdir(join(this.#options.directory, 'logs'), { recursive: true });
    await Promise.all([this.database.start(deadlineMs), this.queue?.start(deadlineMs)]);
    const keys = BUSINESS_SERVICES.map((name) => [name, randomBytes(16).toString('hex')] as const);
    const allKeys = [...keys, [AUDITOR, this.auditorKey] as const];
    for (const name of DATA_SERVICES) {
      this.#addService('data', name, {
        ...DATA_SETTINGS,
        DATABASE_URL: this.database.url,
        LASTRO_SYNCHRONOUS_STANDBYS_MIN: '1',
        LASTRO_BUSINESS_KEYS: allKeys.map((pair) => pair.join(':')).join(','),
      });
    }
    for (const [index, [name, key]] of keys.entries()) {
      const preferred = DATA_SERVICES[index % DATA_SERVICES.length]!;
      const inOrder = [preferred, ...DATA_SERVICES.filter((data) => data !== preferred)];
      this.#addService('business', name, {
        ...BUSINESS_SETTINGS,
        ...this.#queueSettings(QUEUE_HOSTS[index % QUEUE_HOSTS.length]!),
        LASTRO_BUSINESS_ID: name,
        LASTRO_BUSINESS_KEY: key,
        LASTRO_ADMIN_KEY: this.adminKey,
        LASTRO_DATA_URL: inOrder.map((data) => this.directUrl(data)).join(','),
        LASTRO_QUEUE_DIR: this.#queueDirectory(name),
      });
    }
    for (const keeper of this.services) keeper.start();
    await this.waitUntilReady(deadlineMs);
  }

  /**
   * Whole again: every service ready, the database with its standbys, the queue on all of its nodes. Gives the host, if there
   * was one, that had to be started again for that. @throws BankFault
   */
  async waitUntilReady(deadlineMs: number): Promise<string | undefined> {
    const deadline = performance.now() + deadlineMs;
    await this.database.waitUntilWhole(deadlineMs);
    const startedAgain = await this.queue?.waitUntilWhole(deadlineMs);
    for (const keeper of this.services) {
      const { name } = keeper;
      while (!(await answers(`${this.directUrl(name)}/readyz`))) {
        if (performance.now() > deadline)
          throw new BankFault(`${name} is not ready after ${deadlineMs} ms: ${keeper.lastFault}`);
        await sleep(READY_POLL_MS);
      }
    }
    return startedAgain;
  }

  /** The disk of a business service that was killed is gone: it comes back as a new machine of its name. */
  async loseDisk(name: string): Promise<void> {
    await rm(this.#queueDirectory(name), { recursive: true });
  }

  /** Ends the services in order; what did not end as it should, in words. Then the other hosts are killed. */
  async stop(): Promise<string[]> {
    const ends = await Promise.all(
      this.services.map(async (keeper) => ({ name: keeper.name, reason: await keeper.stop() })),
    );
    await Promise.all([this.database.hosts.killAll(), this.queue?.hosts.killAll()]);
    return ends
      .filter(({ reason }) => reason !== undefined && reason !== IN_ORDER)
      .map(({ name, reason }) => `${name} was asked to end: ${reason}`);
  }

  #queueDirectory(name: string): string {
    return join(this.#options.directory, name);
  }

  #queueSettings(preferred: string): Readonly<Record<string, string>> {
    if (this.queue === undefined) return {};
    return {
      ...QUEUE_SETTINGS,
      LASTRO_QUEUE: this.queue.url(preferred),
      LASTRO_QUEUE_MANAGEMENT_URL: this.queue.managementUrl,
    };
  }

  #addService(command: 'data' | 'business', name: string, settings: Readonly<Record<string, string>>): void {
    const { address } = this.network.host(name);
    const launch = serviceLaunch({
      command,
      url: this.directUrl(name),
      launcher: this.network.launcher(name),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...settings,
        LASTRO_HOST: address,
        LASTRO_PORT: String(command === 'data' ? DATA_PORT : BUSINESS_PORT),
      },
      logFile: join(this.#options.directory, 'logs', `${name}.log`),
    });
    this.#services.set(name, new Keeper(name, launch, this.#options.onEvent));
  }
}
