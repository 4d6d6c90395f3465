import { DATABASE } from '../ledger/database-link.ts';
import type { TimedFault } from '../world/faults.ts';
import type { Bank } from './bank.ts';

/** Faults that come by themselves: kills, freezes, partitions, outages. */
export class Chaos {
  readonly #bank: Bank;
  readonly #clients: readonly { kill(): void }[];
  /** They stay on the dead-letter lists for good, and count against the limit of the queues. */
  #malformedLeft = 3;

  constructor(bank: Bank, clients: readonly { kill(): void }[]) {
    this.#bank = bank;
    this.#clients = clients;
  }

  start(): void {
    const { scheduler, random, faults } = this.#bank.world;
    if (faults.timed.length === 0) return;
    const pauseMs = random.between(0, 2 * this.#bank.settings.timedFaultEveryMs);
    scheduler.after(pauseMs, undefined, 'a fault is due', () => {
      if (!faults.active) return;
      const kind = random.pick(faults.timed);
      faults.coverage.count(kind);
      this.#bank.world.note(`fault: ${kind}`);
      this.#strike(kind);
      this.start();
    });
  }

  #strike(kind: TimedFault): void {
    const bank = this.#bank;
    const { random } = bank.world;
    const businessService = random.pick(bank.businessServices);
    const dataService = random.pick(bank.dataServices);
    const strikes: Record<TimedFault, () => void> = {
      business_service_killed: () => bank.process(businessService)?.die('killed', 'from outside'),
      business_service_power_cut: () => bank.process(businessService)?.die('power_cut', 'from outside'),
      business_service_frozen: () => bank.process(businessService)?.freeze(random.between(50, 3000)),
      business_service_stopped: () => bank.stop(businessService),
      data_service_killed: () => bank.process(dataService)?.die('killed', 'from outside'),
      data_service_power_cut: () => bank.process(dataService)?.die('power_cut', 'from outside'),
      data_service_frozen: () => bank.process(dataService)?.freeze(random.between(50, 3000)),
      data_service_stopped: () => bank.stop(dataService),
      every_data_service_down: () => this.#takeDataServicesDown(),
      every_process_killed: () => this.#killEverything(),
      client_killed: () => random.pick(this.#clients).kill(),
      partition: () => this.#partition(true),
      partition_one_way: () => this.#partition(false),
      database_down: () => this.#takeDatabaseDown(),
      database_slow: () => bank.slowDatabase(random.between(200, 3000), random.pick([60, 2000])),
      queue_disk_full: () => bank.disk(businessService).fill(random.between(100, 2000)),
      clock_moved: () => this.#moveClock(random.pick([businessService, dataService])),
      malformed_record: () => this.#queueMalformed(businessService),
    };
    strikes[kind]();
  }

  #takeDataServicesDown(): void {
    this.#bank.keepDataServicesDown(this.#bank.world.random.between(200, 2500));
    for (const name of this.#bank.dataServices)
      this.#bank.process(name)?.die('killed', 'with all of its kind');
  }

  #killEverything(): void {
    const { businessServices, dataServices, server } = this.#bank;
    server.goDown();
    server.comeUp();
    for (const name of [...businessServices, ...dataServices]) {
      this.#bank.process(name)?.die('power_cut', 'with everything');
    }
  }

  #takeDatabaseDown(): void {
    const { server, world } = this.#bank;
    server.goDown();
    world.scheduler.after(world.random.between(50, 2500), undefined, 'database: up again', () =>
      server.comeUp(),
    );
  }

  /** Between a business service and a data service, a data service and the database, or a client and a business service. */
  #partition(bothWays: boolean): void {
    const { network, businessServices, dataServices, world } = this.#bank;
    const { random } = world;
    const [from, to] = random.pick([
      [random.pick(businessServices), random.pick(dataServices)],
      [random.pick(businessServices), 'data'],
      [random.pick(dataServices), DATABASE],
      ['client', random.pick(businessServices)],
    ] as const);
    const durationMs = random.between(100, 3000);
    const [a, b] = random.chance(0.5) ? [from, to] : [to, from];
    network.partition(a, b, durationMs);
    if (bothWays) network.partition(b, a, durationMs);
  }

  #moveClock(name: string): void {
    const { clocks, random } = this.#bank.world;
    // Wrong, or only not quite right.
    const offsetMaxMs = random.pick([600_000, 200]);
    clocks.move(name, random.between(-offsetMaxMs, offsetMaxMs));
  }

  /** What the api would never let in: written by another version, or by a fault of ours. */
  #queueMalformed(name: string): void {
    if (this.#malformedLeft === 0) return;
    this.#malformedLeft -= 1;
    const { world } = this.#bank;
    const id = world.random.uuid();
    const json = JSON.stringify({ id, type: 'deposit', account: 'a-1', amount: -1, acceptedAt: 'never' });
    const process = this.#bank.process(name);
    world.scheduler.after(0, process, 'gets a malformed record', () => {
      const { queue } = this.#bank.businessService(name) ?? {};
      queue?.append([{ id, json, named: { currency: false, amount: true } }], false).catch(() => undefined);
    });
  }
}
