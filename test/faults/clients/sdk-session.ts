import { LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';
import type { OperationRequest } from '@lastro/contract';
import type { Random } from '../../simulation/world/random.ts';
import type { Courier } from './courier.ts';
import type { Journal } from './journal.ts';
import { ANY_HOST } from './journal-entry.ts';
import { type AccountPlan, anyOperation } from './operation-mix.ts';

const WAIT_SECONDS = 1;

export interface SdkSessionOptions {
  readonly servers: readonly string[];
  readonly key: string;
  readonly accounts: AccountPlan;
  readonly courier: Courier;
  readonly journal: Journal;
  readonly random: Random;
}

/** A client as users write it: by the SDK, which retries and moves on by itself, and whose word is noted down. */
export class SdkSession {
  readonly #options: SdkSessionOptions;
  readonly #client: LastroClient;

  constructor(options: SdkSessionOptions) {
    this.#options = options;
    this.#client = new LastroClient({
      servers: options.servers,
      key: options.key,
      routing: 'stay',
      requestTimeoutMs: 4_000,
      connectTimeoutMs: 1_000,
      totalTimeoutMs: 20_000,
      backoffMaxMs: 1_000,
      random: () => options.random.next(),
    });
  }

  async act(): Promise<void> {
    const { accounts, courier, journal, random } = this.#options;
    const content = anyOperation(accounts, random);
    const request = courier.begin([content]);
    const host = ANY_HOST;
    journal.note({ kind: 'attempt', request, host, at: Date.now() });
    try {
      const waitSeconds = random.pick([0, WAIT_SECONDS]);
      const operations = await this.#client.operations([content as OperationRequest], { waitSeconds });
      await courier.acknowledge(request, host, operations);
    } catch (error) {
      // By its word nothing was taken, or it may have been.
      if (error instanceof LastroProblemError && error.retryable)
        journal.note({ kind: 'not taken', request, host, why: error.code });
      else if (error instanceof LastroProblemError)
        await journal.write({ kind: 'refused', request, host, code: error.code });
      else if (error instanceof LastroUnreachableError) {
        const kind = error.mayHaveBeenTaken ? 'in doubt' : 'not taken';
        journal.note({ kind, request, host, why: error.message });
      } else throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
