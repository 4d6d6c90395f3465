import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BankFault } from '../../faults/bank/bank.ts';
import { Keeper } from '../../faults/bank/keeper.ts';
import { answers, IN_ORDER, serviceLaunch } from '../../faults/bank/service.ts';
import { AUDITOR, BUSINESS_SETTINGS, DATA_SETTINGS } from '../../faults/bank/settings.ts';
import type { DoorPlan } from '../../faults/clients/client-messages.ts';
import type { HostNetwork } from '../machine/network.ts';
import { DATABASE_HOSTS, DatabaseCluster, type DatabaseClusterOptions } from './database-cluster.ts';

export const DATA_SERVICES = ['data-1', 'data-2'] as const;
export const BUSINESS_SERVICES = ['business-1', 'business-2'] as const;
/** Every host there has to be. */
export const HOSTS: readonly string[] = [...DATABASE_HOSTS, ...DATA_SERVICES, ...BUSINESS_SERVICES];

const DATA_PORT = 7400;
const BUSINESS_PORT = 7401;
const READY_POLL_MS = 100;

/** A bank of which each part has a host of its own. */
export class ClusterBank {
  readonly adminKey = randomBytes(16).toString('hex');
  readonly auditorKey = randomBytes(16).toString('hex');
  readonly businessServices = BUSINESS_SERVICES;
  readonly network: HostNetwork;
  readonly database: DatabaseCluster;
  readonly #options: DatabaseClusterOptions;
  readonly #services = new Map<string, Keeper>();

  constructor(options: DatabaseClusterOptions) {
    this.#options = options;
    this.network = options.network;
    this.database = new DatabaseCluster(options);
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
    await this.database.start(deadlineMs);
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
        LASTRO_BUSINESS_ID: name,
        LASTRO_BUSINESS_KEY: key,
        LASTRO_ADMIN_KEY: this.adminKey,
        LASTRO_DATA_URL: inOrder.map((data) => this.directUrl(data)).join(','),
        LASTRO_QUEUE_DIR: join(this.#options.directory, name),
      });
    }
    for (const keeper of this.services) keeper.start();
    await this.waitUntilReady(deadlineMs);
  }

  /** Whole again: every service ready, and the database with its standbys. @throws BankFault */
  async waitUntilReady(deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    await this.database.waitUntilWhole(deadlineMs);
    for (const { name, lastFault } of this.services) {
      while (!(await answers(`${this.directUrl(name)}/readyz`))) {
        if (performance.now() > deadline)
          throw new BankFault(`${name} is not ready after ${deadlineMs} ms: ${lastFault}`);
        await sleep(READY_POLL_MS);
      }
    }
  }

  /** Ends the services in order; what did not end as it should, in words. Then the hosts of the database are killed. */
  async stop(): Promise<string[]> {
    const ends = await Promise.all(
      this.services.map(async (keeper) => ({ name: keeper.name, reason: await keeper.stop() })),
    );
    for (const name of DATABASE_HOSTS) await this.database.killHost(name);
    return ends
      .filter(({ reason }) => reason !== undefined && reason !== IN_ORDER)
      .map(({ name, reason }) => `${name} was asked to end: ${reason}`);
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
