import { LedgerServer } from '../ledger/ledger-server.ts';
import type { Mutation } from '../mutations/mutation.ts';
import { Network } from '../network/network.ts';
import { SimulatedDisk } from '../queue/simulated-disk.ts';
import { type Death, SimulatedProcess } from '../world/simulated-process.ts';
import type { World } from '../world/world.ts';
import { type BusinessService, startBusinessService } from './business-service.ts';
import { startDataService } from './data-service.ts';
import type { Ground, Service } from './service.ts';
import type { BankSettings } from './settings.ts';

interface Running {
  readonly process: SimulatedProcess;
  /** Absent until it has started. */
  service: Service | undefined;
}

/** The services, the database they share, and the disks, with whoever starts a service again when it dies. */
export class Bank implements Ground {
  readonly world: World;
  readonly settings: BankSettings;
  readonly mutation: Mutation | undefined;
  readonly network: Network;
  readonly server: LedgerServer;
  readonly businessServices: readonly string[];
  readonly dataServices: readonly string[];
  readonly #disks = new Map<string, SimulatedDisk>();
  readonly #running = new Map<string, Running>();
  /** No data service is started before this instant. */
  #dataServicesDownUntilMs = 0;
  #databaseSlowUntilMs = 0;
  #statementMaxMs = 0;

  constructor(world: World, settings: BankSettings, mutation: Mutation | undefined) {
    const { scheduler, faults } = world;
    this.world = world;
    this.settings = settings;
    this.mutation = mutation;
    this.network = new Network(world);
    this.server = new LedgerServer(
      {
        after: (delayMs, what, run) => scheduler.after(delayMs, undefined, `database: ${what}`, run),
        happened: (situation) => faults.coverage.count(situation),
        lockTimeoutMs: settings.statementTimeoutMs,
        stalledCommitTimeoutMs: settings.stalledCommitTimeoutMs,
      },
      mutation?.server,
    );
    this.businessServices = names('business', settings.businessServices);
    this.dataServices = names('data', settings.dataServices);
    const { clocksDifferMs } = settings;
    for (const name of this.dataServices)
      world.clocks.move(name, world.random.between(-clocksDifferMs, clocksDifferMs));
    for (const name of this.businessServices) {
      this.#disks.set(name, new SimulatedDisk(world, mutation?.diskDoesNotSync !== true));
    }
  }

  start(): void {
    for (const name of [...this.dataServices, ...this.businessServices]) this.#spawn(name);
  }

  /** The living process of that name, if it is up. */
  process(name: string): SimulatedProcess | undefined {
    const process = this.#running.get(name)?.process;
    return process?.alive === true ? process : undefined;
  }

  businessService(name: string): BusinessService | undefined {
    return this.process(name) && (this.#running.get(name)?.service as BusinessService | undefined);
  }

  disk(name: string): SimulatedDisk {
    return this.#disks.get(name)!;
  }

  get ledgerIsDown(): boolean {
    return !this.server.up || this.dataServices.every((name) => this.process(name) === undefined);
  }

  /** Stops a service as its operator would; it is started again like one that has died. */
  stop(name: string): void {
    const running = this.#running.get(name);
    if (running?.service === undefined || !running.process.alive) return;
    const { process, service } = running;
    this.world.note(`${name} is told to stop`);
    this.world.scheduler.after(
      0,
      process,
      'stops',
      () => void service.stop().then(() => process.die('exited', 'in order')),
    );
  }

  keepDataServicesDown(durationMs: number): void {
    this.#dataServicesDownUntilMs = this.world.scheduler.nowMs + durationMs;
  }

  /** For that long, every statement takes up to `statementMaxMs`. */
  slowDatabase(durationMs: number, statementMaxMs: number): void {
    this.#databaseSlowUntilMs = this.world.scheduler.nowMs + durationMs;
    this.#statementMaxMs = statementMaxMs;
  }

  get statementMaxMs(): number {
    return this.#databaseSlowUntilMs > this.world.scheduler.nowMs ? this.#statementMaxMs : 0;
  }

  /** Everything that was broken works again. */
  heal(): void {
    this.#databaseSlowUntilMs = 0;
    this.network.heal();
    this.server.comeUp();
    this.#dataServicesDownUntilMs = 0;
    for (const disk of this.#disks.values()) disk.clear();
    for (const { process } of this.#running.values()) process.thaw();
  }

  /** Whether every service is up and has nothing left to do. */
  get isIdle(): boolean {
    const isUp = (name: string) => this.process(name) !== undefined;
    return (
      this.dataServices.every(isUp) &&
      this.businessServices.every((name) => this.businessService(name)?.queue.depth === 0)
    );
  }

  /** Holds whose time is over by every clock that counts: somebody has to release them. */
  overdueHolds(): string[] {
    const clocks = this.dataServices.map((name) => this.world.clocks.instantOn(name));
    const now = clocks.reduce((earliest, instant) => (instant < earliest ? instant : earliest));
    return [...this.server.tables.holds.values()]
      .filter(({ status, expiresAt }) => status === 'open' && expiresAt !== undefined && expiresAt <= now)
      .map(({ id }) => id);
  }

  #spawn(name: string): void {
    const process = new SimulatedProcess(this.world, name);
    const running: Running = { process, service: undefined };
    this.#running.set(name, running);
    process.onDeath((death) => this.#restartLater(name, death));
    const disk = this.#disks.get(name);
    this.world.scheduler.after(this.world.random.between(1, 30), process, 'starts', () => {
      if (disk === undefined) running.service = startDataService(this, process);
      else {
        if (disk.table('queue').size > 0) {
          this.world.faults.coverage.count('restarted_with_operations_in_the_queue');
        }
        running.service = startBusinessService(this, process, disk);
      }
    });
  }

  #restartLater(name: string, death: Death): void {
    const { scheduler, random, faults } = this.world;
    const pauseMs = faults.active ? random.between(5, death === 'power_cut' ? 3000 : 800) : 5;
    scheduler.after(pauseMs, undefined, `${name} may start again`, () => {
      const waitMs = this.dataServices.includes(name) ? this.#dataServicesDownUntilMs - scheduler.nowMs : 0;
      if (waitMs > 0) this.#restartLater(name, death);
      else this.#spawn(name);
    });
  }
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
}
