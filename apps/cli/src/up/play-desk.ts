import type { Play, PlayService, PlayServiceParams } from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import { asPlayAsk, type PlayAnswer, type PlayAsk } from '../play/messages.ts';
import { PLAY_LIMITS, type SimulatedClients } from './simulated-clients.ts';
import type { Supervisor } from './supervisor.ts';

/** A process of the bank that can be played with. */
export interface PlayedService {
  readonly kind: PlayService['kind'];
  /** Where it answers; undefined: nowhere over HTTP. */
  readonly url: string | undefined;
  readonly supervisor: Supervisor;
}

/** So long a killed service stays away that its death can be seen. */
const KILLED_FOR_MS = 5_000;
/** A service that carries the wish to be killed has this long to answer. */
const LAST_WORDS_MS = 250;

/** Does what business services ask of the `lastro up` that runs them, for whoever looks at their console. */
export class PlayDesk {
  readonly #services: readonly PlayedService[];
  readonly #clients: SimulatedClients;
  #isClosed = false;

  constructor(services: readonly PlayedService[], clients: SimulatedClients) {
    this.#services = services;
    this.#clients = clients;
  }

  /** Begins nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Answers what the service `from` has asked; undefined when `message` is no question. */
  answer(from: string, message: unknown): PlayAnswer | undefined {
    const ask = asPlayAsk(message);
    if (ask === undefined) return undefined;
    try {
      if (this.#isClosed) throw new ProblemError('stopping');
      return { answer: ask.ask, value: this.#do(from, ask) };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { answer: ask.ask, problem: error.code, detail: error.message };
    }
  }

  #do(from: string, ask: PlayAsk): object {
    switch (ask.what) {
      case 'look':
        return this.#look();
      case 'start':
        return this.#clients.start(ask.request);
      case 'stop':
        return this.#clients.stop(ask.check);
      case 'act':
        return this.#act(from, ask.name, ask.action);
    }
  }

  #look(): Play {
    return {
      simulation: this.#clients.look(),
      services: this.#services.map(viewOf),
      limits: PLAY_LIMITS,
    };
  }

  #act(from: string, name: string, action: PlayServiceParams['action']): PlayService {
    const service = this.#services.find(({ supervisor }) => supervisor.name === name);
    if (service === undefined) throw new ProblemError('play_service_not_found');
    const { supervisor } = service;
    if (action === 'start') supervisor.release();
    else if (action === 'stop') {
      if (name === from) {
        throw new ProblemError(
          'play_refused',
          `${name} shows you this page and could not be asked to start again: stop it from the page of another, or kill it.`,
        );
      }
      supervisor.hold();
    } else if (!supervisor.crash(KILLED_FOR_MS, name === from ? LAST_WORDS_MS : 0)) {
      throw new ProblemError('play_refused', `${name} does not run, so there is nothing to kill.`);
    }
    return viewOf(service);
  }
}

function viewOf({ kind, url, supervisor }: PlayedService): PlayService {
  return {
    name: supervisor.name,
    kind,
    ...supervisor.state,
    ...(url === undefined ? {} : { url }),
  };
}
