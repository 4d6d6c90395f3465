import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfThere } from '@lastro/service';

/** One life of a process, or of the family of processes that PostgreSQL is. */
export interface Life {
  readonly pid: number;
  /** Resolves when it answers for the first time; never when it ends before: then it has only failed to start. */
  readonly answering: Promise<void>;
  /** Resolves with the reason, in words, when it has ended. */
  readonly ended: Promise<string>;
  /** It and everything that it has started. */
  pids(): Promise<readonly number[]>;
  /** Asks it to end in order. */
  stop(): void;
  /** Frees what it leaves; called when it has ended. */
  release(): Promise<void>;
}

/** Begins a life. Rejects when it cannot start now. */
export type Launch = () => Promise<Life>;

/** A process that ended although nobody had killed it. */
export interface UnexpectedEnd {
  readonly name: string;
  readonly reason: string;
  readonly atMs: number;
}

const RESTART_DELAY_MS = 300;

/** Keeps one process of the bank running, starts it again whenever it ends, and hurts it on command. */
export class Keeper {
  readonly name: string;
  readonly unexpectedEnds: UnexpectedEnd[] = [];
  readonly #launch: Launch;
  readonly #onEvent: (text: string) => void;
  /** Lives that end because of us. */
  readonly #condemned = new WeakSet<Life>();
  readonly #answered = new WeakSet<Life>();
  #life: Life | undefined;
  #launching: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #wanted = false;
  #lastFault = 'it was not started';

  constructor(name: string, launch: Launch, onEvent: (text: string) => void) {
    this.name = name;
    this.#onEvent = onEvent;
    this.#launch = launch;
  }

  /** Why it last did not start, for people. */
  get lastFault(): string {
    return this.#lastFault;
  }

  get isAnswering(): boolean {
    return this.#life !== undefined && this.#answered.has(this.#life);
  }

  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Runs it, if it does not run, and from now on again whenever it ends. */
  start(): void {
    this.#wanted = true;
    this.#loop ??= this.#run();
  }

  /** `kill -9`; it stays down until `start`. False: there was nothing to kill. */
  async kill(): Promise<boolean> {
    this.#wanted = false;
    await this.#launching;
    const life = this.#life;
    if (life === undefined) return false;
    this.#condemned.add(life);
    signalIfThere(life.pid, 'SIGKILL');
    await life.ended;
    return true;
  }

  /** Ends it in order, for good. The reason, in words, of its end; undefined when it did not run. */
  async stop(): Promise<string | undefined> {
    this.#wanted = false;
    await this.#launching;
    await this.resume();
    const life = this.#life;
    if (life !== undefined) {
      this.#condemned.add(life);
      life.stop();
    }
    await this.#loop;
    return life?.ended;
  }

  /** SIGSTOP: it keeps its connections and its locks, and does nothing. */
  pause(): Promise<void> {
    return this.#signalAll('SIGSTOP');
  }

  resume(): Promise<void> {
    return this.#signalAll('SIGCONT');
  }

  /** It and everything that it has started; empty while it is down. */
  async pids(): Promise<readonly number[]> {
    return (await this.#life?.pids()) ?? [];
  }

  async #signalAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await this.pids()) signalIfThere(pid, signal);
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#onEvent(`${this.name} is started`);
      const launching = this.#launch();
      this.#launching = launching.then(
        (life) => void (this.#life = life),
        (error: unknown) => void (this.#lastFault = error instanceof Error ? error.message : String(error)),
      );
      await this.#launching;
      this.#launching = undefined;
      const life = this.#life;
      if (life !== undefined) await this.#outlive(life);
      if (this.#wanted) await sleep(RESTART_DELAY_MS);
    }
    this.#loop = undefined;
  }

  async #outlive(life: Life): Promise<void> {
    void life.answering.then(() => {
      this.#answered.add(life);
      this.#onEvent(`${this.name} answers`);
    });
    const reason = await life.ended;
    this.#onEvent(`${this.name}: ${reason}`);
    this.#life = undefined;
    await life.release();
    if (this.#condemned.has(life)) return;
    this.#lastFault = reason;
    if (this.#answered.has(life)) this.unexpectedEnds.push({ name: this.name, reason, atMs: Date.now() });
  }
}
