import {
  type Play,
  PROBLEM_CODES,
  type PlayService,
  type PlayServiceParams,
  type PlaySimulation,
  type PlaySimulationRequest,
} from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import type { PlayAnswer, PlayAsk } from './messages.ts';

/** The end of a channel to the `lastro up` that started this process: `process` itself, where there is one. */
export interface ParentChannel {
  readonly connected: boolean;
  /** What keeps this process alive while it listens. */
  readonly channel?: { unref(): void } | null | undefined;
  send?(message: object, onSent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

interface Pending {
  readonly resolve: (value: object) => void;
  readonly reject: (error: ProblemError) => void;
  readonly timer: NodeJS.Timeout;
}

type Question = PlayAsk extends infer Ask ? (Ask extends PlayAsk ? Omit<Ask, 'ask'> : never) : never;

/** More questions than these are not under way at once. */
const UNANSWERED_MAX = 64;
const ANSWER_TIMEOUT_MS = 5_000;

/** Plays by asking the `lastro up` that started this process. It is a PlayControl of the business service. */
export class PlayChannel {
  readonly #parent: ParentChannel;
  readonly #answerTimeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;

  constructor(parent: ParentChannel, answerTimeoutMs = ANSWER_TIMEOUT_MS) {
    this.#parent = parent;
    this.#answerTimeoutMs = answerTimeoutMs;
    parent.on('message', (message) => this.#hear(message));
    parent.once('disconnect', () => {
      for (const number of this.#pending.keys()) this.#refuse(number, new ProblemError('play_unavailable'));
    });
    // Listening to it must not keep a service alive that cannot start.
    parent.channel?.unref();
  }

  async look(): Promise<Play> {
    return (await this.#ask({ what: 'look' })) as Play;
  }

  async start(request: PlaySimulationRequest): Promise<PlaySimulation> {
    return (await this.#ask({ what: 'start', request })) as PlaySimulation;
  }

  async stop(check: boolean): Promise<PlaySimulation> {
    return (await this.#ask({ what: 'stop', check })) as PlaySimulation;
  }

  async act(name: string, action: PlayServiceParams['action']): Promise<PlayService> {
    return (await this.#ask({ what: 'act', name, action })) as PlayService;
  }

  #ask(question: Question): Promise<object> {
    if (!this.#parent.connected) return Promise.reject(new ProblemError('play_unavailable'));
    if (this.#pending.size >= UNANSWERED_MAX) return Promise.reject(new ProblemError('play_busy'));
    this.#asked += 1;
    const number = this.#asked;
    return new Promise((resolve, reject) => {
      const late = () => this.#refuse(number, new ProblemError('play_busy'));
      const timer = setTimeout(late, this.#answerTimeoutMs);
      this.#pending.set(number, { resolve, reject, timer });
      this.#parent.send?.({ ...question, ask: number } satisfies PlayAsk, (error) => {
        if (error !== null) this.#refuse(number, new ProblemError('play_unavailable'));
      });
    });
  }

  /** An answer that nobody waits for any more is dropped, and so is what is none. */
  #hear(message: unknown): void {
    const answer = message as PlayAnswer | null;
    if (typeof answer !== 'object' || answer === null || typeof answer.answer !== 'number') return;
    if ('value' in answer) {
      this.#take(answer.answer)?.resolve(answer.value);
      return;
    }
    const code = PROBLEM_CODES.includes(answer.problem) ? answer.problem : 'internal_error';
    this.#refuse(answer.answer, new ProblemError(code, answer.detail));
  }

  #refuse(number: number, error: ProblemError): void {
    this.#take(number)?.reject(error);
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    clearTimeout(pending?.timer);
    return pending;
  }
}
