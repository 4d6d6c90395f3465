import { LastroClient } from '@lastro/sdk';
import { checkBalances } from './check-balances.ts';
import { type CheckedResults, checkResults } from './check-results.ts';
import {
  type Collected,
  type Collection,
  collectResults,
  resendSample,
  resendUnknown,
  waitForQueues,
} from './collect-results.ts';
import { type Check, CHECKS, Discrepancies } from './discrepancies.ts';
import { Load } from './load.ts';
import { openAccounts } from './open-accounts.ts';
import { OperationLog } from './operation-log.ts';
import type { SimulationReport } from './report.ts';
import { RunIdentity } from './run-identity.ts';
import { checkSimulationSettings, type SimulationSettings } from './settings.ts';

export type SimulationPhase = 'opening' | 'load' | 'settling' | 'checking';

/** How a simulation goes, told every now and then. Counts are since the start of the load. */
export interface SimulationProgress {
  readonly phase: SimulationPhase;
  readonly elapsedMs: number;
  readonly sent: number;
  readonly accepted: number;
  /** Results in the ledger, by the places that answers name; other clients' operations count too. */
  readonly results: number;
  /** Of the operations that were watched to their result: how many, and how many were rejected. */
  readonly watched: number;
  readonly watchedRejected: number;
  readonly failovers: number;
  readonly unknown: number;
}

export interface SimulationObserver {
  /** Called a few times a second, and once at the start of each phase. */
  progress(progress: SimulationProgress): void;
}

const PROGRESS_INTERVAL_MS = 250;

const ACCEPT_MEASURED =
  'from the moment a request was due to the answer that it is on disk (202), retries included; every request that did not wait for its result';
const ACCEPT_CLOSED =
  'from sending a request to the answer that it is on disk (202), retries included; every request that did not wait for its result';
const POSTED_MEASURED =
  'a sample (one request in 20, 100 a second at most) sent with Prefer: wait, from the moment each was due until the answer with the result, by the clock of this client';

/**
 * Loads a bank with random operations, waits until all of them are final, and checks every one, every balance and
 * every rejection against a model of its own. `stop` ends the load early; the check still runs.
 *
 * @throws ClientSettingsError before anything is sent.
 * @throws OpeningError, LastroProblemError, LastroUnreachableError when the bank cannot be used or read.
 */
export async function simulate(
  settings: SimulationSettings,
  observer: SimulationObserver,
  stop?: AbortSignal,
): Promise<SimulationReport> {
  checkSimulationSettings(settings);
  return new Simulation(settings, observer, stop).run();
}

class Simulation {
  readonly #settings: SimulationSettings;
  readonly #observer: SimulationObserver;
  readonly #startedAt = new Date();
  readonly #log = new OperationLog();
  readonly #identity: RunIdentity;
  readonly #discrepancies = new Discrepancies();
  readonly #load: Load;
  readonly #client: LastroClient;
  #phase: SimulationPhase = 'opening';
  #phaseStartedMs = performance.now();
  #firstSequence = 0;

  constructor(settings: SimulationSettings, observer: SimulationObserver, stop: AbortSignal | undefined) {
    this.#settings = settings;
    this.#observer = observer;
    this.#identity = new RunIdentity(settings.seed, this.#startedAt.getTime());
    this.#load = new Load({
      settings,
      log: this.#log,
      identity: this.#identity,
      discrepancies: this.#discrepancies,
      stop,
    });
    // What is read at the end must be read: as long as the settling may take, over every server.
    const { servers, key, settleTimeoutMs } = settings;
    const patient = { attemptsMax: Number.MAX_SAFE_INTEGER, totalTimeoutMs: settleTimeoutMs };
    this.#client = new LastroClient({ servers, key, routing: 'spread', ...patient });
  }

  async run(): Promise<SimulationReport> {
    const ticker = setInterval(() => this.#tell(), PROGRESS_INTERVAL_MS);
    try {
      this.#enter('opening');
      this.#firstSequence = await openAccounts(this.#client, this.#settings, this.#identity);
      this.#load.figures.ledgerSequence = this.#firstSequence;
      this.#enter('load');
      const loadMs = await this.#load.run();
      this.#enter('settling');
      await this.#load.finish();
      const collection = this.#collection();
      await resendUnknown(collection);
      await waitForQueues(collection, this.#load.lastAcknowledged.values());
      this.#enter('checking');
      return await this.#check(collection, loadMs);
    } finally {
      clearInterval(ticker);
      await Promise.all([this.#load.close(), this.#client.close()]);
    }
  }

  #collection(): Collection {
    return {
      client: this.#client,
      log: this.#log,
      identity: this.#identity,
      accounts: this.#settings.accounts,
      discrepancies: this.#discrepancies,
      deadlineMs: performance.now() + this.#settings.settleTimeoutMs,
    };
  }

  async #check(collection: Collection, loadMs: number): Promise<SimulationReport> {
    const collected = await collectResults(collection);
    const sentAgain = await resendSample(collection);
    const results = checkResults(this.#log, this.#identity, this.#settings, this.#discrepancies);
    const expectation = { settings: this.#settings, identity: this.#identity, results, collected };
    await checkBalances(this.#client, expectation, this.#discrepancies);
    return this.#report(loadMs, collected, results, sentAgain);
  }

  #report(
    loadMs: number,
    collected: Collected,
    results: CheckedResults,
    sentAgain: number,
  ): SimulationReport {
    const { key: _key, ...settings } = this.#settings;
    const { figures, accept, final } = this.#load;
    const seconds = loadMs / 1000;
    const postingSeconds = collected.postingMs / 1000;
    const { posted, rejected, rejectedByReason } = results;
    return {
      run: this.#identity.accountPrefix.slice(0, -1),
      startedAt: this.#startedAt.toISOString(),
      settings,
      load: {
        seconds,
        sent: figures.sent,
        overdue: this.#load.overdue(loadMs),
        acknowledged: figures.acknowledged,
        acknowledgedPerSecond: figures.acknowledged / seconds,
        unknown: figures.unknown,
        refused: figures.refused,
        failovers: figures.failovers,
      },
      results: {
        posted,
        rejected,
        rejectedByReason,
        postingSeconds,
        resultsPerSecond: postingSeconds === 0 ? 0 : (posted + rejected) / postingSeconds,
      },
      latency: {
        accept: {
          ...accept.summary(),
          measured: settings.ratePerSecond === 0 ? ACCEPT_CLOSED : ACCEPT_MEASURED,
        },
        posted: { ...final.summary(), measured: POSTED_MEASURED, skipped: figures.watchSkipped },
      },
      checked: {
        operations: posted + rejected,
        balancesAfterEntries: results.balancesChecked,
        accounts: settings.accounts,
        sentAgain,
        seconds: (performance.now() - this.#phaseStartedMs) / 1000,
      },
      checks: (Object.keys(CHECKS) as Check[]).map((check) => ({
        check,
        says: CHECKS[check],
        discrepancies: this.#discrepancies.count(check),
      })),
      discrepancyCount: this.#discrepancies.total,
      discrepancies: this.#discrepancies.kept,
    };
  }

  #enter(phase: SimulationPhase): void {
    this.#phase = phase;
    this.#phaseStartedMs = performance.now();
    this.#tell();
  }

  #tell(): void {
    const {
      sent,
      acknowledged: accepted,
      ledgerSequence,
      watched,
      watchedRejected,
      failovers,
      unknown,
    } = this.#load.figures;
    this.#observer.progress({
      phase: this.#phase,
      elapsedMs: performance.now() - this.#phaseStartedMs,
      sent,
      accepted,
      results: Math.max(0, ledgerSequence - this.#firstSequence),
      watched,
      watchedRejected,
      failovers,
      unknown,
    });
  }
}
