import { createLogger, type FileLock } from '@lastro/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFault } from '../command-fault.ts';
import { openDataDirectory } from '../data-directory/open-data-directory.ts';
import {
  readRunningBank,
  removeRunningBank,
  type RunningBank,
  writeRunningBank,
} from '../data-directory/running-bank.ts';
import { ensureAdminKey, ensureCredentials } from '../data-directory/secrets.ts';
import { businessService, dataService, type Keys, portUses, simulatedClients } from './bank-services.ts';
import { endLeftProcesses } from './left-processes.ts';
import { findFreePorts, type PortUse, requireFreePorts } from './ports.ts';
import { postgresLives } from './postgres-life.ts';
import { answersOk } from '../probe.ts';
import { type PlayedService, PlayDesk } from './play-desk.ts';
import { launchService, type ServiceProcess } from './service-process.ts';
import { CLIENTS, type ClientsObserver, SimulatedClients } from './simulated-clients.ts';
import { type Launch, Supervisor, type SupervisorObserver } from './supervisor.ts';
import type { UpPlan } from './up-plan.ts';

/** What a bank tells of while it starts and runs. */
export interface BankObserver extends SupervisorObserver, ClientsObserver {
  /** A sentence for the operator. */
  onNotice(sentence: string): void;
}

/** What one client of `--clients` sends: enough to see, not enough to fill a disk overnight. */
const CLIENT_OPERATIONS_PER_SECOND = 10;
const READY_DEADLINE_MS = 60_000;
const POLL_MS = 25;
/** What a killed `lastro up` has left needs this long at most to end by itself: the services' own deadline. */
const LEFT_PATIENCE_MS = 20_000;

/** Everything that `lastro up` runs, each in a process of its own, on one data directory. */
export class Bank {
  readonly #plan: UpPlan;
  readonly #observer: BankObserver;
  readonly #stopping = new AbortController();
  /** In the order of their start; those of one group start, and stop, together. */
  readonly #groups: Supervisor[][] = [];
  /** What can be killed from the console, in the order of their start. */
  readonly #played: PlayedService[] = [];
  #clients: SimulatedClients | undefined;
  #desk: PlayDesk | undefined;
  #lock: FileLock | undefined;
  #running: Omit<RunningBank, 'pids'> | undefined;
  #runningWritten: Promise<void> = Promise.resolve();

  constructor(plan: UpPlan, observer: BankObserver) {
    this.#plan = plan;
    this.#observer = {
      onNotice: (sentence) => observer.onNotice(sentence),
      onUp: (name, pid) => {
        observer.onUp(name, pid);
        this.#noteRunning();
      },
      onDown: (name, reason, delayMs) => {
        observer.onDown(name, reason, delayMs);
        this.#noteRunning();
      },
      onHeld: (name) => {
        observer.onHeld(name);
        this.#noteRunning();
      },
      onDone: (name, sentence) => {
        observer.onDone(name, sentence);
        this.#noteRunning();
      },
    };
  }

  /**
   * Starts everything; resolves when all of it is ready. When it rejects, nothing is left running once `stop` is done.
   *
   * @throws CommandFault, PostgresError, ConfigError, or the abort that `stop` caused.
   */
  async start(): Promise<RunningBank> {
    const plan = this.#plan;
    const { signal } = this.#stopping;
    this.#lock = await openDataDirectory(plan.paths);
    const left = await this.#endLeft();
    const [dataUse, ...businessUses] = await this.#claimPorts(left);
    const keys = await this.#loadKeys();
    const databaseUrl = plan.databaseUrl ?? (await this.#startPostgres());
    const data = dataService(plan, dataUse!, databaseUrl, keys);
    const businesses = businessUses.map((use) => ({
      ...businessService(plan, use, businessUses, data.url!, keys),
      onMessage: (message: unknown) => this.#desk?.answer(use.name, message),
    }));
    const servers = businesses.map(({ url }) => url!);
    const { adminKey: keyFile } = plan.paths;
    this.#running = { dataService: data.url!, businessServices: servers, databaseUrl, keyFile };
    this.#clients = new SimulatedClients(simulatedClients(plan, servers, keys), this.#observer);
    this.#desk = new PlayDesk(this.#played, this.#clients);
    await this.#startGroup('data', [data]);
    await this.#refuseLedgerBehind(databaseUrl);
    await this.#startGroup('business', businesses);
    await this.#startClients(this.#clients);
    signal.throwIfAborted();
    await this.#runningWritten;
    return { ...this.#running, pids: this.#pids() };
  }

  /** Makes a start that is under way give up; `stop` must follow. */
  interrupt(): void {
    this.#stopping.abort(new CommandFault('stopped before it was ready'));
  }

  /** Stops everything in order, whatever part of it has started, and frees the data directory. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#desk?.close();
    await this.#clients?.close();
    const faults: unknown[] = [];
    for (const group of this.#groups.toReversed()) {
      const outcomes = await Promise.allSettled(group.map((supervisor) => supervisor.stop()));
      for (const outcome of outcomes) if (outcome.status === 'rejected') faults.push(outcome.reason);
    }
    await this.#runningWritten;
    if (this.#lock !== undefined) {
      await removeRunningBank(this.#plan.paths);
      await this.#lock.release();
    }
    if (faults.length > 0) throw faults[0];
  }

  /** Ends every process at once. Nothing accepted is lost (I1); the next start recovers. */
  kill(): void {
    this.#stopping.abort();
    this.#clients?.kill();
    for (const supervisor of this.#groups.flat()) supervisor.kill();
  }

  async #endLeft(): Promise<RunningBank | undefined> {
    const left = await readRunningBank(this.#plan.paths);
    if (left === undefined) return undefined;
    this.#observer.onNotice('the last run was killed: recovering');
    await endLeftProcesses(left, LEFT_PATIENCE_MS, this.#stopping.signal);
    return left;
  }

  async #claimPorts(left: RunningBank | undefined): Promise<PortUse[]> {
    const { port, host, businessIds } = this.#plan;
    const count = 1 + businessIds.length;
    if (port === 0) return portUses(this.#plan, await findFreePorts(host, count));
    const uses = portUses(
      this.#plan,
      Array.from({ length: count }, (_, index) => port + index),
    );
    await requireFreePorts(uses, left === undefined ? 0 : LEFT_PATIENCE_MS, this.#stopping.signal);
    return uses;
  }

  async #loadKeys(): Promise<Keys> {
    const { paths, env, businessIds } = this.#plan;
    const adminKey = await ensureAdminKey(paths, env);
    const credentials = await ensureCredentials(paths, businessIds);
    const idle = Object.keys(credentials).filter((id) => !businessIds.includes(id));
    if (idle.length > 0) {
      this.#observer.onNotice(
        `${idle.join(', ')} ran here before and will not now: what its queue may hold is posted when it runs again (--business)`,
      );
    }
    return { adminKey, credentials };
  }

  async #startPostgres(): Promise<string> {
    const write = (line: string) => this.#observer.onNotice((JSON.parse(line) as { msg: string }).msg);
    const postgres = postgresLives(this.#plan.paths.postgres, createLogger('postgres', 'warn', { write }));
    const supervisor = new Supervisor('postgres', postgres.launch, this.#observer);
    this.#groups.push([supervisor]);
    this.#played.push({ kind: 'database', url: undefined, supervisor });
    await supervisor.start();
    return postgres.url();
  }

  async #refuseLedgerBehind(databaseUrl: string): Promise<void> {
    const { refuseLedgerBehind } = await import('../recover/ledger-behind.ts');
    await refuseLedgerBehind(this.#plan.paths, async () =>
      (await import('@lastro/data-service')).ledgerSequence(databaseUrl),
    );
  }

  async #startGroup(kind: PlayedService['kind'], services: readonly ServiceProcess[]): Promise<void> {
    const supervisors = services.map((service) => {
      const supervisor = new Supervisor(service.name, this.#launchOf(service), this.#observer);
      this.#played.push({ kind, url: service.url, supervisor });
      return supervisor;
    });
    this.#groups.push(supervisors);
    await Promise.all(supervisors.map((supervisor) => supervisor.start()));
    await Promise.all(services.map((service) => this.#waitUntilReady(service)));
  }

  async #startClients(simulated: SimulatedClients): Promise<void> {
    const { clients } = this.#plan;
    const operationsPerSecond = clients * CLIENT_OPERATIONS_PER_SECOND;
    if (clients > 0) await simulated.startForever({ clients, operationsPerSecond });
  }

  #launchOf(service: ServiceProcess): Launch {
    return (signal) => launchService(service, AbortSignal.any([signal, this.#stopping.signal]));
  }

  async #waitUntilReady({ name, url, logFile }: ServiceProcess): Promise<void> {
    if (url === undefined) return;
    const deadline = performance.now() + READY_DEADLINE_MS;
    while (!(await answersOk(url, '/readyz'))) {
      if (performance.now() > deadline) {
        throw new CommandFault(
          `${name} is not ready after ${READY_DEADLINE_MS} ms: see ${logFile ?? 'above'}`,
        );
      }
      await sleep(POLL_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  #pids(): Record<string, number> {
    const pids: Record<string, number> = { up: process.pid };
    for (const { name, pid } of this.#groups.flat()) if (pid !== undefined) pids[name] = pid;
    if (this.#clients?.pid !== undefined) pids[CLIENTS] = this.#clients.pid;
    return pids;
  }

  /** Keeps the file true, one write after the other; a write that fails hides nothing that matters. */
  #noteRunning(): void {
    this.#runningWritten = this.#runningWritten.then(async () => {
      if (this.#running === undefined || this.#stopping.signal.aborted) return;
      await writeRunningBank(this.#plan.paths, { ...this.#running, pids: this.#pids() }).catch(
        (error: unknown) =>
          this.#observer.onNotice(`running.json cannot be written: ${(error as Error).message}`),
      );
    });
  }
}
