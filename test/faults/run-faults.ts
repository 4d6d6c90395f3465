import { Random } from '../simulation/world/random.ts';
import { Bank, BUSINESS_SERVICES, DATA_SERVICES, POSTGRES } from './bank/bank.ts';
import { buildServices } from './bank/build-services.ts';
import { HeadWatch, waitUntilDrained } from './bank/inspect.ts';
import { lengthMs, longestStall, overlap } from './check/longest-stall.ts';
import { proveRun } from './check/prove-run.ts';
import type { ClientPlan } from './clients/client-messages.ts';
import { Load } from './clients/load.ts';
import { setUpAccounts } from './clients/set-up-accounts.ts';
import { Chaos } from './faults/chaos.ts';
import { linkFaults } from './faults/link-faults.ts';
import { machineFaults } from './faults/machine-faults.ts';
import { processFaults } from './faults/process-faults.ts';
import type { Plant } from './plants.ts';
import type { Report } from './report.ts';
import { ACCOUNTS, clientNames, CLOSED_SET, SET_UP } from './run/accounts-and-clients.ts';
import { outcomeOf } from './run/outcome.ts';
import { inRunDirectory } from './run/run-directory.ts';
import { RunRecord } from './run/run-record.ts';

export interface RunOptions {
  /** How long faults are injected. */
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly plant?: Plant | undefined;
  /** Keeps everything also when nothing is wrong. */
  readonly keep?: boolean;
  /** Told now and then how it goes. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the faults early; what follows is done all the same. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly phase: 'starting' | 'hurting' | 'healing' | 'draining' | 'checking';
  readonly elapsedMs: number;
  readonly faults: number;
  readonly acknowledged: number;
  readonly reads: number;
}

const PROGRESS_EVERY_MS = 250;
/** From here on a fault may last past the time-outs of those who wait for it. */
const PATIENT_FROM_SECONDS = 60;
/** Named limits of what comes after the faults. Past one of them something is stuck, and that is a violation. */
const START_DEADLINE_MS = 120_000;
const STARTED_AGAIN_DEADLINE_MS = 120_000;
const DRAINED_DEADLINE_MS = 120_000;

/** A whole run: a bank of real processes, clients, faults, healing, and the proof. Leaves nothing behind when all holds. */
export async function runFaults(options: RunOptions): Promise<Report> {
  await buildServices();
  return inRunDirectory({ prefix: 'lastro-faults-', keep: options.keep === true }, async (directory) => {
    const run = new FaultRun(options, directory);
    try {
      return await run.run();
    } finally {
      await run.end();
    }
  });
}

class FaultRun {
  readonly #options: RunOptions;
  readonly #record: RunRecord;
  readonly #random: Random;
  readonly #bank: Bank;
  readonly #starts = new Map<string, number>();
  #phase: Progress['phase'] = 'starting';
  #chaos: Chaos | undefined;
  #load: Load | undefined;
  #heads: HeadWatch | undefined;

  constructor(options: RunOptions, directory: string) {
    this.#options = options;
    this.#record = new RunRecord(directory);
    this.#random = new Random(`faults ${options.seed}`);
    this.#bank = new Bank({
      directory,
      random: this.#random.fork('links'),
      onEvent: (text) => this.#record.log(text),
      beforeBusiness: async (name, queueDirectory) => {
        const starts = this.#starts.get(name) ?? 0;
        this.#starts.set(name, starts + 1);
        await options.plant?.beforeBusiness?.(name, queueDirectory, starts);
      },
    });
  }

  async run(): Promise<Report> {
    const reporting = setInterval(() => this.#report(), PROGRESS_EVERY_MS);
    try {
      return await this.#run();
    } finally {
      clearInterval(reporting);
    }
  }

  /** Whatever happened: no process, mount or port is left. */
  async end(): Promise<void> {
    this.#load?.kill();
    await this.#heads?.stop();
    await this.#bank.stop();
  }

  async #run(): Promise<Report> {
    const { clients, seconds, seed } = this.#options;
    const bank = this.#bank;
    const names = clientNames(clients);
    this.#load = Load.spawn(names);
    await bank.start(START_DEADLINE_MS);
    await setUpAccounts(bank, ACCOUNTS, this.#random.fork('accounts'), this.#record.journal(SET_UP));
    this.#heads = new HeadWatch(() => bank.databaseUrl);
    this.#load.begin(names.map((name) => this.#planClient(name)));
    await this.#load.atWork();
    const fromMs = Date.now();
    const { skipped } = await this.#hurt();
    const healedAt = performance.now();
    await this.#heal();
    const toMs = Date.now();
    await this.#drain();
    const drainedAfterMs = performance.now() - healedAt;
    this.#phase = 'checking';
    const proved = await this.#check();
    const stall = longestStall(proved.acknowledgedAtMs, { fromMs, toMs });
    const during = this.#chaos!.periods.filter((period) => overlap(period, stall));
    return {
      ...outcomeOf(proved, this.#record.violations),
      seed,
      seconds,
      clients,
      dataServices: DATA_SERVICES.length,
      businessServices: BUSINESS_SERVICES.length,
      faults: Object.fromEntries(this.#chaos!.counts),
      skipped,
      longestStallMs: lengthMs(stall),
      longestStallDuring: [...new Set(during.map(({ kind }) => kind))],
      drainedAfterMs,
      endedByThemselves: bank.keepers.reduce((sum, keeper) => sum + keeper.unexpectedEnds.length, 0),
    };
  }

  async #hurt(): Promise<Pick<Report, 'skipped'>> {
    const { seconds, plant, signal } = this.#options;
    const bank = this.#bank;
    const { faults, skipped } = machineFaults(bank);
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), seconds * 1000);
    signal?.addEventListener('abort', () => ending.abort());
    this.#chaos = new Chaos({
      faults: [...processFaults(bank), ...linkFaults(bank), ...faults],
      random: this.#random.fork('chaos'),
      patient: seconds >= PATIENT_FROM_SECONDS,
      onEvent: (text) => this.#record.log(text),
    });
    this.#phase = 'hurting';
    await Promise.all([this.#chaos.run(ending.signal), plant?.strike?.(bank)]);
    clearTimeout(timer);
    this.#record.checkAtWork(this.#load!);
    return { skipped };
  }

  /** Mends everything and lets the clients find out what became of what they have sent. */
  async #heal(): Promise<void> {
    this.#phase = 'healing';
    await this.#record.orStuck(() => this.#bank.heal(STARTED_AGAIN_DEADLINE_MS));
    await this.#record.endLoad(this.#load!);
  }

  async #drain(): Promise<void> {
    this.#phase = 'draining';
    await this.#record.orStuck(() => waitUntilDrained(this.#bank, DRAINED_DEADLINE_MS));
  }

  async #check() {
    const bank = this.#bank;
    const { violations } = this.#record;
    const heads = await this.#heads!.stop();
    const names = [SET_UP, ...clientNames(this.#options.clients)];
    const journals = names.map((name) => this.#record.journal(name));
    const run = { bank, heads, closed: CLOSED_SET, journals, random: this.#random };
    const proved = await proveRun(run, violations);
    this.#checkEnds();
    for (const what of await bank.stop()) violations.add('stuck', what);
    return proved;
  }

  /** A full disk may end PostgreSQL, or the service whose queue is on it. Nothing else may end by itself. */
  #checkEnds(): void {
    for (const keeper of this.#bank.keepers) {
      if (this.#bank.disks.has(keeper.name) || keeper.name === POSTGRES) continue;
      for (const { name, reason } of keeper.unexpectedEnds)
        this.#record.violations.add('ended by itself', `${name}: ${reason}`);
    }
  }

  #planClient(name: string): ClientPlan {
    return {
      name,
      seed: `${this.#options.seed} ${name}`,
      journal: this.#record.journal(name),
      doors: this.#bank.doors,
      dataDoors: DATA_SERVICES.map((host) => ({ host, url: this.#bank.directUrl(host) })),
      key: this.#bank.adminKey,
      auditorKey: this.#bank.auditorKey,
      accounts: ACCOUNTS,
    };
  }

  #report(): void {
    const faults = [...(this.#chaos?.counts.values() ?? [])].reduce((sum, times) => sum + times, 0);
    const { acknowledged, reads } = this.#load?.counts ?? { acknowledged: 0, reads: 0 };
    const { elapsedMs } = this.#record;
    this.#options.onProgress?.({ phase: this.#phase, elapsedMs, faults, acknowledged, reads });
  }
}
