import { mkdtemp, rm } from 'node:fs/promises';
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../simulation/world/random.ts';
import { Bank, BankFault, BUSINESS_SERVICES, DATA_SERVICES, POSTGRES } from './bank/bank.ts';
import { buildServices } from './bank/build-services.ts';
import { HeadWatch, waitUntilDrained } from './bank/inspect.ts';
import { lengthMs, longestStall, overlap } from './check/longest-stall.ts';
import { proveRun } from './check/prove-run.ts';
import { Violations } from './check/violations.ts';
import type { ClientPlan } from './clients/client-messages.ts';
import { Load } from './clients/load.ts';
import { FIRST_DEPOSIT, planAccounts } from './clients/operation-mix.ts';
import { setUpAccounts } from './clients/set-up-accounts.ts';
import { Chaos } from './faults/chaos.ts';
import { linkFaults } from './faults/link-faults.ts';
import { machineFaults } from './faults/machine-faults.ts';
import { processFaults } from './faults/process-faults.ts';
import type { Plant } from './plants.ts';
import type { Report } from './report.ts';

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

/** Accounts that anything may happen to, and those of the closed set. Few, so that everybody meets everybody. */
const ACCOUNTS = { open: 40, closed: 12 } as const;
const PROGRESS_EVERY_MS = 250;
/** From here on a fault may last past the time-outs of those who wait for it. */
const PATIENT_FROM_SECONDS = 60;
/** Named limits of what comes after the faults. Past one of them something is stuck, and that is a violation. */
const START_DEADLINE_MS = 120_000;
const STARTED_AGAIN_DEADLINE_MS = 120_000;
const CLIENTS_DONE_DEADLINE_MS = 90_000;
const DRAINED_DEADLINE_MS = 120_000;

/** A whole run: a bank of real processes, clients, faults, healing, and the proof. Leaves nothing behind when all holds. */
export async function runFaults(options: RunOptions): Promise<Report> {
  await buildServices();
  const directory = await mkdtemp(join(tmpdir(), 'lastro-faults-'));
  const run = new FaultRun(options, directory);
  let isClean = false;
  try {
    const report = await run.run();
    isClean = report.violationCount === 0 && options.keep !== true;
    return { ...report, directory: isClean ? undefined : directory };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why} (everything is kept in ${directory})`, { cause: error });
  } finally {
    await run.end();
    if (isClean) await rm(directory, { recursive: true, force: true });
  }
}

class FaultRun {
  readonly #options: RunOptions;
  readonly #directory: string;
  readonly #random: Random;
  readonly #bank: Bank;
  readonly #violations = new Violations();
  readonly #starts = new Map<string, number>();
  readonly #startedAt = performance.now();
  #phase: Progress['phase'] = 'starting';
  #chaos: Chaos | undefined;
  #load: Load | undefined;
  #heads: HeadWatch | undefined;

  constructor(options: RunOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#random = new Random(`faults ${options.seed}`);
    this.#bank = new Bank({
      directory,
      random: this.#random.fork('links'),
      onEvent: (text) => this.#log(text),
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
    await bank.start(START_DEADLINE_MS);
    const accounts = planAccounts(ACCOUNTS.open, ACCOUNTS.closed);
    await setUpAccounts(bank, accounts, this.#random.fork('accounts'), this.#journal('setup'));
    this.#heads = new HeadWatch(() => bank.databaseUrl);
    this.#load = Load.start(
      Array.from({ length: clients }, (_, index) => this.#planClient(index + 1, accounts)),
    );
    await this.#load.atWork();
    const fromMs = Date.now();
    const { skipped } = await this.#hurt();
    const healedAt = performance.now();
    await this.#heal();
    const toMs = Date.now();
    await this.#drain();
    const drainedAfterMs = performance.now() - healedAt;
    this.#phase = 'checking';
    const evidence = await this.#check();
    const { acknowledged, acknowledgedAtMs, reads, tables } = evidence;
    const stall = longestStall(acknowledgedAtMs, { fromMs, toMs });
    const during = this.#chaos!.periods.filter((period) => overlap(period, stall));
    const rejected = tables.rows.filter(({ reason }) => reason !== undefined).length;
    return {
      seed,
      seconds,
      clients,
      dataServices: DATA_SERVICES.length,
      businessServices: BUSINESS_SERVICES.length,
      faults: Object.fromEntries(this.#chaos!.counts),
      skipped,
      acknowledged,
      posted: tables.rows.length - rejected,
      rejected,
      batches: tables.batches.length,
      lost: this.#violations.count('lost'),
      doubled: this.#violations.count('doubled'),
      reads,
      longestStallMs: lengthMs(stall),
      longestStallDuring: [...new Set(during.map(({ kind }) => kind))],
      drainedAfterMs,
      endedByThemselves: bank.keepers.reduce((sum, keeper) => sum + keeper.unexpectedEnds.length, 0),
      violationCount: this.#violations.total,
      violations: this.#violations.list,
      directory: undefined,
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
      onEvent: (text) => this.#log(text),
    });
    this.#phase = 'hurting';
    await Promise.all([this.#chaos.run(ending.signal), plant?.strike?.(bank)]);
    clearTimeout(timer);
    for (const name of this.#load!.ended)
      this.#violations.add('stuck', `${name} ended in the middle of the run`);
    return { skipped };
  }

  /** Mends everything and lets the clients find out what became of what they have sent. */
  async #heal(): Promise<void> {
    this.#phase = 'healing';
    await this.#orStuck(() => this.#bank.heal(STARTED_AGAIN_DEADLINE_MS));
    for (const name of await this.#load!.stop(CLIENTS_DONE_DEADLINE_MS))
      this.#violations.add(
        'stuck',
        `${name} was not done ${CLIENTS_DONE_DEADLINE_MS} ms after everything was mended`,
      );
  }

  async #drain(): Promise<void> {
    this.#phase = 'draining';
    await this.#orStuck(() => waitUntilDrained(this.#bank, DRAINED_DEADLINE_MS));
  }

  async #orStuck(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BankFault)) throw error;
      this.#violations.add('stuck', error.message);
    }
  }

  async #check() {
    const bank = this.#bank;
    const heads = await this.#heads!.stop();
    const names = [
      'setup',
      ...Array.from({ length: this.#options.clients }, (_, index) => `client-${index + 1}`),
    ];
    const closed = { accounts: ACCOUNTS.closed, total: ACCOUNTS.closed * FIRST_DEPOSIT };
    const journals = names.map((name) => this.#journal(name));
    const proved = await proveRun({ bank, heads, closed, journals, random: this.#random }, this.#violations);
    this.#checkEnds();
    for (const what of await bank.stop()) this.#violations.add('stuck', what);
    return proved;
  }

  /** A full disk may end PostgreSQL, or the service whose queue is on it. Nothing else may end by itself. */
  #checkEnds(): void {
    for (const keeper of this.#bank.keepers) {
      if (this.#bank.disks.has(keeper.name) || keeper.name === POSTGRES) continue;
      for (const { name, reason } of keeper.unexpectedEnds)
        this.#violations.add('ended by itself', `${name}: ${reason}`);
    }
  }

  #planClient(number: number, accounts: ClientPlan['accounts']): ClientPlan {
    const name = `client-${number}`;
    return {
      name,
      seed: `${this.#options.seed} ${name}`,
      journal: this.#journal(name),
      doors: this.#bank.doors,
      dataDoors: DATA_SERVICES.map((host) => ({ host, url: this.#bank.directUrl(host) })),
      key: this.#bank.adminKey,
      auditorKey: this.#bank.auditorKey,
      accounts,
    };
  }

  #log(text: string): void {
    appendFileSync(join(this.#directory, 'logs', 'events.log'), `${new Date().toISOString()} ${text}\n`);
  }

  #journal(name: string): string {
    return join(this.#directory, `${name}.jsonl`);
  }

  #report(): void {
    const faults = [...(this.#chaos?.counts.values() ?? [])].reduce((sum, times) => sum + times, 0);
    const { acknowledged, reads } = this.#load?.counts ?? { acknowledged: 0, reads: 0 };
    const elapsedMs = performance.now() - this.#startedAt;
    this.#options.onProgress?.({ phase: this.#phase, elapsedMs, faults, acknowledged, reads });
  }
}
