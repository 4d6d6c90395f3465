import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaySimulation, PlaySimulationRequest } from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import { asSimulationNews, type SimulationNews } from '../play/messages.ts';
import type { Incarnation } from './supervisor.ts';

/** What may be asked for from the console: enough to see, not enough to fill a disk in 10 minutes. */
export const PLAY_LIMITS = { clientsMax: 500, operationsPerSecondMax: 10_000 } as const;

export interface ClientsProcess extends Incarnation {
  /** They send no more, and check what they have sent. */
  interrupt(): void;
}

/** Starts a process of simulated clients: how many, how fast altogether, and who hears what they tell. */
export type LaunchClients = (
  request: Required<PlaySimulationRequest>,
  onMessage: (message: unknown) => undefined,
  signal: AbortSignal,
) => Promise<ClientsProcess>;

/** What simulated clients tell of. */
export interface ClientsObserver {
  onUp(name: string, pid: number): void;
  /** They have ended, whoever ended them. */
  onDone(name: string, sentence: string): void;
}

interface Figures {
  readonly sent: number;
  readonly posted: number;
  readonly rejected: number;
}

/** One start: a run, or one run after the other. */
interface Simulation {
  readonly request: PlaySimulationRequest;
  readonly startedAt: string;
  state: PlaySimulation['state'];
  endedAt: string | undefined;
  /** Of the runs before the one that runs. */
  before: Figures;
  /** Of the one that runs, or ran last. */
  now: Figures;
  checks: number;
  problems: number;
  /** What was off first: never forgotten. */
  firstProblem: string | undefined;
  /** Why the last run has no result. */
  fault: string | undefined;
  /** The newest run has told its result. */
  isReported: boolean;
  readonly stopAsked: AbortController;
}

/** Among the processes of the bank. */
export const CLIENTS = 'clients';
const NOTHING: Figures = { sent: 0, posted: 0, rejected: 0 };
const OVER: readonly PlaySimulation['state'][] = ['stopped', 'failed'];
const STATES = { opening: 'starting', load: 'running', settling: 'checking', checking: 'checking' } as const;
/** What goes on by itself waits so long after a run that failed. */
const AFTER_FAULT_MS = 5_000;

/** The simulated clients of `lastro up`, in a process of their own; one simulation at a time. */
export class SimulatedClients {
  readonly #launch: LaunchClients;
  readonly #observer: ClientsObserver;
  readonly #closing = new AbortController();
  #simulation: Simulation | undefined;
  #process: ClientsProcess | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(launch: LaunchClients, observer: ClientsObserver) {
    this.#launch = launch;
    this.#observer = observer;
  }

  /** Undefined while none run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The last simulation; null: there was none. */
  look(): PlaySimulation | null {
    return this.#simulation === undefined ? null : viewOf(this.#simulation);
  }

  /**
   * Starts a simulation of one run, as somebody asked for it over the API.
   *
   * @throws ProblemError `invalid_request`: past a limit; `play_refused`: one has not ended.
   */
  start(request: PlaySimulationRequest): PlaySimulation {
    const { clientsMax, operationsPerSecondMax } = PLAY_LIMITS;
    if (request.clients > clientsMax) {
      throw new ProblemError('invalid_request', `clients must be at most ${clientsMax}`);
    }
    if ((request.operationsPerSecond ?? 1) > operationsPerSecondMax) {
      throw new ProblemError(
        'invalid_request',
        `operationsPerSecond must be at most ${operationsPerSecondMax}`,
      );
    }
    if (this.#simulation !== undefined && !OVER.includes(this.#simulation.state)) {
      throw new ProblemError(
        'play_refused',
        'Simulated clients run already, or are being checked: wait for their end, or stop them.',
      );
    }
    return viewOf(this.#begin(request, false));
  }

  /** Starts run after run, until it is stopped. Resolves when the first process runs, or cannot. */
  async startForever(request: PlaySimulationRequest): Promise<void> {
    await new Promise<void>((resolve) => this.#begin(request, true, resolve));
  }

  /**
   * Sends no more; what was sent is checked, or not. One that has ended stays as it ended.
   *
   * @throws ProblemError `play_refused`: there was none.
   */
  stop(check: boolean): PlaySimulation {
    const simulation = this.#simulation;
    if (simulation === undefined)
      throw new ProblemError('play_refused', 'No simulated clients were started.');
    if (OVER.includes(simulation.state)) return viewOf(simulation);
    const isFirst = !isStopAsked(simulation);
    simulation.stopAsked.abort();
    simulation.state = 'checking';
    if (!check) this.#process?.kill();
    // A second interrupt would end the check.
    else if (isFirst) this.#process?.interrupt();
    return viewOf(simulation);
  }

  /** Ends them in order, which checks nothing, and starts none any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#process?.stop();
    await this.#life;
  }

  /** Ends them at once. */
  kill(): void {
    this.#closing.abort();
    this.#process?.kill();
  }

  #begin(request: PlaySimulationRequest, isForever: boolean, onLaunched?: () => void): Simulation {
    const simulation: Simulation = {
      request,
      startedAt: new Date().toISOString(),
      stopAsked: new AbortController(),
      ...{ state: 'starting', endedAt: undefined, before: NOTHING, now: NOTHING, checks: 0, problems: 0 },
      ...{ firstProblem: undefined, fault: undefined, isReported: false },
    };
    this.#simulation = simulation;
    this.#life = this.#live(simulation, isForever, onLaunched);
    return simulation;
  }

  async #live(simulation: Simulation, isForever: boolean, onLaunched?: () => void): Promise<void> {
    const over = AbortSignal.any([simulation.stopAsked.signal, this.#closing.signal]);
    const isOver = () => !isForever || over.aborted;
    for (;;) {
      const reason = await this.#run(simulation, onLaunched).catch((error: Error) => error.message);
      onLaunched?.();
      this.#settle(simulation, reason);
      if (isOver()) break;
      if (!simulation.isReported) {
        simulation.state = 'starting';
        await sleep(AFTER_FAULT_MS, undefined, { signal: over }).catch(() => undefined);
        if (isOver()) break;
      }
      simulation.before = sum(simulation.before, simulation.now);
      simulation.now = NOTHING;
      simulation.state = 'starting';
    }
    simulation.state = simulation.isReported || isStopAsked(simulation) ? 'stopped' : 'failed';
    simulation.endedAt = new Date().toISOString();
  }

  /** One process, from its start to its end. @returns why it ended, in words. */
  async #run(simulation: Simulation, onLaunched?: () => void): Promise<string> {
    const { clients, operationsPerSecond = PLAY_LIMITS.operationsPerSecondMax } = simulation.request;
    simulation.isReported = false;
    simulation.fault = undefined;
    const hear = (message: unknown): undefined => {
      const news = asSimulationNews(message);
      if (news !== undefined) note(simulation, news);
    };
    const { signal } = this.#closing;
    this.#process = await this.#launch({ clients, operationsPerSecond }, hear, signal);
    this.#observer.onUp(CLIENTS, this.#process.pid);
    onLaunched?.();
    // It was stopped while it was launched.
    if (isStopAsked(simulation) || signal.aborted) this.#process.kill();
    const reason = await this.#process.ended;
    this.#process = undefined;
    this.#observer.onDone(CLIENTS, sentenceOf(simulation, reason));
    return reason;
  }

  #settle(simulation: Simulation, reason: string): void {
    if (simulation.isReported) return;
    simulation.fault ??= isStopAsked(simulation) ? 'Ended before everything was checked.' : reason;
  }
}

function isStopAsked({ stopAsked }: Simulation): boolean {
  return stopAsked.signal.aborted;
}

function note(simulation: Simulation, news: SimulationNews): void {
  if (news.news === 'fault') {
    simulation.fault = news.reason;
    return;
  }
  const { sent, posted, rejected } = news;
  simulation.now = { sent, posted, rejected };
  if (news.news === 'progress') {
    if (!isStopAsked(simulation)) simulation.state = STATES[news.phase];
    return;
  }
  simulation.isReported = true;
  simulation.checks += 1;
  simulation.problems += news.problems;
  simulation.firstProblem ??= news.first;
}

function sum(one: Figures, other: Figures): Figures {
  return {
    sent: one.sent + other.sent,
    posted: one.posted + other.posted,
    rejected: one.rejected + other.rejected,
  };
}

function sentenceOf({ isReported, problems, fault }: Simulation, reason: string): string {
  if (!isReported) return fault ?? reason;
  return problems === 0 ? 'every cent was checked, and nothing is off' : `${problems} discrepancies so far`;
}

function viewOf(simulation: Simulation): PlaySimulation {
  const { request, before, now, firstProblem, fault, endedAt } = simulation;
  const detail = firstProblem ?? fault;
  return {
    state: simulation.state,
    clients: request.clients,
    operationsPerSecond: request.operationsPerSecond ?? null,
    startedAt: simulation.startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...sum(before, now),
    checks: simulation.checks,
    problems: simulation.problems,
    ...(detail === undefined ? {} : { detail }),
  };
}
