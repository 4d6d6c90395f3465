import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulation/world/random.ts';
import { FaultyLink } from '../network/faulty-link.ts';
import { BankFault } from './bank-fault.ts';
import { findFreePorts } from './free-ports.ts';
import { Keeper } from './keeper.ts';
import { MovableClock } from './movable-clock.ts';
import { postgresLaunch } from './postgres.ts';
import { answers, IN_ORDER, serviceLaunch } from './service.ts';
import { AUDITOR, BUSINESS_SETTINGS, DATA_SETTINGS, ownBusinessSettings } from './settings.ts';
import { SmallDisk } from './small-disk.ts';

/** Who is in the bank. Each business service prefers another data service, so both are always at work. */
export const DATA_SERVICES = ['data-1', 'data-2'] as const;
export const BUSINESS_SERVICES = ['business-1', 'business-2', 'business-3'] as const;
export const POSTGRES = 'postgres';

/** Whose disk can be filled, and whose clocks can be moved. */
const SMALL_QUEUE = 'business-2';
const SMALL_DISKS_MIB = { [SMALL_QUEUE]: 512, [POSTGRES]: 4096 } as const;
const MOVABLE_CLOCKS = ['business-3', 'data-2'] as const;

const READY_POLL_MS = 50;

/** The parts of a link's name, in the order of the way that an operation takes. */
export type Layer = 'clients-business' | 'business-data' | 'data-postgres';

export interface Link {
  readonly layer: Layer;
  readonly link: FaultyLink;
}

export interface BankOptions {
  readonly directory: string;
  readonly random: Random;
  /** Told of every start and end of a process. */
  readonly onEvent: (text: string) => void;
  /** Done before each start of a business service, with its name and the directory of its queue. */
  readonly beforeBusiness?: (name: string, queueDirectory: string) => Promise<void>;
}

/**
 * A whole bank of real processes, every one of which can be hurt, with a link that can be hurt wherever two of them
 * talk: clients to business services, business services to data services, data services to PostgreSQL.
 */
export class Bank {
  readonly directory: string;
  readonly adminKey = randomBytes(16).toString('hex');
  readonly businessServices = BUSINESS_SERVICES;
  readonly auditorKey = randomBytes(16).toString('hex');
  readonly links: Link[] = [];
  readonly disks = new Map<string, SmallDisk>();
  readonly clocks = new Map<string, MovableClock>();
  /** What cannot be done on this machine, and why. */
  readonly impossible: { readonly what: 'full disk' | 'clock'; readonly why: string }[] = [];
  readonly #options: BankOptions;
  readonly #keepers = new Map<string, Keeper>();
  readonly #ports = new Map<string, number>();
  readonly #businessKeys = BUSINESS_SERVICES.map((name) => [name, randomBytes(16).toString('hex')] as const);
  #databaseUrl: () => string = () => '';

  constructor(options: BankOptions) {
    this.directory = options.directory;
    this.#options = options;
  }

  /** Straight to PostgreSQL, past the links. */
  get databaseUrl(): string {
    return this.#databaseUrl();
  }

  get keepers(): readonly Keeper[] {
    return [...this.#keepers.values()];
  }

  keeper(name: string): Keeper {
    return this.#keepers.get(name)!;
  }

  /** Where clients reach a business service: by way of its link. */
  get doors(): { readonly host: string; readonly url: string }[] {
    return this.#linksOf('clients-business').map(({ link }) => ({
      host: link.name.slice('clients-'.length),
      url: link.url,
    }));
  }

  /** A service's URL past the links. */
  directUrl(name: string): string {
    return `http://127.0.0.1:${this.#ports.get(name)}`;
  }

  /** @throws BankFault */
  async start(deadlineMs: number): Promise<void> {
    await mkdir(join(this.directory, 'logs'), { recursive: true });
    await this.#prepareMachine();
    await this.#openLinks();
    this.#addPostgres();
    this.keeper(POSTGRES).start();
    await this.waitUntilAnswering([POSTGRES], deadlineMs);
    for (const name of DATA_SERVICES) this.#addDataService(name);
    for (const [name, key] of this.#businessKeys) this.#addBusinessService(name, key);
    for (const keeper of this.keepers) keeper.start();
    await this.waitUntilReady(deadlineMs);
  }

  /** Undoes every fault; resolves when all of it works again. @throws BankFault */
  async heal(deadlineMs: number): Promise<void> {
    await Promise.all([...this.disks.values()].map((disk) => disk.free()));
    await Promise.all([...this.clocks.values()].map((clock) => clock.moveBy(0)));
    await Promise.all(this.links.map(({ link }) => link.heal()));
    for (const keeper of this.keepers) {
      await keeper.resume();
      keeper.start();
    }
    await this.waitUntilReady(deadlineMs);
  }

  /** Ends everything in order and leaves the files. What did not end as it should, in words. */
  async stop(): Promise<string[]> {
    await Promise.all([...this.disks.values()].map((disk) => disk.free()));
    const [postgres, ...services] = this.keepers;
    const ends = await Promise.all(
      services.map(async (keeper) => ({ name: keeper.name, reason: await keeper.stop() })),
    );
    await postgres?.stop();
    await Promise.all(this.links.map(({ link }) => link.close()));
    await Promise.all([...this.disks.values()].map((disk) => disk.unmount()));
    this.disks.clear();
    return ends
      .filter(({ reason }) => reason !== undefined && reason !== IN_ORDER)
      .map(({ name, reason }) => `${name} was asked to end: ${reason}`);
  }

  /** @throws BankFault that names who is not ready, and why. */
  async waitUntilReady(deadlineMs: number): Promise<void> {
    const names = [...DATA_SERVICES, ...BUSINESS_SERVICES];
    await this.#waitUntil(names, deadlineMs, (name) => answers(`${this.directUrl(name)}/readyz`));
  }

  async waitUntilAnswering(names: readonly string[], deadlineMs: number): Promise<void> {
    await this.#waitUntil(names, deadlineMs, async (name) => this.keeper(name).isAnswering);
  }

  async #waitUntil(
    names: readonly string[],
    deadlineMs: number,
    isReady: (name: string) => Promise<boolean>,
  ): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (const name of names) {
      while (!(await isReady(name))) {
        if (performance.now() > deadline)
          throw new BankFault(`${name} is not ready after ${deadlineMs} ms: ${this.keeper(name).lastFault}`);
        await sleep(READY_POLL_MS);
      }
    }
  }

  async #prepareMachine(): Promise<void> {
    for (const [name, sizeMib] of Object.entries(SMALL_DISKS_MIB)) {
      const disk = await SmallDisk.make(join(this.directory, `disk-of-${name}`), sizeMib);
      if (typeof disk === 'string') this.impossible.push({ what: 'full disk', why: disk });
      else this.disks.set(name, disk);
      if (typeof disk === 'string') break;
    }
    for (const name of MOVABLE_CLOCKS) {
      const clock = await MovableClock.make(join(this.directory, `clock-of-${name}`));
      if (clock !== undefined) this.clocks.set(name, clock);
    }
    if (this.clocks.size === 0) this.impossible.push({ what: 'clock', why: 'libfaketime is not installed' });
  }

  async #openLinks(): Promise<void> {
    const names = [POSTGRES, ...DATA_SERVICES, ...BUSINESS_SERVICES];
    const pairs: [Layer, string, string][] = [
      ...BUSINESS_SERVICES.map((name): [Layer, string, string] => ['clients-business', 'clients', name]),
      ...BUSINESS_SERVICES.flatMap((business) =>
        DATA_SERVICES.map((data): [Layer, string, string] => ['business-data', business, data]),
      ),
      ...DATA_SERVICES.map((name): [Layer, string, string] => ['data-postgres', name, POSTGRES]),
    ];
    const ports = await findFreePorts(names.length + pairs.length);
    for (const name of names) this.#ports.set(name, ports.pop()!);
    for (const [layer, from, to] of pairs) {
      const name = `${from}-${to}`;
      const random = this.#options.random.fork(name);
      const link = new FaultyLink(name, ports.pop()!, this.#ports.get(to)!, random);
      await link.open();
      this.links.push({ layer, link });
    }
  }

  #linksOf(layer: Layer): readonly Link[] {
    return this.links.filter((candidate) => candidate.layer === layer);
  }

  #linkUrl(from: string, to: string): string {
    return this.links.find(({ link }) => link.name === `${from}-${to}`)!.link.url;
  }

  #directoryOf(name: string): string {
    return join(this.disks.get(name)?.directory ?? this.directory, name);
  }

  #logFile(name: string): string {
    return join(this.directory, 'logs', `${name}.log`);
  }

  #addPostgres(): void {
    const { launch, url } = postgresLaunch({
      directory: this.#directoryOf(POSTGRES),
      port: this.#ports.get(POSTGRES)!,
      logFile: (line) => appendFileSync(this.#logFile(POSTGRES), line),
    });
    this.#databaseUrl = url;
    this.#keepers.set(POSTGRES, new Keeper(POSTGRES, launch, this.#options.onEvent));
  }

  #addDataService(name: string): void {
    const database = new URL(this.databaseUrl);
    database.host = new URL(this.#linkUrl(name, POSTGRES)).host;
    const keys = [...this.#businessKeys, [AUDITOR, this.auditorKey] as const];
    this.#addService('data', name, {
      ...DATA_SETTINGS,
      DATABASE_URL: database.href,
      LASTRO_BUSINESS_KEYS: keys.map((pair) => pair.join(':')).join(','),
    });
  }

  #addBusinessService(name: string, key: string): void {
    const turn = BUSINESS_SERVICES.indexOf(name as never) % DATA_SERVICES.length;
    const inOrder = [...DATA_SERVICES.slice(turn), ...DATA_SERVICES.slice(0, turn)];
    const queueDirectory = this.#directoryOf(name);
    const settings = {
      ...BUSINESS_SETTINGS,
      ...ownBusinessSettings(name),
      LASTRO_BUSINESS_ID: name,
      LASTRO_BUSINESS_KEY: key,
      LASTRO_ADMIN_KEY: this.adminKey,
      LASTRO_DATA_URL: inOrder.map((data) => this.#linkUrl(name, data)).join(','),
      LASTRO_QUEUE_DIR: queueDirectory,
    };
    this.#addService('business', name, settings, () => this.#options.beforeBusiness?.(name, queueDirectory));
  }

  #addService(
    command: 'data' | 'business',
    name: string,
    settings: Readonly<Record<string, string>>,
    prepare?: () => Promise<void> | undefined,
  ): void {
    const port = this.#ports.get(name)!;
    const launch = serviceLaunch({
      command,
      url: this.directUrl(name),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...settings,
        LASTRO_PORT: String(port),
        ...this.clocks.get(name)?.env,
      },
      logFile: this.#logFile(name),
      prepare: async () => await prepare?.(),
    });
    this.#keepers.set(name, new Keeper(name, launch, this.#options.onEvent));
  }
}
