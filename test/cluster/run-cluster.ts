import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BankFault } from '../faults/bank/bank-fault.ts';
import { buildServices } from '../faults/bank/build-services.ts';
import { HeadWatch, waitUntilDrained } from '../faults/bank/inspect.ts';
import { lengthMs, longestStall, type Period } from '../faults/check/longest-stall.ts';
import { proveRun } from '../faults/check/prove-run.ts';
import { Load } from '../faults/clients/load.ts';
import { setUpAccounts } from '../faults/clients/set-up-accounts.ts';
import { ACCOUNTS, clientNames, CLOSED_SET, SET_UP } from '../faults/run/accounts-and-clients.ts';
import { outcomeOf } from '../faults/run/outcome.ts';
import { inRunDirectory } from '../faults/run/run-directory.ts';
import { RunRecord } from '../faults/run/run-record.ts';
import { Random } from '../simulation/world/random.ts';
import { ClusterBank, hostsFor } from './bank/cluster-bank.ts';
import type { QueueKind } from './bank/queue-kind.ts';
import type { ClusterFault, StruckFault } from './faults/cluster-fault.ts';
import { clusterFaults, shortForm } from './faults/cluster-faults.ts';
import { HostNetwork } from './machine/network.ts';
import type { ClusterReport } from './report.ts';

export interface ClusterRunOptions {
  /** How often each fault strikes. */
  readonly rounds: number;
  /** The faults of the short form only. */
  readonly short: boolean;
  readonly queue: QueueKind;
  readonly seed: number;
  readonly clients: number;
  /** Keeps everything also when nothing is wrong. */
  readonly keep: boolean;
  readonly onProgress: (text: string) => void;
}

/** A fault lasts at least so long, and until operations are taken and posted in spite of it. */
const HOLD_MIN_MS = 3_000;
const OUTLIVED_DEADLINE_MS = 90_000;
const POLL_MS = 200;
/** Named limits. Past one of them something is stuck, and that is a violation. */
const START_DEADLINE_MS = 180_000;
const WHOLE_DEADLINE_MS = 120_000;
const DRAINED_DEADLINE_MS = 120_000;

/** Faults that struck together, when they were undone, and when all was got over. */
interface Wave {
  readonly struck: readonly { readonly kind: string; readonly target: string }[];
  readonly period: Period;
  readonly healedAtMs: number;
  readonly startedAgain: string | undefined;
}

/** A whole run, in a network namespace that is this process's own. */
export async function runCluster(options: ClusterRunOptions): Promise<ClusterReport> {
  await buildServices();
  return inRunDirectory({ prefix: 'lastro-cluster-', keep: options.keep }, (directory) =>
    new ClusterRun(options, directory).run(),
  );
}

class ClusterRun {
  readonly #options: ClusterRunOptions;
  readonly #record: RunRecord;
  readonly #random: Random;
  readonly #clients: readonly string[];
  readonly #waves: Wave[] = [];
  readonly #phases: { name: string; seconds: number }[] = [];
  #phaseBeganMs = 0;

  constructor(options: ClusterRunOptions, directory: string) {
    this.#options = options;
    this.#record = new RunRecord(directory);
    this.#random = new Random(`cluster ${options.seed}`);
    this.#clients = clientNames(options.clients);
  }

  async run(): Promise<ClusterReport> {
    const { clients, seed, queue } = this.#options;
    const load = Load.spawn(this.#clients);
    const bank = await this.#build();
    const watch = new HeadWatch(() => bank.databaseUrl);
    await this.#begin(bank, load);
    this.#endPhase('built');
    await this.#record.orStuck(() => this.#hurt(bank, load));
    this.#record.checkAtWork(load);
    this.#endPhase('hurt');
    await this.#record.endLoad(load);
    await this.#record.orStuck(() => waitUntilDrained(bank, DRAINED_DEADLINE_MS));
    this.#endPhase('drained');
    const proved = await this.#prove(bank, await watch.stop());
    this.#endPhase('checked');
    const committedAtMs = proved.tables.batches.map(({ postedAt }) => Date.parse(postedAt));
    return {
      ...outcomeOf(proved, this.#record.violations),
      seed,
      queue,
      clients,
      phases: this.#phases,
      waves: this.#waves.map(({ struck, period, healedAtMs, startedAgain }) => ({
        struck,
        startedAgain,
        commitStallMs: lengthMs(longestStall(committedAtMs, period)),
        acknowledgementStallMs: lengthMs(longestStall(proved.acknowledgedAtMs, period)),
        wholeAfterMs: period.toMs - healedAtMs,
      })),
    };
  }

  async #build(): Promise<ClusterBank> {
    const { queue } = this.#options;
    const hosts = hostsFor(queue);
    this.#tell(`building ${hosts.length} hosts`);
    const network = await HostNetwork.make(hosts);
    const { uid, gid } = await ownerOfPostgres();
    const { directory } = this.#record;
    const onEvent = (text: string) => this.#record.log(text);
    const bank = new ClusterBank({ directory, network, owner: { uid, gid }, onEvent }, queue);
    await bank.start(START_DEADLINE_MS);
    return bank;
  }

  /** Has the clients at work, on accounts that are open. */
  async #begin(bank: ClusterBank, load: Load): Promise<void> {
    await setUpAccounts(bank, ACCOUNTS, this.#random.fork('accounts'), this.#record.journal(SET_UP));
    load.begin(
      this.#clients.map((name) => ({
        name,
        seed: `${this.#options.seed} ${name}`,
        journal: this.#record.journal(name),
        doors: bank.doors,
        dataDoors: bank.dataDoors,
        key: bank.adminKey,
        auditorKey: bank.auditorKey,
        accounts: ACCOUNTS,
      })),
    );
    await load.atWork();
  }

  /** One wave after the other, each until the bank works on in spite of it, and until all is whole again. */
  async #hurt(bank: ClusterBank, load: Load): Promise<void> {
    const { rounds, short } = this.#options;
    const journals = this.#clients.map((name) => this.#record.journal(name));
    const faults = clusterFaults(bank, journals);
    const waves = short ? shortForm(faults) : faults.map((fault) => [fault]);
    for (let round = 1; round <= rounds; round += 1) {
      const random = this.#random.fork(`round ${round}`);
      for (const wave of random.shuffled(waves)) await this.#inflict({ bank, load, wave, random });
    }
  }

  async #inflict({ bank, load, wave, random }: Infliction): Promise<void> {
    await sleep(random.between(200, 1_000));
    const fromMs = Date.now();
    const struck: (StruckFault & { kind: string })[] = [];
    try {
      for (const fault of wave) {
        struck.push({ kind: fault.kind, ...(await fault.strike(random)) });
        this.#tell(`${fault.kind}: ${struck.at(-1)!.target}`);
      }
      await sleep(Math.max(HOLD_MIN_MS, ...wave.map(({ holdMinMs = 0 }) => holdMinMs)));
      await this.#waitUntilOutlived(bank, load, struck);
    } finally {
      for (const { heal } of struck) await heal();
    }
    const healedAtMs = Date.now();
    this.#tell('healed');
    const startedAgain = await bank.waitUntilReady(WHOLE_DEADLINE_MS);
    this.#record.log('whole again');
    this.#waves.push({
      struck: struck.map(({ kind, target }) => ({ kind, target })),
      period: { fromMs, toMs: Date.now() },
      healedAtMs,
      startedAgain,
    });
  }

  /** Operations are taken and posted although `struck` is in force. */
  async #waitUntilOutlived(
    bank: ClusterBank,
    load: Load,
    struck: readonly (StruckFault & { kind: string })[],
  ): Promise<void> {
    const deadline = performance.now() + OUTLIVED_DEADLINE_MS;
    const takenBefore = load.counts.acknowledged;
    const conditions: Condition[] = [
      { missing: 'nothing was taken', isSo: async () => load.counts.acknowledged > takenBefore },
      { missing: 'nothing was posted', isSo: this.#morePosted(bank) },
      ...struck.map(({ isOutlived = async () => true, target }) => ({
        missing: `not all was posted of ${target}`,
        isSo: isOutlived,
      })),
    ];
    for (const { missing, isSo } of conditions) {
      while (!(await isSo().catch(() => false))) {
        if (performance.now() > deadline) {
          const kinds = struck.map(({ kind }) => kind).join(', ');
          throw new BankFault(`${kinds}: ${missing} for ${OUTLIVED_DEADLINE_MS} ms`);
        }
        await sleep(POLL_MS);
      }
    }
  }

  /** Whether there is a batch that was not there when it was first asked. */
  #morePosted({ database }: ClusterBank): () => Promise<boolean> {
    let before: number | undefined;
    return async () => {
      const newest = await database.newestBatch();
      before ??= newest;
      return newest > before;
    };
  }

  async #prove(bank: ClusterBank, heads: Awaited<ReturnType<HeadWatch['stop']>>) {
    this.#tell('checking');
    await bank.database.roles();
    const { violations } = this.#record;
    const journals = [SET_UP, ...this.#clients].map((name) => this.#record.journal(name));
    const proved = await proveRun(
      { bank, heads, closed: CLOSED_SET, journals, random: this.#random },
      violations,
    );
    for (const { unexpectedEnds } of bank.services) {
      for (const { name, reason } of unexpectedEnds) violations.add('ended by itself', `${name}: ${reason}`);
    }
    this.#record.log('proved');
    for (const what of await bank.stop()) violations.add('stuck', what);
    return proved;
  }

  #endPhase(name: string): void {
    const nowMs = this.#record.elapsedMs;
    this.#phases.push({ name, seconds: Math.round((nowMs - this.#phaseBeganMs) / 100) / 10 });
    this.#phaseBeganMs = nowMs;
  }

  #tell(text: string): void {
    this.#record.log(text);
    this.#options.onProgress(`${Math.round(this.#record.elapsedMs / 1000)} s, ${text}`);
  }
}

interface Infliction {
  readonly bank: ClusterBank;
  readonly load: Load;
  /** What strikes at once. */
  readonly wave: readonly ClusterFault[];
  readonly random: Random;
}

interface Condition {
  /** In words, when it does not come true. */
  readonly missing: string;
  readonly isSo: () => Promise<boolean>;
}

/** PostgreSQL does not run as root; Debian's package makes a user for it, and this is its home. */
async function ownerOfPostgres(): Promise<{ uid: number; gid: number }> {
  return stat('/var/lib/postgresql');
}
