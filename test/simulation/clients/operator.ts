import type { DeadLetter } from '@lastro/contract';
import type { Bank } from '../bank/bank.ts';
import type { Random } from '../world/random.ts';
import { SimulatedProcess } from '../world/simulated-process.ts';

const ROUND_PAUSE_MS = 250;

/** A dead letter as the operator saw it on the list of one business service. */
export interface SeenLetter {
  readonly host: string;
  readonly letter: DeadLetter;
}

/**
 * Looks after the dead-letter lists, which count against the limit of the queues: removes conflicts of ids, tries
 * some letters again, and remembers every letter.
 */
export class Operator {
  readonly seen: SeenLetter[] = [];
  readonly #bank: Bank;
  readonly #random: Random;
  readonly #process: SimulatedProcess;

  constructor(bank: Bank, random: Random) {
    this.#bank = bank;
    this.#random = random;
    this.#process = new SimulatedProcess(bank.world, 'operator', { mayDie: false });
  }

  start(): void {
    this.#bank.world.scheduler.after(ROUND_PAUSE_MS, this.#process, 'looks at the dead letters', () => {
      void this.#look().then(() => this.start());
    });
  }

  async #look(): Promise<void> {
    const host = this.#random.pick(this.#bank.businessServices);
    const page = (await this.#ask(host, 'GET', '/v1/dead-letters')) as
      { deadLetters: DeadLetter[] } | undefined;
    for (const letter of page?.deadLetters ?? []) {
      this.seen.push({ host, letter });
      if (this.#random.chance(0.1)) {
        this.#bank.world.faults.coverage.count('dead_letter_sent_again');
        await this.#ask(host, 'POST', `/v1/dead-letters/${letter.id}/retry`);
      } else if (letter.code === 'id_conflict' && this.#random.chance(0.7)) {
        this.#bank.world.faults.coverage.count('dead_letter_discarded');
        await this.#ask(host, 'DELETE', `/v1/dead-letters/${letter.id}?failedAt=${letter.failedAt}`);
      }
    }
  }

  async #ask(host: string, method: string, path: string): Promise<unknown> {
    try {
      const headers = { authorization: 'Bearer operator' };
      const request = { method, path, headers, body: undefined, timeoutMs: 1_000 };
      const { status, body } = await this.#bank.network.request(this.#process, host, request);
      return status === 200 ? JSON.parse(body) : undefined;
    } catch {
      return undefined;
    }
  }
}
