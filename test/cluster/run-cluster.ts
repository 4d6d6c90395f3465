import { appendFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BankFault } from '../faults/bank/bank.ts';
import { buildServices } from '../faults/bank/build-services.ts';
import { HeadWatch, waitUntilDrained } from '../faults/bank/inspect.ts';
import { lengthMs, longestStall, type Period } from '../faults/check/longest-stall.ts';
import { proveRun } from '../faults/check/prove-run.ts';
import { Violations } from '../faults/check/violations.ts';
import { Load } from '../faults/clients/load.ts';
import { type AccountPlan, FIRST_DEPOSIT, planAccounts } from '../faults/clients/operation-mix.ts';
import { setUpAccounts } from '../faults/clients/set-up-accounts.ts';
import type { Fault } from '../faults/faults/fault.ts';
import { Random } from '../simulation/world/random.ts';
import { ClusterBank, HOSTS } from './bank/cluster-bank.ts';
import { clusterFaults, SHORT_FAULTS } from './faults/cluster-faults.ts';
import { HostNetwork } from './machine/network.ts';
import type { ClusterReport } from './report.ts';

export interface ClusterOptions {
  /** How often each fault strikes. */
  readonly rounds: number;
  /** The faults of the short form only. */
  readonly short: boolean;
  readonly seed: number;
  readonly clients: number;
  /** Keeps everything also when nothing is wrong. */
  readonly keep: boolean;
  readonly onProgress: (text: string) => void;
}

const ACCOUNTS = { open: 40, closed: 12 } as const;
/** A fault lasts at least so long, and until operations are posted in spite of it. */
const HOLD_MIN_MS = 3_000;
const POSTED_IN_SPITE_DEADLINE_MS = 90_000;
const POLL_MS = 200;
/** Named limits. Past one of them something is stuck, and that is a violation. */
const START_DEADLINE_MS = 180_000;
const WHOLE_DEADLINE_MS = 120_000;
const CLIENTS_DONE_DEADLINE_MS = 90_000;
const DRAINED_DEADLINE_MS = 120_000;

/** When a fault struck, was undone, and was got over. */
interface Struck {
  readonly kind: string;
  readonly target: string;
  readonly period: Period;
  readonly healedAtMs: number;
}

/** A whole run, in a network namespace that is this process's own. */
export async function runCluster(options: ClusterOptions): Promise<ClusterReport> {
  await buildServices();
  const directory = await mkdtemp(join(tmpdir(), 'lastro-cluster-'));
  let isClean = false;
  try {
    const report = await new ClusterRun(options, directory).run();
    isClean = report.violationCount === 0 && !options.keep;
    return { ...report, directory: isClean ? undefined : directory };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why} (everything is kept in ${directory})`, { cause: error });
  } finally {
    if (isClean) await rm(directory, { recursive: true, force: true });
  }
}

class ClusterRun {
  readonly #options: ClusterOptions;
  readonly #directory: string;
  readonly #random: Random;
  readonly #violations = new Violations();
  readonly #startedAt = performance.now();
  readonly #struck: Struck[] = [];

  constructor(options: ClusterOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#random = new Random(`cluster ${options.seed}`);
  }

  async run(): Promise<ClusterReport> {
    const { clients, seed, onProgress } = this.#options;
    onProgress(`building ${HOSTS.length} hosts`);
    const bank = await this.#build();
    const startedInSeconds = this.#elapsedSeconds;
    const accounts = planAccounts(ACCOUNTS.open, ACCOUNTS.closed);
    await setUpAccounts(bank, accounts, this.#random.fork('accounts'), this.#journal('setup'));
    const watch = new HeadWatch(() => bank.databaseUrl);
    const load = this.#startLoad(bank, accounts);
    await load.atWork();
    const beganAt = this.#elapsedSeconds;
    await this.#orStuck(() => this.#hurt(bank));
    const seconds = this.#elapsedSeconds - beganAt;
    for (const name of load.ended) this.#violations.add('stuck', `${name} ended in the middle of the run`);
    for (const name of await load.stop(CLIENTS_DONE_DEADLINE_MS))
      this.#violations.add('stuck', `${name} was not done ${CLIENTS_DONE_DEADLINE_MS} ms after the faults`);
    onProgress('waiting for the queues to be empty');
    await this.#orStuck(() => waitUntilDrained(bank, DRAINED_DEADLINE_MS));
    const { tables, acknowledged, acknowledgedAtMs, reads } = await this.#prove(bank, await watch.stop());
    const committedAtMs = tables.batches.map(({ postedAt }) => Date.parse(postedAt));
    const rejected = tables.rows.filter(({ reason }) => reason !== undefined).length;
    return {
      seed,
      seconds,
      startedInSeconds,
      clients,
      faults: this.#struck.map(({ kind, target, period, healedAtMs }) => ({
        kind,
        target,
        commitStallMs: lengthMs(longestStall(committedAtMs, period)),
        acknowledgementStallMs: lengthMs(longestStall(acknowledgedAtMs, period)),
        wholeAfterMs: period.toMs - healedAtMs,
      })),
      acknowledged,
      posted: tables.rows.length - rejected,
      rejected,
      batches: tables.batches.length,
      lost: this.#violations.count('lost'),
      doubled: this.#violations.count('doubled'),
      reads,
      violationCount: this.#violations.total,
      violations: this.#violations.list,
      directory: undefined,
    };
  }

  async #build(): Promise<ClusterBank> {
    const network = await HostNetwork.make(HOSTS);
    const { uid, gid } = await ownerOfPostgres();
    const bank = new ClusterBank({
      directory: this.#directory,
      network,
      owner: { uid, gid },
      onEvent: (text) => this.#log(text),
    });
    await bank.start(START_DEADLINE_MS);
    return bank;
  }

  #startLoad(bank: ClusterBank, accounts: AccountPlan): Load {
    const names = clientNames(this.#options.clients);
    return Load.start(
      names.map((name) => ({
        name,
        seed: `${this.#options.seed} ${name}`,
        journal: this.#journal(name),
        doors: bank.doors,
        dataDoors: bank.dataDoors,
        key: bank.adminKey,
        auditorKey: bank.auditorKey,
        accounts,
      })),
    );
  }

  /** One fault after the other, each until operations are posted in spite of it, and until all is whole again. */
  async #hurt(bank: ClusterBank): Promise<void> {
    const { rounds, short } = this.#options;
    const faults = clusterFaults(bank).filter(({ kind }) => !short || SHORT_FAULTS.has(kind));
    for (let round = 1; round <= rounds; round += 1) {
      const random = this.#random.fork(`round ${round}`);
      for (const fault of random.shuffled(faults)) await this.#inflict(bank, fault, random);
    }
  }

  async #inflict(bank: ClusterBank, fault: Fault, random: Random): Promise<void> {
    await sleep(random.between(200, 1_000));
    const fromMs = Date.now();
    const struck = await fault.strike(random);
    if (struck === undefined) throw new BankFault(`${fault.kind}: there was nothing to strike`);
    const { target, heal } = struck;
    this.#tell(`${fault.kind}: ${target}`);
    try {
      await sleep(HOLD_MIN_MS);
      await this.#waitUntilPosted(bank, fault.kind);
    } finally {
      await heal();
    }
    const healedAtMs = Date.now();
    this.#log(`${fault.kind}: ${target}, healed`);
    await bank.waitUntilReady(WHOLE_DEADLINE_MS);
    const period = { fromMs, toMs: Date.now() };
    this.#struck.push({ kind: fault.kind, target, period, healedAtMs });
  }

  async #waitUntilPosted(bank: ClusterBank, kind: string): Promise<void> {
    const deadline = performance.now() + POSTED_IN_SPITE_DEADLINE_MS;
    let before: number | undefined;
    for (;;) {
      const batch = await bank.database.newestBatch().catch(() => undefined);
      if (before !== undefined && batch !== undefined && batch > before) return;
      before ??= batch;
      if (performance.now() > deadline)
        throw new BankFault(`${kind}: nothing was posted for ${POSTED_IN_SPITE_DEADLINE_MS} ms`);
      await sleep(POLL_MS);
    }
  }

  async #prove(bank: ClusterBank, heads: Awaited<ReturnType<HeadWatch['stop']>>) {
    this.#tell('checking');
    await bank.database.roles();
    const closed = { accounts: ACCOUNTS.closed, total: ACCOUNTS.closed * FIRST_DEPOSIT };
    const journals = ['setup', ...clientNames(this.#options.clients)].map((name) => this.#journal(name));
    const proved = await proveRun({ bank, heads, closed, journals, random: this.#random }, this.#violations);
    for (const { unexpectedEnds } of bank.services) {
      for (const { name, reason } of unexpectedEnds)
        this.#violations.add('ended by itself', `${name}: ${reason}`);
    }
    for (const what of await bank.stop()) this.#violations.add('stuck', what);
    return proved;
  }

  async #orStuck(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BankFault)) throw error;
      this.#violations.add('stuck', error.message);
    }
  }

  get #elapsedSeconds(): number {
    return Math.round((performance.now() - this.#startedAt) / 1000);
  }

  #journal(name: string): string {
    return join(this.#directory, `${name}.jsonl`);
  }

  #tell(text: string): void {
    this.#log(text);
    this.#options.onProgress(`${this.#elapsedSeconds} s, ${text}`);
  }

  #log(text: string): void {
    appendFileSync(join(this.#directory, 'events.log'), `${new Date().toISOString()} ${text}\n`);
  }
}

function clientNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `client-${index + 1}`);
}

/** PostgreSQL does not run as root; Debian's package makes a user for it, and this is its home. */
async function ownerOfPostgres(): Promise<{ uid: number; gid: number }> {
  return stat('/var/lib/postgresql');
}
