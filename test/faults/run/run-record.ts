import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { BankFault } from '../bank/bank-fault.ts';
import { Violations } from '../check/violations.ts';
import type { Load } from '../clients/load.ts';

/** A client that takes longer is stuck. */
const CLIENTS_DONE_DEADLINE_MS = 90_000;

/** What is kept of one run: journals, what happened when, and what is wrong. */
export class RunRecord {
  readonly violations = new Violations();
  readonly directory: string;
  readonly #startedAt = performance.now();

  constructor(directory: string) {
    this.directory = directory;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Where a client notes down what it asks for and is told. */
  journal(client: string): string {
    return join(this.directory, `${client}.jsonl`);
  }

  log(text: string): void {
    appendFileSync(join(this.directory, 'events.log'), `${new Date().toISOString()} ${text}\n`);
  }

  /** What the bank did not do within its time is a violation; the run goes on. */
  async orStuck(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BankFault)) throw error;
      this.violations.add('stuck', error.message);
    }
  }

  /** No client may end before it is told to. */
  checkAtWork(load: Load): void {
    for (const name of load.ended) this.violations.add('stuck', `${name} ended in the middle of the run`);
  }

  /** Lets the clients find out what became of what they have sent. */
  async endLoad(load: Load): Promise<void> {
    for (const name of await load.stop(CLIENTS_DONE_DEADLINE_MS)) {
      const what = `${name} was not done ${CLIENTS_DONE_DEADLINE_MS} ms after everything was mended`;
      this.violations.add('stuck', what);
    }
  }
}
